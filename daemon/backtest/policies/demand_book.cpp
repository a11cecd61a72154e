// SPDX-License-Identifier: Apache-2.0
#include "daemon/backtest/policies/demand_book.hpp"

#include <algorithm>
#include <stdexcept>

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

DemandBook::DemandBook(const World& world)
    : shares_(world.catalogue().channels), beliefs_(world.catalogue().skus) {
  learn_week(world);
  replay(world);
  learn_bursts(world);
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
  profiles_.push_back(profile ? *profile : fc::WeekProfile::flat());
  double squares = 0, sum = 0;
  for (int hour = 0; hour < fc::hours_per_week; ++hour) {
    const double factor = profiles_[0].factor(hour * 3600);
    squares += factor * factor;
    sum += factor;
  }
  busy_ = sum > 0 ? squares / sum : 1;
}

void DemandBook::replay(const World& world) {
  const auto& demand = world.demand();
  const world::LineIndex end = history_end(world);
  const Instant start = world.scenario().start;
  const Instant first = end > 0 ? demand.time[0] : start;
  std::vector<double> units(beliefs_.size());
  std::vector<Instant> since(beliefs_.size(), start);
  for (world::LineIndex line = 0; line < end; ++line) {
    const SkuIndex sku = sku_of(world, line);
    units[sku] += demand.units[line];
    since[sku] = std::min(since[sku], demand.time[line]);
  }
  std::vector<fc::MatureSku> mature;
  double total = 0;
  for (std::size_t sku = 0; sku < beliefs_.size(); ++sku)
    if (units[sku] > 0 && start > since[sku]) {
      mature.push_back({units[sku], profiles_[0].exposure_hours(seconds(since[sku]), seconds(start)) + 24});
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
  strata_.push_back(prior);
  for (std::size_t sku = 0; sku < beliefs_.size(); ++sku) {
    auto belief = filter().start(0, 0, seconds(since[sku]));
    if (!belief) throw std::logic_error("a time before 1970 in the history");
    beliefs_[sku] = *belief;
    selling(static_cast<SkuIndex>(sku), since[sku], true);
  }
  for (world::LineIndex line = 0; line < end; ++line)
    sold(sku_of(world, line), demand.time[line], demand.units[line]);
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
  std::vector<std::uint32_t> place(beliefs_.size(), 0);
  for (SkuIndex sku = 0; sku < beliefs_.size(); ++sku) {
    if (beliefs_[sku].last_seconds <= seconds(first)) continue;
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
      const double exposure = exposure_hours(at, window);
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
  bursts_ = learner.model();
}

double DemandBook::after_a_sale(const World& world, Millis length) const {
  const auto& demand = world.demand();
  const world::LineIndex end = history_end(world);
  if (end == 0) return 0;
  const Instant start = world.scenario().start;
  const Instant first = std::max(demand.time[0], start - std::chrono::days{56});
  const auto begin =
      static_cast<world::LineIndex>(std::ranges::lower_bound(demand.time, first) - demand.time.begin());
  struct Recent {
    std::vector<Instant> sales;
    std::size_t oldest = 0;
  };
  std::vector<Recent> recent(beliefs_.size());
  std::vector<double> units(beliefs_.size());
  const double all_hours = std::max(1.0, exposure_hours(first, start - first));
  for (world::LineIndex line = begin; line < end; ++line) units[sku_of(world, line)] += demand.units[line];
  double followed = 0, usual = 0, sales = 0;
  for (world::LineIndex line = begin; line < end; ++line) {
    const SkuIndex sku = sku_of(world, line);
    Recent& before = recent[sku];
    while (before.oldest < before.sales.size() && before.sales[before.oldest] + length < demand.time[line])
      ++before.oldest;
    followed += demand.units[line] * static_cast<double>(before.sales.size() - before.oldest);
    before.sales.push_back(demand.time[line]);
    usual += (units[sku] - demand.units[line]) / all_hours * exposure_hours(demand.time[line], length);
    sales += 1;
  }
  return sales > 0 ? std::max(0.0, followed - usual) / sales : 0;
}

void DemandBook::sold(SkuIndex sku, Instant at, double units) {
  auto& belief = beliefs_[sku];
  const std::int64_t when = std::max<std::int64_t>(seconds(at), belief.last_seconds);
  if (!filter().observe(belief, when, units)) throw std::logic_error("the demand belief refused a sale");
}

void DemandBook::selling(SkuIndex sku, Instant at, bool yes) {
  auto& belief = beliefs_[sku];
  if (belief.selling() == yes) return;
  const std::int64_t when = std::max<std::int64_t>(seconds(at), belief.last_seconds);
  if (!filter().set_selling(belief, when, yes)) throw std::logic_error("the demand belief refused an edge");
}

fc::DemandLevel DemandBook::level(SkuIndex sku, Instant now) const {
  return filter().level(beliefs_[sku], seconds(now));
}

double DemandBook::exposure_hours(Instant from, Millis length) const {
  return profiles_[0].exposure_hours(seconds(from), seconds(from + length));
}

fc::WindowDemand DemandBook::window(const fc::DemandLevel& level, Instant from, Millis length) const {
  return fc::DemandFilter::window(level, exposure_hours(from, length), hours(length),
                                  profiles_[0].half_lives_days(), &bursts_);
}

// Long windows see the whole week: the factor fades out over a day.
fc::WindowDemand DemandBook::window_at_sale(const fc::DemandLevel& level, Millis length) const {
  const double h = hours(length);
  const double factor = 1 + (busy_ - 1) * std::clamp(1 - h / 24, 0.0, 1.0);
  return fc::DemandFilter::window(level, h * factor, h, profiles_[0].half_lives_days(), &bursts_);
}

}  // namespace forestall::backtest
