// SPDX-License-Identifier: Apache-2.0
// Reading the belief: base errors, widened by the losses since, cut at an empty shelf; and the events on it.
#include "forecasting/stock_belief/stock_belief.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::forecasting {
namespace {

constexpr double tail = 1e-7;  // mass beyond which a loss is not followed

// P(lost = 0 .. n-1) or P(found = 0 .. n-1) since the mass was written; returns n.
int widening(const WindowDemand& law, std::span<double> out) {
  double left = 1;
  const std::size_t n = pmf_until(law, out, tail, left);
  // What is beyond stays at the end rather than being forgotten.
  out[n - 1] += std::max(0.0, left);
  return static_cast<int>(n);
}

// Packs a pmf over units into the belief's cells, as errors against `record_units`.
void pack(const ShelfPmf& shelf, int record_units, StockBelief& belief) {
  // The stretch that holds all but 1e-5, then the stride that makes it fit.
  int first = 0;
  int last = shelf.count - 1;
  for (double cut = 0; first < last; ++first) {
    cut += shelf.mass[static_cast<std::size_t>(first)];
    if (cut > 5e-6) break;
  }
  for (double cut = 0; last > first; --last) {
    cut += shelf.mass[static_cast<std::size_t>(last)];
    if (cut > 5e-6) break;
  }
  const int span = last - first + 1;
  const int stride = 1 + (span - 1) / StockBelief::cells;
  std::array<double, StockBelief::cells> cell{};
  double total = 0;
  double top = 0;
  for (int i = first; i <= last; ++i) {
    auto& into = cell[static_cast<std::size_t>((i - first) / stride)];
    into += shelf.mass[static_cast<std::size_t>(i)];
  }
  for (const double c : cell) total += c, top = std::max(top, c);
  belief.mass.fill(0);
  for (std::size_t i = 0; i < cell.size(); ++i)
    if (cell[i] > 0) belief.mass[i] = static_cast<std::uint16_t>(std::lround(cell[i] / total * 65535));
  belief.lowest_error = shelf.lowest_units + first - record_units;
  belief.stride = static_cast<std::uint8_t>(stride);
  belief.units_since_spread = 0;
}

void make_certain(StockBelief& belief, int error) {
  const float none = 0;
  belief.mass.fill(0);
  belief.mass[0] = 65535;
  belief.lowest_error = error;
  belief.stride = 1;
  belief.units_since_spread = none;
  belief.units_since_certain = none;
}

// Multiplies the pmf by a likelihood of the units and normalises; false if nothing is left.
template <class Likelihood>
bool weigh(ShelfPmf& shelf, Likelihood likelihood) {
  double total = 0;
  for (int i = 0; i < shelf.count; ++i) {
    auto& p = shelf.mass[static_cast<std::size_t>(i)];
    p *= likelihood(shelf.lowest_units + i);
    total += p;
  }
  if (!(total > 1e-12)) return false;
  for (int i = 0; i < shelf.count; ++i) shelf.mass[static_cast<std::size_t>(i)] /= total;
  return true;
}

int bounded(std::int64_t units) {
  return static_cast<int>(std::clamp<std::int64_t>(units, -1'000'000'000, 1'000'000'000));
}

}  // namespace

double ShelfPmf::at_least(int units) const {
  double sum = 0;
  for (int i = count - 1; i >= 0 && lowest_units + i >= units; --i) sum += mass[static_cast<std::size_t>(i)];
  return std::min(sum, 1.0);
}

double ShelfPmf::mean_units() const {
  double sum = 0;
  for (int i = 0; i < count; ++i) sum += mass[static_cast<std::size_t>(i)] * (lowest_units + i);
  return sum;
}

