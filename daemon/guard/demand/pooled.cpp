// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/demand/pooled.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::guard {

namespace fc = forecasting;

namespace {
constexpr Millis longest = std::chrono::hours(24);
// Sales teach clusters once there are enough; until then a little is assumed, as much as 30 sales would say:
// of a hundred sales four are followed by another of the same SKU within the window.
constexpr double prior_sales = 30;
constexpr double prior_followed = 0.04;

Millis hours_long(double hours) { return Millis(static_cast<std::int64_t>(hours * 3'600'000)); }
}  // namespace

void PooledDemand::sold(const DemandModel& model, DemandModel::Index sku, Instant at, double units) {
  const auto hour = static_cast<std::size_t>(demand_seconds(at) % fc::seconds_per_week / 3600);
  week_[hour] += units;
  week_units_ += units;
  auto& before = recent_[sku];
  if (!before.empty() && at < before.back().at) return;
  const auto over = [&](const Sale& sale) { return at - sale.at > longest; };
  for (const Sale& sale : before)
    if (over(sale)) learn(sale);
  std::erase_if(before, over);
  const double per_hour = model.level(sku, at).mean_units_per_hour();
  Sale own{.at = at, .units_per_day = per_hour * 24};
  for (std::size_t i = 0; i < lengths_hours.size(); ++i) {
    const Millis length = hours_long(lengths_hours[i]);
    double within = 0;
    for (Sale& sale : before) {
      if (at - sale.at > length) continue;
      within += 1;
      if (sale.at < at) sale.followed[i] += units;  // lines of one order are one sale
    }
    own.usual[i] = per_hour * model.exposure_hours(at, length);
    followed_[i] += units * within;
    usual_[i] += own.usual[i];
  }
  sales_ += 1;
  constexpr std::size_t most_kept = 64;
  if (before.size() == most_kept) {
    learn(before.front());
    before.erase(before.begin());
  }
  before.push_back(own);
}

void PooledDemand::learn(const Sale& sale) {
  for (std::size_t i = 0; i < curves_.size(); ++i)
    curves_[i].add(sale.units_per_day, sale.followed[i], sale.usual[i]);
}

double PooledDemand::after_a_sale(Millis length) const {
  const double hours = std::chrono::duration<double, std::ratio<3600>>(length).count();
  std::array<double, 4> follow{};
  for (std::size_t i = 0; i < follow.size(); ++i)
    follow[i] =
        (std::max(0.0, followed_[i] - usual_[i]) + prior_sales * prior_followed) / (sales_ + prior_sales);
  if (hours <= lengths_hours.front()) return follow.front() * std::max(0.0, hours) / lengths_hours.front();
  for (std::size_t i = 1; i < follow.size(); ++i)
    if (hours <= lengths_hours[i]) {
      const double part =
          std::log(hours / lengths_hours[i - 1]) / std::log(lengths_hours[i] / lengths_hours[i - 1]);
      return follow[i - 1] + part * (follow[i] - follow[i - 1]);
    }
  return follow.back();
}

Following PooledDemand::follow(Millis length, double units_per_day) const {
  // Of what follows on average, half is the SKU's own level, which the belief knows already.
  constexpr double clustering = 0.5;
  if (!curves_known_) return {.units = clustering * after_a_sale(length)};
  const double hours = std::chrono::duration<double, std::ratio<3600>>(length).count();
  if (hours <= lengths_hours.front()) {
    const Following shortest = curves_.front().after_a_sale(units_per_day);
    return {shortest.units * std::max(0.0, hours) / lengths_hours.front(), shortest.ratio};
  }
  for (std::size_t i = 1; i < lengths_hours.size(); ++i)
    if (hours <= lengths_hours[i]) {
      const double part =
          std::log(hours / lengths_hours[i - 1]) / std::log(lengths_hours[i] / lengths_hours[i - 1]);
      const Following low = curves_[i - 1].after_a_sale(units_per_day);
      const Following high = curves_[i].after_a_sale(units_per_day);
      return {low.units + part * (high.units - low.units), low.ratio + part * (high.ratio - low.ratio)};
    }
  return curves_.back().after_a_sale(units_per_day);
}

void PooledDemand::fade(double factor, Instant now) {
  std::erase_if(recent_, [&](const auto& sku) {
    if (!sku.second.empty() && sku.second.back().at + longest >= now) return false;
    for (const Sale& sale : sku.second) learn(sale);
    return true;
  });
  for (std::size_t i = 0; i < followed_.size(); ++i) {
    followed_[i] *= factor;
    usual_[i] *= factor;
  }
  sales_ *= factor;
  for (FollowCurve& curve : curves_) curve.fade(factor);
}

void PooledDemand::settle(DemandModel::Index sku, Instant now) {
  const auto at = recent_.find(sku);
  if (at == recent_.end() || (!at->second.empty() && at->second.back().at + longest >= now)) return;
  for (const Sale& sale : at->second) learn(sale);
  recent_.erase(at);
}

void PooledDemand::teach(DemandModel& model, Instant now) {
  constexpr double enough_sales = 1'000;
  curves_known_ = sales_ >= enough_sales;
  if (curves_known_)
    for (std::size_t i = 0; i < curves_.size(); ++i) curves_[i].fit(hours_long(lengths_hours[i]));
  // Half of a week's hours without a sale is no week yet.
  constexpr double enough_units = 500;
  if (week_units_ >= enough_units) {
    fc::ProfileLearner learner;
    bool learned = true;
    for (int hour = 0; hour < fc::hours_per_week; ++hour)
      learned = learned &&
                learner.add(hour, week_[static_cast<std::size_t>(hour)], week_units_ / fc::hours_per_week);
    if (learned)
      if (auto profile = fc::WeekProfile::make(learner.factors()); profile)
        model.set_profile(std::move(*profile));
  }
  // The slowest lane is nearly the whole past. A sample: the fit must not hold up the loop.
  constexpr std::size_t sample = 1'000;
  const std::size_t stride = std::max<std::size_t>(1, model.size() / sample);
  const fc::DemandFilter filter = model.filter();
  std::vector<fc::MatureSku> mature;
  for (std::size_t i = 0; i < model.size(); i += stride) {
    auto belief = model.belief(static_cast<DemandModel::Index>(i));
    const std::int64_t at = std::max<std::int64_t>(demand_seconds(now), belief.last_seconds);
    if (!filter.observe(belief, at, 0)) continue;
    const double exposure = static_cast<double>(belief.exposure_hours.back()) - model.prior().strength_hours;
    const double units = static_cast<double>(belief.units.back()) -
                         model.prior().strength_hours * model.prior().units_per_hour;
    if (exposure > 48) mature.push_back({std::max(0.0, units), exposure});
  }
  auto prior = model.prior();
  if (mature.size() < 20) return;
  if (const auto fitted = fc::fit_gamma_prior(mature, prior.dispersion)) {
    prior.units_per_hour = std::clamp(fitted->units_per_hour, 1e-5, 1e3);
    prior.strength_hours = std::clamp(fitted->strength_hours, 24.0, 24.0 * 60);
    model.set_prior(prior);
  }
}

}  // namespace forestall::guard
