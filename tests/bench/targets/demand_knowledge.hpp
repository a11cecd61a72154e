// SPDX-License-Identifier: Apache-2.0
// What a seller could know of demand: rates, the week's profile and burstiness, from the lines before the
// start. A plain stand-in for the demand belief, so that the sanity check of the targets needs nothing else.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "daemon/backtest/world/world.hpp"
#include "forecasting/window_demand.hpp"

namespace forestall::bench {

class DemandKnowledge {
 public:
  DemandKnowledge(const world::World& world, double prior_days = 7) : rate_(world.catalogue().skus) {
    const auto& demand = world.demand();
    const auto& catalogue = world.catalogue();
    const Instant start = world.scenario().start;
    share_.resize(catalogue.channels);
    first_ = demand.size() > 0 ? demand.time[0] : start;
    const double days = std::max(1.0, in_days(start - first_));
    std::array<double, 168> units{};
    double all = 0;
    std::vector<double> recent(catalogue.skus);
    for (std::uint32_t line = 0; line < demand.size() && demand.time[line] < start; ++line) {
      const double n = demand.units[line];
      all += n;
      units[hour_of_week(demand.time[line])] += n;
      share_[catalogue.channel[demand.listing[line]]] += n;
      recent[sku_of(catalogue, demand.listing[line])] += n * weight(in_days(start - demand.time[line]));
    }
    const double pooled = std::max(1e-3, all / days / catalogue.skus);
    prior_units_ = prior_days * pooled;
    prior_days_ = prior_days;
    const double seen_days = (1 - weight(days)) * half_life_days / std::log(2.0);
    for (std::uint32_t s = 0; s < catalogue.skus; ++s) rate_[s] = {recent[s], seen_days};
    for (auto& s : share_) s = all > 0 ? s / all : 1.0 / catalogue.channels;
    prefix_[0] = 0;
    for (std::size_t h = 0; h < 168; ++h)
      prefix_[h + 1] = prefix_[h] + (units[h] + 5) / (all + 5 * 168) * 168;
  }

  static std::uint32_t sku_of(const world::Catalogue& catalogue, std::uint32_t listing) {
    return catalogue.components[catalogue.first[listing]].sku;
  }
  static double in_days(Millis length) {
    return std::chrono::duration<double, std::ratio<86400>>(length).count();
  }

  double units_per_day(std::uint32_t sku) const {
    return (rate_[sku].units + prior_units_) / (rate_[sku].days + prior_days_);
  }
  double share(std::uint32_t channel) const { return share_[channel]; }
  double known_units(std::uint32_t sku) const { return rate_[sku].units + prior_units_; }

  // A day of listed time passed; n units were seen sold.
  void pass_day(std::uint32_t sku, double listed_share) {
    rate_[sku].units *= weight(1);
    rate_[sku].days = rate_[sku].days * weight(1) + listed_share;
  }
  void sold(std::uint32_t sku, double units) { rate_[sku].units += units; }

  // Hours of mean demand in [from, from + length).
  double exposure_days(Instant from, Millis length) const {
    const auto cumulative = [&](Instant at) {
      const auto hours = std::chrono::floor<std::chrono::hours>(at);
      const auto week = (hours.time_since_epoch().count() + 72) / 168;
      const auto h = hour_of_week(at);
      const double part = std::chrono::duration<double, std::ratio<3600>>(at - hours).count();
      return static_cast<double>(week) * 168 + prefix_[h] + part * (prefix_[h + 1] - prefix_[h]);
    };
    return (cumulative(from + length) - cumulative(from)) / 24;
  }

  // Variance / mean of the units of one SKU in windows of this length, pooled over the history.
  double burstiness(const world::World& world, Millis window) const {
    const auto& demand = world.demand();
    const Instant start = world.scenario().start;
    std::vector<double> count(rate_.size());
    double squares = 0, expected = 0;
    std::uint32_t line = 0;
    for (Instant at = first_; at + window <= start; at += window) {
      std::vector<std::uint32_t> touched;
      for (; line < demand.size() && demand.time[line] < at + window; ++line) {
        const auto sku = sku_of(world.catalogue(), demand.listing[line]);
        if (count[sku] == 0) touched.push_back(sku);
        count[sku] += demand.units[line];
      }
      const double exposure = exposure_days(at, window);
      for (const auto s : touched) {
        const double m = units_per_day(s) * exposure;
        squares += (count[s] - m) * (count[s] - m) - m * m;
        count[s] = 0;
      }
      for (std::uint32_t s = 0; s < rate_.size(); ++s) {
        const double m = units_per_day(s) * exposure;
        squares += m * m;
        expected += m;
      }
    }
    return expected > 0 ? std::clamp(squares / expected, 1.0, 20.0) : 2.0;
  }

 private:
  static constexpr double half_life_days = 45;
  static double weight(double days) { return std::exp2(-days / half_life_days); }
  static std::size_t hour_of_week(Instant at) {
    const auto hours = std::chrono::floor<std::chrono::hours>(at).time_since_epoch().count();
    return static_cast<std::size_t>((hours + 72) % 168);  // 1970-01-01 was a Thursday
  }

  struct Rate {
    double units = 0, days = 0;
  };
  std::vector<Rate> rate_;
  std::vector<double> share_;
  std::array<double, 169> prefix_{};
  double prior_units_ = 0, prior_days_ = 0;
  Instant first_{};
};

}  // namespace forestall::bench
