// SPDX-License-Identifier: Apache-2.0
#include "daemon/backtest/policies/demand_book.hpp"

#include <algorithm>
#include <stdexcept>

#include "daemon/guard/demand/pooled.hpp"

namespace forestall::backtest {

namespace fc = forecasting;
using world::SkuIndex;
using world::World;

namespace {

std::int64_t seconds(Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}
double hours(Millis length) { return std::chrono::duration<double, std::ratio<3600>>(length).count(); }
std::size_t hour_of_week(Instant at) {
  return static_cast<std::size_t>(seconds(at) % fc::seconds_per_week / 3600);
}
SkuIndex sku_of(const World& world, world::LineIndex line) {
  const auto& catalogue = world.catalogue();
  return catalogue.components[catalogue.first[world.demand().listing[line]]].sku;
}
world::LineIndex history_end(const World& world) {
  const auto& time = world.demand().time;
  return static_cast<world::LineIndex>(std::ranges::lower_bound(time, world.scenario().start) - time.begin());
}

}  // namespace

DemandBook::DemandBook(const World& world) : shares_(world.catalogue().channels) {
  learn_week(world);
  replay(world);
  learn_bursts(world);
}

DemandBook DemandBook::untaught(const World& world) {
  DemandBook book;
  book.taught_ = false;
  book.shares_.assign(world.catalogue().channels, 1.0 / world.catalogue().channels);
  book.model_.grow(world.catalogue().skus, world.scenario().start);
  for (SkuIndex sku = 0; sku < world.catalogue().skus; ++sku) book.selling(sku, world.scenario().start, true);
  return book;
}

void DemandBook::learn_week(const World& world) {
  const auto& demand = world.demand();
  const auto& catalogue = world.catalogue();
  const world::LineIndex end = history_end(world);
  std::array<double, fc::hours_per_week> units{};
  double all = 0;
  for (world::LineIndex line = 0; line < end; ++line) {
    const double n = demand.units[line];
    units[hour_of_week(demand.time[line])] += n;
    shares_[catalogue.channel[demand.listing[line]]] += n;
    all += n;
  }
  for (double& share : shares_) share = (share + 1) / (all + static_cast<double>(shares_.size()));
  fc::ProfileLearner learner;
  for (int hour = 0; hour < fc::hours_per_week; ++hour)
    if (!learner.add(hour, units[static_cast<std::size_t>(hour)], all / fc::hours_per_week))
      throw std::logic_error("the week profile refused an hour");
  auto profile = fc::WeekProfile::make(learner.factors());
  model_.set_profile(profile ? std::move(*profile) : fc::WeekProfile::flat());
}

void DemandBook::replay(const World& world) {
  const auto& demand = world.demand();
  const world::LineIndex end = history_end(world);
  const Instant start = world.scenario().start;
  const Instant first = end > 0 ? demand.time[0] : start;
  const std::size_t skus = world.catalogue().skus;
  std::vector<double> units(skus);
  std::vector<Instant> since(skus, start);
  for (world::LineIndex line = 0; line < end; ++line) {
    const SkuIndex sku = sku_of(world, line);
    units[sku] += demand.units[line];
    since[sku] = std::min(since[sku], demand.time[line]);
  }
  std::vector<fc::MatureSku> mature;
  double total = 0;
  for (std::size_t sku = 0; sku < skus; ++sku)
    if (units[sku] > 0 && start > since[sku]) {
      mature.push_back(
          {units[sku], model_.profile().exposure_hours(seconds(since[sku]), seconds(start)) + 24});
      total += units[sku];
    }
  fc::StratumPrior prior;
  if (const auto fitted = fc::fit_gamma_prior(mature, prior.dispersion)) {
    prior.units_per_hour = fitted->units_per_hour;
    prior.strength_hours = std::clamp(fitted->strength_hours, 24.0, 24.0 * 60);
  } else if (total > 0) {
    prior.units_per_hour =
        total / (hours(start - first) + 24) / static_cast<double>(std::max<std::size_t>(1, mature.size()));
  }
  model_.set_prior(prior);
  model_.grow(skus, start);
  for (std::size_t sku = 0; sku < skus; ++sku) {
    model_.begin(static_cast<SkuIndex>(sku), since[sku]);
    selling(static_cast<SkuIndex>(sku), since[sku], true);
  }
  const Instant recent = start - std::chrono::days{56};
  for (world::LineIndex line = 0; line < end; ++line) {
    const SkuIndex sku = sku_of(world, line);
    if (demand.time[line] >= recent)
      believed_.push_back(static_cast<float>(level(sku, demand.time[line]).mean_units_per_hour()));
    sold(sku, demand.time[line], demand.units[line]);
  }
}

// Windows of the last eight weeks, every SKU with sales; nights, in which nothing is learned, are left out.
void DemandBook::learn_bursts(const World& world) {
  const auto& demand = world.demand();
  const world::LineIndex end = history_end(world);
  const Instant start = world.scenario().start;
  if (end == 0) return;
  const Instant first = std::max(demand.time[0], start - std::chrono::days{56});
  std::vector<fc::DemandLevel> levels;
  std::vector<SkuIndex> known;
  std::vector<std::uint32_t> place(model_.size(), 0);
  for (SkuIndex sku = 0; sku < model_.size(); ++sku) {
    if (model_.belief(sku).last_seconds <= seconds(first)) continue;
    place[sku] = static_cast<std::uint32_t>(known.size()) + 1;
    known.push_back(sku);
    levels.push_back(level(sku, start));
  }
  if (known.empty()) return;
  fc::BurstLearner learner;
  std::vector<double> count(known.size());
  for (std::size_t length = 0; length < fc::BurstModel::lengths_hours.size(); ++length) {
    const Millis window{static_cast<std::int64_t>(fc::BurstModel::lengths_hours[length] * 3'600'000)};
    const double windows = static_cast<double>((start - first) / window);
    const auto stride =
        static_cast<std::size_t>(std::max(1.0, windows * static_cast<double>(known.size()) / 1e6));
    auto line =
        static_cast<world::LineIndex>(std::ranges::lower_bound(demand.time, first) - demand.time.begin());
    std::size_t turn = 0;
    for (Instant at = first; at + window <= start; at += window) {
      const double exposure = model_.exposure_hours(at, window);
      std::ranges::fill(count, 0.0);
      for (; line < end && demand.time[line] < at + window; ++line)
        if (const auto p = place[sku_of(world, line)]; p > 0) count[p - 1] += demand.units[line];
      for (std::size_t i = turn++ % stride; i < known.size(); i += stride) {
        const double mean = levels[i].mean_units_per_hour() * exposure;
        if (mean < 1e-6) continue;
        if (!learner.add(length, mean, 0, levels[i].dispersion, count[i]))
          throw std::logic_error("the burst learner refused a window");
      }
    }
  }
  model_.set_bursts(learner.model());
}

guard::FollowCurve DemandBook::after_a_sale(const World& world, Millis length) const {
  if (!taught_) return guard::FollowCurve::constant(guard::PooledDemand().follow(length, 1));
  const auto& demand = world.demand();
  const auto first = history_end(world) - static_cast<world::LineIndex>(believed_.size());
  struct Recent {
    std::vector<world::LineIndex> sales;
    std::size_t oldest = 0;
  };
  std::vector<Recent> recent(model_.size());
  // What followed counts for the sale that it followed, at the speed that was believed before that sale.
  std::vector<double> followed(believed_.size());
  for (std::size_t i = 0; i < believed_.size(); ++i) {
    const auto line = first + static_cast<world::LineIndex>(i);
    Recent& before = recent[sku_of(world, line)];
    while (before.oldest < before.sales.size() &&
           demand.time[before.sales[before.oldest]] + length < demand.time[line])
      ++before.oldest;
    for (std::size_t n = before.oldest; n < before.sales.size(); ++n)
      if (demand.order[before.sales[n]] != demand.order[line])
        followed[before.sales[n] - first] += demand.units[line];
    before.sales.push_back(line);
  }
  guard::FollowCurve curve;
  for (std::size_t i = 0; i < believed_.size(); ++i)
    curve.add(believed_[i] * 24, followed[i],
              believed_[i] * model_.exposure_hours(demand.time[first + i], length));
  curve.fit(length);
  return curve;
}

}  // namespace forestall::backtest