void read_shelf(const StockBelief& belief, const LossLaw& law, int record_units, ShelfPmf& out) {
  std::array<double, 256> lost;
  std::array<double, 8> found;
  int losses = 1;
  int gains = 1;
  lost[0] = found[0] = 1;
  if (belief.units_since_spread > 0) {
    losses = widening(law.losses(belief.units_since_spread), lost);
    const double mean = law.gains_per_unit_sold * belief.units_since_spread;
    gains = widening({mean, mean}, found);
  }
  int sum = 0;
  for (const std::uint16_t mass : belief.mass) sum += mass;
  const double total = sum;
  int top = StockBelief::cells - 1;  // last cell with mass
  while (top > 0 && belief.mass[static_cast<std::size_t>(top)] == 0) --top;
  const int stride = std::max<int>(1, belief.stride);
  // Highest and lowest units, kept to the cells there are: the lowest are lumped together.
  const int highest = bounded(std::int64_t{record_units} + belief.lowest_error +
                              std::int64_t{top + 1} * stride - 1 + gains - 1);
  const int lowest_wanted = bounded(std::int64_t{record_units} + belief.lowest_error - (losses - 1));
  out.lowest_units = std::max({0, lowest_wanted, highest - (ShelfPmf::cells - 1)});
  out.count = std::max(0, highest - out.lowest_units) + 1;
  std::fill_n(out.mass.begin(), out.count, 0.0);
  if (!(total > 0)) {
    out.mass[0] = 1;
    return;
  }
  for (int i = 0; i <= top; ++i) {
    if (belief.mass[static_cast<std::size_t>(i)] == 0) continue;
    const double p = belief.mass[static_cast<std::size_t>(i)] / total / stride;
    for (int e = 0; e < stride; ++e) {
      // A shelf cannot be below empty, before the losses or after.
      const int base = std::max(
          0, bounded(std::int64_t{record_units} + belief.lowest_error + std::int64_t{i} * stride + e));
      for (int g = 0; g < gains; ++g) {
        const double pg = p * found[static_cast<std::size_t>(g)];
        for (int l = 0; l < losses; ++l) {
          const int at = std::clamp(base + g - l - out.lowest_units, 0, out.count - 1);
          out.mass[static_cast<std::size_t>(at)] += pg * lost[static_cast<std::size_t>(l)];
        }
      }
    }
  }
}

int usable_units(const ShelfPmf& shelf, int promised_units, double margin, double cancel_cost) {
  // P(S >= n) falls with n; walk down from the highest until it pays.
  double at_least = 0;
  for (int i = shelf.count - 1; i >= 0; --i) {
    at_least += shelf.mass[static_cast<std::size_t>(i)];
    const double below = std::max(0.0, 1 - at_least);
    if (margin * at_least > cancel_cost * below)
      return std::max(0, bounded(std::int64_t{shelf.lowest_units} + i - promised_units));
  }
  return 0;
}

int usable_units(const StockBelief& belief, const LossLaw& law, int record_units, int promised_units,
                 double margin, double cancel_cost) {
  if (belief.units_since_spread == 0 && belief.mass[0] == 65535)
    return std::max(0, bounded(std::int64_t{record_units} + belief.lowest_error - promised_units));
  // Known for certain before those sales, and likely enough untouched by them: nothing can be missing, and a
  // unit too many would have to be likelier than not. Two logarithms instead of a pmf.
  if (belief.mass[0] == 65535 && belief.stride == 1 && cancel_cost >= margin &&
      law.gains_per_unit_sold * belief.units_since_spread < 0.5 &&
      std::int64_t{record_units} + belief.lowest_error >= 0) {
    const double untouched = probability_none(law.losses(belief.units_since_spread));
    if (margin * untouched > cancel_cost * (1 - untouched))
      return std::max(0, bounded(std::int64_t{record_units} + belief.lowest_error - promised_units));
  }
  ShelfPmf shelf;
  read_shelf(belief, law, record_units, shelf);
  return usable_units(shelf, promised_units, margin, cancel_cost);
}

void note_sold(StockBelief& belief, double units) {
  if (!(units > 0) || units > max_window_units) return;
  belief.units_since_spread += static_cast<float>(units);
  belief.units_since_certain += static_cast<float>(units);
}

