// SPDX-License-Identifier: Apache-2.0
// Walks a window's demand unit by unit: the chance that one more unit sells and the expected excess, two
// multiplications a step. Decisions look at every level of stock from zero up, so walking beats asking.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "forecasting/window_demand.hpp"

namespace forestall::forecasting {

class DemandCursor {
 public:
  DemandCursor() = default;

  // Stands at 0 units. Accuracy is absolute (1e-13 of the mean), which is what sums of money need; for tails
  // below that ask window_demand.hpp.
  explicit DemandCursor(const WindowDemand& demand) {
    const double mean = mean_of(demand);
    excess_ = mean;
    if (mean == 0) return;
    const double spread = demand.variance_units2 - mean;
    double log_none = -mean;  // Poisson: f(x+1) = f(x) M / (x+1)
    step_ = mean;
    if (spread > 1e-9 * mean) {  // negative binomial: f(x+1) = f(x) (r + x)(1 - p) / (x+1)
      const double r = mean * mean / spread;
      slope_ = spread / (mean + spread);
      step_ = r * slope_;
      log_none = -r * std::log1p(spread / mean);
    }
    if (log_none > -690) {
      mass_ = std::exp(log_none);
      above_ = 1 - mass_;
      return;
    }
    // f(0) is below the smallest double: start twelve standard deviations below the mean, where nothing is
    // yet.
    above_ = 1;
    start_ =
        static_cast<int>(std::fmax(0.0, std::floor(mean - 12 * std::sqrt(mean + std::fmax(0.0, spread)))));
    source_ = demand;
    if (start_ == 0) begin();
  }

  // E[D] as the walk counts it: what excess() is at 0 units, without making a cursor.
  static double mean_of(const WindowDemand& demand) {
    return demand.mean_units > 1e-12 ? std::fmin(demand.mean_units, max_window_units) : 0.0;
  }

  int units() const { return units_; }
  // P(D > units()): the chance that the next unit sells.
  double above() const { return above_; }
  // E[(D - units())+].
  double excess() const { return excess_; }

  void advance() {
    excess_ = excess_ > above_ ? excess_ - above_ : 0.0;
    const auto x = static_cast<std::size_t>(units_);
    const double inverse = x < reciprocals.size() ? reciprocals[x] : 1.0 / (static_cast<double>(units_) + 1);
    mass_ *= (step_ + slope_ * static_cast<double>(units_)) * inverse;
    ++units_;
    if (units_ == start_) [[unlikely]]
      return begin();
    above_ = above_ > mass_ ? above_ - mass_ : 0.0;
  }

 private:
  static constexpr auto reciprocals = [] {
    std::array<double, 512> table{};
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = 1.0 / static_cast<double>(i + 1);
    return table;
  }();

  struct Begun {
    double mass, above;
  };
  // Values in, values out: a walk that never comes here stays in registers.
  [[gnu::noinline]] static Begun law_at(WindowDemand demand, int units) {
    return {probability_exactly(demand, units), probability_above(demand, units)};
  }
  void begin() {
    const auto [mass, above] = law_at(source_, units_);
    mass_ = mass;
    above_ = above;
  }

  double mass_ = 0;    // P(D = units_)
  double above_ = 0;   // P(D > units_)
  double excess_ = 0;  // E[(D - units_)+]
  double step_ = 0;
  double slope_ = 0;
  int units_ = 0;
  int start_ = 0;  // where a law too far from zero begins
  WindowDemand source_{};
};

// E[(D - units)+] to 1e-13 of the mean, which is enough for money. Walking beats asking where the count is
// small; the cursor, standing at 0, is asked for only there.
template <class Cursor>
double excess_for_money(const WindowDemand& demand, int units, const Cursor& cursor_at_zero) {
  constexpr int most_steps = 24;
  if (units > most_steps || !(demand.mean_units < 200)) return expected_excess(demand, units);
  if (units <= 0) return DemandCursor::mean_of(demand) - units;
  DemandCursor cursor = cursor_at_zero();
  while (cursor.units() < units) cursor.advance();
  return cursor.excess();
}
inline double excess_for_money(const WindowDemand& demand, int units) {
  return excess_for_money(demand, units, [&] { return DemandCursor(demand); });
}

// E[(D - low)+] - E[(D - high)+], low <= high: what a listing of `high` units sells beyond `low`.
inline double sold_between(const WindowDemand& demand, int low, int high) {
  constexpr int most_steps = 24;
  if (low < 0 || low > most_steps || !(demand.mean_units < 200))
    return expected_excess(demand, low) - expected_excess(demand, high);
  DemandCursor cursor(demand);
  while (cursor.units() < low) cursor.advance();
  // Unit by unit P(D > u), until nothing is left.
  double sold = 0;
  for (; cursor.units() < high && cursor.excess() > 1e-12; cursor.advance()) {
    if (cursor.units() - low > most_steps) return sold + cursor.excess() - expected_excess(demand, high);
    sold += cursor.above();
  }
  return sold;
}

}  // namespace forestall::forecasting
