// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/demand/follow.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::guard {

namespace {
constexpr double slowest = 1.0 / 64;  // units a day: the middle of the first bin
// A bin with fewer sales than this leans on the law that all bins share, follow = c sqrt(rate): between
// clusters that are the SKU's own (constant) and those that are the shop's (proportional to the rate).
constexpr double prior_sales = 500;
// The same for the ratio of variance and mean, in units that followed.
constexpr double prior_followed = 50;
// A negative binomial has thinner tails than the clusters of real shops, where most sales are followed by
// nothing and a few by many. Twice the measured ratio loses fewer sales *and* oversells less than once in
// windows of minutes; in windows of hours, where the usual outweighs the clusters, it only costs sales.
double heavier_tail(Millis length) {
  const double hours = std::chrono::duration<double, std::ratio<3600>>(length).count();
  return 2 - std::clamp(std::log2(std::max(hours, 1.0)) / 2, 0.0, 1.0);  // 2 up to an hour, 1 from four on
}
}  // namespace

double FollowCurve::place(double units_per_day) {
  return std::clamp(std::log2(std::max(units_per_day, slowest) / slowest), 0.0,
                    static_cast<double>(bins - 1));
}
double FollowCurve::middle(std::size_t bin) { return slowest * std::exp2(static_cast<double>(bin)); }

FollowCurve FollowCurve::constant(Following follow) {
  FollowCurve curve;
  curve.follow_.fill(follow);
  return curve;
}

void FollowCurve::add(double units_per_day, double followed_units, double usual_units) {
  Seen& bin = seen_[static_cast<std::size_t>(place(units_per_day) + 0.5)];
  bin.sales += 1;
  bin.followed += followed_units;
  bin.usual += usual_units;
  bin.squares += followed_units * followed_units;
}

void FollowCurve::fade(double factor) {
  for (Seen& bin : seen_)
    bin = {bin.sales * factor, bin.followed * factor, bin.usual * factor, bin.squares * factor};
}

void FollowCurve::fit(Millis length) {
  double beyond = 0, roots = 0, followed = 0, spread = 0;
  // Sum of (followed - mean)^2 over the sales of a bin.
  const auto spread_of = [](const Seen& bin) {
    return bin.sales > 0 ? bin.squares - bin.followed * bin.followed / bin.sales : 0;
  };
  for (std::size_t i = 0; i < bins; ++i) {
    beyond += seen_[i].followed - seen_[i].usual;
    roots += seen_[i].sales * std::sqrt(middle(i));
    followed += seen_[i].followed;
    spread += spread_of(seen_[i]);
  }
  const double law = roots > 0 ? std::max(0.0, beyond / roots) : 0;
  const double ratio = followed > 0 ? spread / followed : 1;
  for (std::size_t i = 0; i < bins; ++i) {
    const Seen& bin = seen_[i];
    const double all = bin.followed - bin.usual + prior_sales * law * std::sqrt(middle(i));
    const double own = (spread_of(bin) + prior_followed * ratio) / (bin.followed + prior_followed);
    follow_[i] = {std::max(0.0, all / (bin.sales + prior_sales)), heavier_tail(length) * std::max(1.0, own)};
  }
}

Following FollowCurve::after_a_sale(double units_per_day) const {
  const double at = place(units_per_day);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, bins - 1);
  const double part = at - static_cast<double>(low);
  return {follow_[low].units + part * (follow_[high].units - follow_[low].units),
          follow_[low].ratio + part * (follow_[high].ratio - follow_[low].ratio)};
}

}  // namespace forestall::guard
