// SPDX-License-Identifier: Apache-2.0
// A cluster process (Neyman and Scott 1958): parents by the week's profile, children within 15 minutes.
#include "daemon/backtest/world/shoppers.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <tuple>

#include "daemon/backtest/world/draws.hpp"

namespace forestall::world {

namespace {

constexpr double window_ms = 15 * 60'000.0;
constexpr double hour_ms = 3'600'000.0;
constexpr double day_ms = 24 * hour_ms;

struct Arrival {
  Instant time;
  SkuIndex sku;
  std::uint32_t sequence;
  ChannelIndex channel;
  std::int32_t units;
};

ChannelIndex pick_channel(double u, const std::vector<double>& shares) {
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (ChannelIndex channel = 0; channel + 1 < shares.size(); ++channel) {
    u -= shares[channel] / total;
    if (u < 0) return channel;
  }
  return static_cast<ChannelIndex>(shares.size() - 1);
}

// One SKU's shoppers by thinning (Lewis and Shedler 1979).
class SkuShoppers {
 public:
  SkuShoppers(const ShopperRules& rules, const std::array<double, 168>& profile, double peak, SkuIndex sku)
      : rules_(rules),
        profile_(profile),
        peak_(peak),
        sku_(sku),
        stream_(rules.seed, Purpose::arrivals, sku) {}

  void arrive(double per_ms, double ratio, std::vector<Arrival>& out) {
    // A parent with b children gives pairs at the rate of b / (rate x window) over no clustering.
    const double children = std::min(2.0, (ratio - 1) * per_ms * window_ms);
    const double parents = per_ms / (1 + children) * peak_;
    const double length = static_cast<double>((rules_.end - rules_.start).count());
    for (double at = stream_.exponential() / parents; at < length; at += stream_.exponential() / parents) {
      if (stream_.unit() * peak_ >= profile_[hour_of_week(at)]) continue;
      add(at, out);
      // The number of children is geometric with this mean: bursts, when they come, are long.
      for (std::int64_t n = stream_.trials_to_success(1 / (1 + children)); n > 1; --n) {
        const double child = at + stream_.unit() * window_ms;
        if (child < length) add(child, out);
      }
    }
  }

 private:
  std::size_t hour_of_week(double at) const {
    const Instant when = rules_.start + Millis{static_cast<std::int64_t>(at)};
    const auto hours = std::chrono::floor<std::chrono::hours>(when).time_since_epoch().count();
    return static_cast<std::size_t>((hours + 72) % 168);  // 1970-01-01 was a Thursday
  }
  void add(double at, std::vector<Arrival>& out) {
    std::int32_t units = 1;
    while (units < 100 && stream_.unit() < rules_.units_above_one) ++units;
    out.push_back({rules_.start + Millis{static_cast<std::int64_t>(at)}, sku_, sequence_++,
                   pick_channel(stream_.unit(), rules_.channel_shares), units});
  }

  const ShopperRules& rules_;
  const std::array<double, 168>& profile_;
  double peak_;
  SkuIndex sku_;
  Stream stream_;
  std::uint32_t sequence_ = 0;
};

void check_rules(const ShopperRules& rules, const Catalogue& catalogue) {
  const bool fits = rules.channel_shares.size() == catalogue.channels &&
                    catalogue.listings() == catalogue.skus * catalogue.channels;
  const bool shares =
      std::ranges::all_of(rules.channel_shares, [](double s) { return s >= 0 && s <= 1e6; }) &&
      std::accumulate(rules.channel_shares.begin(), rules.channel_shares.end(), 0.0) > 0;
  const bool numbers = rules.lines_per_sku_day > 0 && rules.lines_per_sku_day <= 1e5 &&
                       rules.rate_spread >= 0 && rules.rate_spread <= 3 && rules.burst_least >= 1 &&
                       rules.burst_most >= rules.burst_least && rules.units_above_one >= 0 &&
                       rules.units_above_one < 1 && rules.end >= rules.start;
  if (!fits || !shares || !numbers) throw std::logic_error("shopper rules out of range");
}

}  // namespace

std::array<double, 168> week_profile() {
  std::array<double, 168> profile{};
  for (std::size_t hour = 0; hour < profile.size(); ++hour) {
    const double of_day = static_cast<double>(hour % 24);
    const double day = 1 - std::cos(2 * 3.14159265358979 * (of_day - 3) / 24);  // lowest at 03:00
    const double evening = std::exp(-0.5 * (of_day - 20) * (of_day - 20) / 4);
    profile[hour] = (0.25 + 0.6 * day + 0.5 * evening) * (hour >= 120 ? 0.9 : 1.0);
  }
  const double mean = std::accumulate(profile.begin(), profile.end(), 0.0) / 168;
  for (double& value : profile) value /= mean;
  return profile;
}

Demand shoppers(const ShopperRules& rules, const Catalogue& catalogue) {
  check_rules(rules, catalogue);
  const auto profile = week_profile();
  const double peak = *std::ranges::max_element(profile);
  std::vector<Arrival> arrivals;
  const double days = static_cast<double>((rules.end - rules.start).count()) / day_ms;
  arrivals.reserve(static_cast<std::size_t>(1.2 * days * rules.lines_per_sku_day * catalogue.skus) + 16);
  for (SkuIndex sku = 0; sku < catalogue.skus; ++sku) {
    // Log-normal rates of the wanted mean; the fastest are capped at a thousand times it.
    Stream stream(rules.seed, Purpose::rate, sku);
    const double factor =
        std::exp(rules.rate_spread * stream.normal() - rules.rate_spread * rules.rate_spread / 2);
    const double per_ms = rules.lines_per_sku_day * std::min(factor, 1000.0) / day_ms;
    const double u = draw_unit(rules.seed, Purpose::burst, sku);
    const double ratio = rules.burst_least + u * (rules.burst_most - rules.burst_least);
    SkuShoppers(rules, profile, peak, sku).arrive(per_ms, ratio, arrivals);
  }
  std::ranges::sort(arrivals, [](const Arrival& a, const Arrival& b) {
    return std::tie(a.time, a.sku, a.sequence) < std::tie(b.time, b.sku, b.sequence);
  });
  Demand demand;
  demand.reserve(arrivals.size());
  std::uint32_t order = 0;
  for (const Arrival& arrival : arrivals)
    demand.push(arrival.time, arrival.sku * catalogue.channels + arrival.channel, arrival.units, order++);
  return demand;
}

}  // namespace forestall::world
