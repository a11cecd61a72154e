// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/demand/demand_model.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace forestall::guard {

namespace fc = forecasting;

std::int64_t demand_seconds(Instant at) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  return std::clamp<std::int64_t>(whole, 0, std::numeric_limits<std::uint32_t>::max());
}

namespace {
double hours(Millis length) { return std::chrono::duration<double, std::ratio<3600>>(length).count(); }
constexpr std::int64_t minutes_kept = 1440;  // a day
}  // namespace

DemandModel::DemandModel() : profiles_{fc::WeekProfile::flat()}, strata_(1) { keep_shapes(); }

void DemandModel::set_bursts(const fc::BurstModel& bursts) {
  bursts_ = bursts;
  keep_shapes();
}

void DemandModel::keep_shapes() {
  shapes_.clear();
  shapes_.reserve(minutes_kept + 1);
  for (std::int64_t minutes = 0; minutes <= minutes_kept; ++minutes)
    shapes_.push_back(fc::DemandFilter::shape(hours(std::chrono::minutes(minutes)),
                                              profiles_[0].half_lives_days(), &bursts_));
}

fc::WindowShape DemandModel::shape(Millis length) const {
  const std::int64_t minutes = length / std::chrono::minutes(1);
  if (minutes >= 0 && minutes <= minutes_kept && length == Millis(std::chrono::minutes(minutes)))
    return shapes_[static_cast<std::size_t>(minutes)];
  return fc::DemandFilter::shape(hours(length), profiles_[0].half_lives_days(), &bursts_);
}

void DemandModel::grow(std::size_t skus, Instant since) {
  if (skus > beliefs_.size()) sizes_.grow(skus);
  while (beliefs_.size() < skus) {
    beliefs_.emplace_back();
    begin(static_cast<Index>(beliefs_.size() - 1), since);
  }
}

void DemandModel::begin(Index sku, Instant since) {
  auto belief = filter().start(0, 0, demand_seconds(since));
  if (!belief) throw std::logic_error("a time that no belief can hold");
  beliefs_[sku] = *belief;
  sizes_.begin(sku);
}

void DemandModel::set_profile(fc::WeekProfile profile) {
  profiles_[0] = profile;
  keep_shapes();
  double squares = 0, sum = 0;
  for (int hour = 0; hour < fc::hours_per_week; ++hour) {
    const double factor = profiles_[0].factor(std::int64_t{hour} * 3600);
    squares += factor * factor;
    sum += factor;
  }
  busy_ = sum > 0 ? squares / sum : 1;
}

void DemandModel::sold(Index sku, Instant at, double units) {
  auto& belief = beliefs_[sku];
  const std::int64_t when = std::max<std::int64_t>(demand_seconds(at), belief.last_seconds);
  if (filter().observe(belief, when, units))
    sizes_.add(sku, units);
  else
    ++refused_;
}

void DemandModel::selling(Index sku, Instant at, bool yes) {
  auto& belief = beliefs_[sku];
  if (belief.selling() == yes) return;
  const std::int64_t when = std::max<std::int64_t>(demand_seconds(at), belief.last_seconds);
  if (!filter().set_selling(belief, when, yes)) ++refused_;
}

fc::DemandLevel DemandModel::level(Index sku, Instant now) const {
  return filter().level(beliefs_[sku], demand_seconds(now));
}

fc::DemandLevel DemandModel::level(Instant now) const {
  auto belief = filter().start(0, 0, demand_seconds(now));
  if (!belief) throw std::logic_error("a time that no belief can hold");
  return filter().level(*belief, demand_seconds(now));
}

double DemandModel::exposure_hours(Instant from, Millis length) const {
  return profiles_[0].exposure_hours(demand_seconds(from), demand_seconds(from + length));
}

DemandModel::Span DemandModel::span(Instant from, Millis length) const {
  const double exposure = exposure_hours(from, length);
  if (exposure <= 0) return {};
  return {exposure, shape(length)};
}

fc::WindowDemand DemandModel::window(const fc::DemandLevel& level, Instant from, Millis length) const {
  return window(level, span(from, length));
}

// Long windows see the whole week: the factor fades out over a day.
fc::WindowDemand DemandModel::window_at_sale(const fc::DemandLevel& level, Millis length) const {
  const double h = hours(length);
  const double factor = 1 + (busy_ - 1) * std::clamp(1 - h / 24, 0.0, 1.0);
  return fc::DemandFilter::window(level, h * factor, shape(length));
}

}  // namespace forestall::guard
