// SPDX-License-Identifier: Apache-2.0
#include "forecasting/demand_filter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace forestall::forecasting {
namespace {

constexpr std::int64_t last_second = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t seconds_per_day = 86'400;
constexpr float deficit_scale = 1024;        // lane_deficit counts 1/1024 nat
constexpr float most_deficit_nats = 14;      // a lane that was wrong for long can still come back
constexpr float averaging_memory = 0.99F;    // per expected order (Raftery, Karny, Ettler 2010)
constexpr float dispersion_memory = 0.998F;  // per expected unit
constexpr float most_dispersion = 400;
constexpr float weight_scale = 128;            // squared_weight counts 1/128 unit
constexpr float least_share_of_prior = 1e-3F;  // returns never drive a level to nothing
constexpr double winsor_level = 0.999;
constexpr int promotion_scale = 16;
constexpr float promotion_share = 0.25F;
// What a level reverts to is the stratum's prior at this share of its strength: enough to keep silent SKUs
// proper; the whole strength would hold 19 % of a three-day lane for ever.
constexpr float reversion_share = 0.1F;

Lanes load(const std::array<float, lane_count>& a) { return Lanes{a[0], a[1], a[2], a[3]}; }
void store(std::array<float, lane_count>& a, const Lanes& v) { a = {v[0], v[1], v[2], v[3]}; }

Lanes deficits(const DemandBelief& b) {
  return Lanes{static_cast<float>(b.lane_deficit[0]), static_cast<float>(b.lane_deficit[1]),
               static_cast<float>(b.lane_deficit[2]), static_cast<float>(b.lane_deficit[3])} *
         (1 / deficit_scale);
}

void store_deficits(DemandBelief& b, const Lanes& nats) {
  const Lanes scaled = min(nats, lanes(most_deficit_nats)) * deficit_scale + 0.5F;
  for (std::size_t k = 0; k < lane_count; ++k) b.lane_deficit[k] = static_cast<std::uint16_t>(scaled[k]);
}

// Weights that sum to 1 from deficits in nats.
Lanes weights(const Lanes& nats) {
  const Lanes w = exp2_lanes(nats * -std::numbers::log2e_v<float>);
  return w * (1 / sum(w));
}

float dispersion_of(const DemandBelief& b, const StratumPrior& prior) {
  const float seen = static_cast<float>(b.squared_weight) * (1 / weight_scale);
  const auto pool_units = static_cast<float>(prior.dispersion_units);
  const float phi =
      (pool_units * static_cast<float>(prior.dispersion) + b.squared_error) / (pool_units + seen);
  return std::clamp(phi, 1.0F, most_dispersion);
}

bool finite_units(double units, ForecastError& error) {
  if (!std::isfinite(units)) return error = ForecastError::not_finite, false;
  if (units < 0) return error = ForecastError::negative, false;
  if (units > DemandFilter::max_units) return error = ForecastError::too_large, false;
  return true;
}

// Closes the day: (y - M)^2 against M summed, not averaged, because then it does not matter that days close
// on sales: y - M is a martingale and E[(y - M)^2] = dispersion E[M] at any stopping time. Days of many units
// count as four.
void close_day(DemandBelief& b, float uncertainty, float dispersion) {
  const float expected = b.open_expected;
  const float away = static_cast<float>(b.open_units) - expected;
  const float weight = 1 / std::max(1.0F, expected * 0.25F);
  const float most = 400 * dispersion * std::max(expected, 1.0F);
  const float squared = std::min(away * away, most) / (1 + uncertainty);
  const float memory = std::max(0.5F, 1 - (1 - dispersion_memory) * expected * weight);
  b.squared_error = std::min(b.squared_error * memory + squared * weight, 1e8F);
  const float seen = static_cast<float>(b.squared_weight) * memory + expected * weight * weight_scale + 0.5F;
  b.squared_weight = static_cast<std::uint16_t>(std::min(seen, 65'535.0F));
  b.open_expected = 0;
  b.open_units = 0;
}

}  // namespace

double DemandLevel::mean_units_per_hour() const {
  double mean = 0;
  for (std::size_t k = 0; k < lane_count; ++k) mean += weight[k] * units_per_hour[k];
  return mean;
}

const WeekProfile& DemandFilter::profile(const DemandBelief& belief) const {
  return profiles_[belief.profile < profiles_.size() ? belief.profile : 0];
}

const StratumPrior& DemandFilter::prior(const DemandBelief& belief) const {
  return strata_[belief.stratum() < strata_.size() ? belief.stratum() : 0];
}

Expected<DemandBelief> DemandFilter::start(std::uint16_t stratum, std::uint16_t profile,
                                           std::int64_t now_seconds) const {
  return start_from(strata_[stratum < strata_.size() ? stratum : 0], stratum, profile, now_seconds);
}

Expected<DemandBelief> DemandFilter::start_from(const StratumPrior& prior, std::uint16_t stratum,
                                                std::uint16_t profile, std::int64_t now_seconds) const {
  if (now_seconds < 0 || now_seconds > last_second || stratum > DemandBelief::max_stratum) {
    return std::unexpected(ForecastError::out_of_range);
  }
  DemandBelief b;
  b.units.fill(static_cast<float>(prior.units_per_hour * prior.strength_hours));
  b.exposure_hours.fill(static_cast<float>(prior.strength_hours));
  store_deficits(b, load(prior.lane_deficit_nats));
  b.last_seconds = static_cast<std::uint32_t>(now_seconds);
  b.stratum_and_flags = stratum;
  b.profile = profile;
  return b;
}

double DemandFilter::promotion_uplift(const DemandBelief& belief) const {
  const StratumPrior& pool = prior(belief);
  const double units = static_cast<double>(belief.promotion_units) / promotion_scale;
  const double expected = static_cast<double>(belief.promotion_expected) / promotion_scale;
  return std::clamp(
      (pool.promotion_units * pool.promotion_uplift + units) / (pool.promotion_units + expected), 0.1, 100.0);
}

// What lies between the last event and an instant, for each lane.
struct DemandFilter::Advance {
  Lanes rate;         // units per hour before the new units
  float mean_rate;    // their weighted mean
  float expected;     // units expected over the interval
  float exposure;     // undecayed hours, promotion included
  float known_hours;  // exposure behind the level
  float dispersion;
  // Variance of the level's error over the interval / that of the units.
  float uncertainty() const { return exposure / known_hours; }
};

// Ages the belief to an instant and judges the lanes by the units seen since; the units themselves are not
// added.
DemandFilter::Advance DemandFilter::advance(DemandBelief& b, std::int64_t at, double units) const {
  const WeekProfile& p = profile(b);
  const StratumPrior& pool = prior(b);
  const std::int64_t last = b.last_seconds;
  Advance out;
  const Lanes a = load(b.units);
  const Lanes e = load(b.exposure_hours);
  const Lanes per_hour = 1.0F / e;
  out.rate = a * per_hour;
  const Lanes deficit = deficits(b);
  const Lanes w = exp2_lanes(deficit * -std::numbers::log2e_v<float>);
  const float w_sum = 1 / sum(w);
  out.mean_rate = sum(w * out.rate) * w_sum;
  out.dispersion = dispersion_of(b, pool);
  out.exposure = 0;
  Lanes keep = lanes(1);
  Lanes gained{};
  if (at > last) {
    if (b.promotion()) {
      // Promotions count a quarter, in time as in evidence, so that an uplift not yet known leaves the level
      // alone.
      keep = p.keep_after(static_cast<float>(at - last) * (promotion_share / 3600));
    } else if (b.selling()) {
      gained = p.decayed_exposure(last, at, keep);
    } else {
      keep = p.keep_after(static_cast<float>(at - last) * (1.0F / 3600));
    }
    if (b.selling()) {
      out.exposure = static_cast<float>(p.exposure_hours(last, at));
      if (b.promotion()) {
        out.exposure *= static_cast<float>(promotion_uplift(b));
        gained = exp2_lanes(log2_lanes(keep) * 0.5F) * (out.exposure * promotion_share);
      }
    }
  }
  out.known_hours = sum(w * e) * w_sum;
  // Lanes: the predictive quasi log-likelihood of silence, then of the units at its end. Silence lowers the
  // rate while it lasts, so it costs A log(1 + s/B) and not s A/B: the sum is the same however the time is
  // cut.
  const float nats = std::numbers::ln2_v<float> / out.dispersion;
  const auto y = static_cast<float>(units);
  const Lanes faded = log2_lanes(1.0F + out.exposure * per_hour);
  Lanes score = a * faded * -nats;
  if (units > 0) score += (log2_lanes(out.rate) - faded) * (nats * y);
  const float expected = sum(w * a * faded) * (w_sum * std::numbers::ln2_v<float>);
  out.expected = expected;
  const float memory = std::max(0.5F, 1 - (1 - averaging_memory) * expected);
  const Lanes next = deficit * memory - score;
  store_deficits(b, next + highest(-next));
  // Days for the dispersion end with the calendar day of an event (midnight belongs to the day before it);
  // silence belongs to the day that ends it.
  const std::int64_t day_end = (last + seconds_per_day - 1) / seconds_per_day * seconds_per_day;
  if (at > day_end && b.open_units > 0) {
    const float rest = b.selling() && out.exposure > 0
                           ? expected * static_cast<float>(day_end - last) / static_cast<float>(at - last)
                           : 0.0F;
    b.open_expected += rest;
    close_day(b, std::min(out.uncertainty(), 10.0F), out.dispersion);
    b.open_expected = expected - rest;
  } else {
    b.open_expected = std::min(b.open_expected + expected, 1e6F);
  }
  b.open_units = static_cast<std::uint16_t>(std::min(static_cast<double>(b.open_units) + units, 65'535.0));
  const float prior_hours = static_cast<float>(pool.strength_hours) * reversion_share;
  const float prior_units = static_cast<float>(pool.units_per_hour) * prior_hours;
  const Lanes lost = 1.0F - keep;
  store(b.units, a * keep + lost * prior_units);
  store(b.exposure_hours, e * keep + lost * prior_hours + gained);
  b.last_seconds = static_cast<std::uint32_t>(at);
  return out;
}

bool DemandFilter::check(const DemandBelief& belief, std::int64_t at, double units,
                         ForecastError& error) const {
  if (!finite_units(units, error)) return false;
  if (at < belief.last_seconds) return error = ForecastError::time_backwards, false;
  if (at > last_second) return error = ForecastError::too_large, false;
  return true;
}

Expected<void> DemandFilter::observe(DemandBelief& belief, std::int64_t at_seconds, double units) const {
  ForecastError error{};
  if (!check(belief, at_seconds, units, error)) return std::unexpected(error);
  const Advance step = advance(belief, at_seconds, units);
  double counted = units;
  // A bulk order says little about the next hundred: count it as the .999 quantile of the time it came in, or
  // of a day.
  const double hours = std::max(24.0, static_cast<double>(step.exposure));
  const double mean = static_cast<double>(step.mean_rate) * hours;
  const double variance = static_cast<double>(step.dispersion) * mean;
  const double away = counted - mean;
  if (counted > 3 && away > 0 && away * away > 9 * variance) {
    const WindowDemand day{mean, variance * (1 + static_cast<double>(step.uncertainty()))};
    counted = std::min(counted, std::max(3.0, static_cast<double>(quantile(day, winsor_level))));
  }
  if (belief.promotion()) {
    const auto add = [](std::uint16_t sum, double more) {
      return static_cast<double>(sum) + more * promotion_scale + 0.5;
    };
    double sold = add(belief.promotion_units, counted);
    double base = add(belief.promotion_expected,
                      static_cast<double>(step.mean_rate * step.exposure) / promotion_uplift(belief));
    while (std::max(sold, base) > 65'535) {
      sold /= 2;
      base /= 2;
    }
    belief.promotion_units = static_cast<std::uint16_t>(sold);
    belief.promotion_expected = static_cast<std::uint16_t>(base);
  }
  const float y = static_cast<float>(counted) * (belief.promotion() ? promotion_share : 1.0F);
  for (float& sum_units : belief.units) sum_units += y;
  return {};
}

Expected<void> DemandFilter::observe_sold_out(DemandBelief& belief, std::int64_t at_seconds,
                                              double units) const {
  ForecastError error{};
  if (!check(belief, at_seconds, units, error)) return std::unexpected(error);
  const auto least = static_cast<int>(std::min(units, 1e9));
  if (least <= 0) {
    // Nothing sold and sold out says nothing about demand: the time is no exposure.
    const bool was_selling = belief.selling();
    belief.set_flag(DemandBelief::selling_flag, false);
    advance(belief, at_seconds, 0);
    belief.set_flag(DemandBelief::selling_flag, was_selling);
    return {};
  }
  // E[D | D >= S] = S + E[(D - S)+] / P(D >= S) under the belief before this time.
  const WindowDemand before = window(belief, belief.last_seconds, belief.last_seconds, at_seconds);
  const double reached = probability_above(before, least - 1);
  const double more = reached > 1e-12 ? expected_excess(before, least) / reached : 0;
  const Advance step = advance(belief, at_seconds, units + more);
  const auto y = static_cast<float>(units + more);
  const float half = 0.5F * step.exposure;
  for (std::size_t k = 0; k < lane_count; ++k) {
    belief.units[k] += y;
    // A bound knows about half of what a count does: less certainty, the same mean. Weighing the two kinds of
    // days differently instead would favour the days of low demand.
    const float keep = belief.exposure_hours[k] / (belief.exposure_hours[k] + half);
    belief.units[k] *= keep;
    belief.exposure_hours[k] *= keep;
  }
  return {};
}

Expected<void> DemandFilter::set_selling(DemandBelief& belief, std::int64_t at_seconds, bool selling) const {
  ForecastError error{};
  if (!check(belief, at_seconds, 0, error)) return std::unexpected(error);
  advance(belief, at_seconds, 0);
  belief.set_flag(DemandBelief::selling_flag, selling);
  return {};
}

Expected<void> DemandFilter::set_promotion(DemandBelief& belief, std::int64_t at_seconds,
                                           bool promotion) const {
  ForecastError error{};
  if (!check(belief, at_seconds, 0, error)) return std::unexpected(error);
  // An unsold end of a promotion counts for its uplift too.
  if (const auto ok = observe(belief, at_seconds, 0); !ok) return ok;
  belief.set_flag(DemandBelief::promotion_flag, promotion);
  return {};
}

Expected<void> DemandFilter::take_back(DemandBelief& belief, std::int64_t at_seconds,
                                       std::int64_t sold_seconds, double units) const {
  ForecastError error{};
  if (!check(belief, at_seconds, units, error)) return std::unexpected(error);
  if (sold_seconds > at_seconds) return std::unexpected(ForecastError::time_backwards);
  if (sold_seconds < 0) return std::unexpected(ForecastError::out_of_range);
  advance(belief, at_seconds, 0);
  const WeekProfile& p = profile(belief);
  const StratumPrior& pool = prior(belief);
  const Lanes aged = p.keep_after(static_cast<float>(at_seconds - sold_seconds) * (1.0F / 3600));
  const auto least = static_cast<float>(pool.units_per_hour * pool.strength_hours) * least_share_of_prior;
  store(belief.units,
        max(load(belief.units) - aged * static_cast<float>(units), lanes(std::max(least, 1e-9F))));
  if (sold_seconds / seconds_per_day == at_seconds / seconds_per_day) {
    const double left = std::max(0.0, static_cast<double>(belief.open_units) - units);
    belief.open_units = static_cast<std::uint16_t>(left);
  }
  return {};
}

DemandLevel DemandFilter::level(const DemandBelief& belief, std::int64_t now_seconds) const {
  DemandBelief now = belief;
  const std::int64_t at = std::clamp<std::int64_t>(now_seconds, belief.last_seconds, last_second);
  if (at > belief.last_seconds) advance(now, at, 0);
  DemandLevel out;
  out.dispersion = static_cast<double>(dispersion_of(now, prior(now)));
  const Lanes w = weights(deficits(now));
  for (std::size_t k = 0; k < lane_count; ++k) {
    const auto units = static_cast<double>(now.units[k]);
    const auto hours = static_cast<double>(now.exposure_hours[k]);
    out.weight[k] = static_cast<double>(w[static_cast<int>(k)]);
    out.units_per_hour[k] = units / hours;
    out.variance[k] = out.dispersion * units / (hours * hours);
  }
  return out;
}

namespace {

// 2^z; short windows have a z near 0, where four terms are right to 1e-10.
double doubled(double z) {
  if (!(z < 0.03)) return std::exp2(z);
  const double y = z * std::numbers::ln2;
  return 1 + y * (1 + y / 2 * (1 + y / 3 * (1 + y / 4)));
}

}  // namespace

WindowShape DemandFilter::shape(double length_hours, std::span<const float, lane_count> half_lives_days,
                                const BurstModel* burst) {
  const double hours = std::clamp(length_hours, 0.0, 1e6);
  WindowShape shape;
  // The level moves on while the window lasts; a lane's half-life says how fast.
  for (std::size_t k = 0; k < lane_count; ++k)
    shape.drift[k] = doubled(std::min(hours / (48 * static_cast<double>(half_lives_days[k])), 60.0));
  if (burst != nullptr) shape.burst = burst->at(hours);
  return shape;
}

double DemandFilter::mean_units(const DemandLevel& level, double exposure_hours) {
  const double exposure = std::clamp(exposure_hours, 0.0, 1e9);
  double mean = 0;
  for (std::size_t k = 0; k < lane_count; ++k) mean += level.weight[k] * level.units_per_hour[k] * exposure;
  return std::min(mean, max_window_units);
}

WindowDemand DemandFilter::window(const DemandLevel& level, double exposure_hours, const WindowShape& shape) {
  const double exposure = std::clamp(exposure_hours, 0.0, 1e9);
  if (exposure == 0) return {};
  double mean = 0;
  for (std::size_t k = 0; k < lane_count; ++k) mean += level.weight[k] * level.units_per_hour[k] * exposure;
  double variance = 0;
  for (std::size_t k = 0; k < lane_count; ++k) {
    const double m = level.units_per_hour[k] * exposure;
    const double known = std::min(exposure * exposure * level.variance[k] * shape.drift[k], 4 * m * m + 1);
    variance += level.weight[k] * (known + (m - mean) * (m - mean));
  }
  variance += mean * (1 + (level.dispersion - 1) * shape.burst.share) + mean * mean * shape.burst.pairs;
  return {std::min(mean, max_window_units), variance};
}

WindowDemand DemandFilter::window(const DemandLevel& level, double exposure_hours, double length_hours,
                                  std::span<const float, lane_count> half_lives_days,
                                  const BurstModel* burst) {
  if (exposure_hours <= 0) return {};
  return window(level, exposure_hours, shape(length_hours, half_lives_days, burst));
}

WindowDemand DemandFilter::window(const DemandBelief& belief, std::int64_t now_seconds,
                                  std::int64_t from_seconds, std::int64_t to_seconds,
                                  const BurstModel* burst) const {
  if (to_seconds <= from_seconds) return {};
  const WeekProfile& p = profile(belief);
  double exposure = p.exposure_hours(from_seconds, to_seconds);
  if (belief.promotion()) exposure *= promotion_uplift(belief);
  const double hours =
      static_cast<double>(to_seconds - std::max<std::int64_t>(now_seconds, belief.last_seconds)) / 3600;
  return window(level(belief, now_seconds), exposure, std::max(hours, 0.0), p.half_lives_days(), burst);
}

}  // namespace forestall::forecasting