RecordInterval note_counted(StockBelief& belief, int record_units, int counted_units, double miscount) {
  const RecordInterval interval{belief.units_since_certain,
                                static_cast<double>(record_units) - static_cast<double>(counted_units)};
  make_certain(belief, 0);
  if (miscount > 0 && miscount < 1) {
    const auto side = static_cast<std::uint16_t>(std::lround(miscount / 2 * 65535));
    belief.lowest_error = -1;
    belief.mass[0] = belief.mass[2] = side;
    belief.mass[1] = static_cast<std::uint16_t>(65535 - 2 * side);
  }
  return interval;
}

void note_corrected(StockBelief& belief, int delta_units) {
  belief.lowest_error = bounded(std::int64_t{belief.lowest_error} - delta_units);
}

void note_picked(StockBelief& belief, const LossLaw& law, int record_after) {
  // Nothing to learn unless errors below -record_after are believed possible.
  const double reach = belief.units_since_spread > 0
                           ? 8 + 8 * law.losses(belief.units_since_spread).mean_units * law.dispersion
                           : 0;
  if (belief.lowest_error - reach >= -static_cast<double>(record_after)) return;
  const std::int64_t spare = std::int64_t{record_after} + belief.lowest_error;
  if (belief.mass[0] == 65535 && belief.stride == 1 && spare >= 0 &&
      probability_above(law.losses(belief.units_since_spread), bounded(spare)) < tail)
    return;
  ShelfPmf shelf;
  // Read against the record before the cut at zero, so that impossible errors can be told apart.
  const int shift = ShelfPmf::cells;
  read_shelf(belief, law, bounded(std::int64_t{record_after} + shift), shelf);
  if (!weigh(shelf, [&](int units) { return units >= shift ? 1.0 : 0.0; })) {
    make_certain(belief, -record_after);
    return;
  }
  pack(shelf, bounded(std::int64_t{record_after} + shift), belief);
}

RecordInterval note_pick_failed(StockBelief& belief, const LossLaw& law, int record_units, int found_units,
                                double trust) {
  const RecordInterval interval{belief.units_since_certain,
                                static_cast<double>(record_units) - static_cast<double>(found_units)};
  ShelfPmf shelf;
  read_shelf(belief, law, record_units, shelf);
  // What was seen is the truth with `trust`, else the belief stands.
  const double doubt = 1 - std::clamp(trust, 0.5, 1.0);
  const int at = found_units - shelf.lowest_units;
  if (at < 0 || at >= shelf.count) {
    make_certain(belief, bounded(std::int64_t{found_units} - record_units));
    return interval;
  }
  for (int i = 0; i < shelf.count; ++i) shelf.mass[static_cast<std::size_t>(i)] *= doubt;
  shelf.mass[static_cast<std::size_t>(at)] += 1 - doubt;
  pack(shelf, record_units, belief);
  belief.units_since_certain = 0;
  return interval;
}

void note_seller_cancelled(StockBelief& belief, const LossLaw& law, int record_units, int units,
                           double trust) {
  ShelfPmf shelf;
  read_shelf(belief, law, record_units, shelf);
  const double doubt = 1 - std::clamp(trust, 0.5, 1.0);
  if (!weigh(shelf, [&](int n) { return n < units ? 1.0 : doubt; })) return;
  pack(shelf, record_units, belief);
}

void note_receipt(StockBelief& belief, const LossLaw& law, int record_units) {
  const double reach = 8 + 8 * law.losses(belief.units_since_spread).mean_units * law.dispersion;
  if (belief.units_since_spread == 0 && belief.lowest_error >= -record_units) return;
  if (belief.lowest_error - reach >= -static_cast<double>(record_units)) return;
  ShelfPmf shelf;
  read_shelf(belief, law, record_units, shelf);
  pack(shelf, record_units, belief);
}

RecordInterval note_sold_out(StockBelief& belief) {
  const RecordInterval interval{belief.units_since_certain, 0};
  make_certain(belief, 0);
  return interval;
}

}  // namespace forestall::forecasting
