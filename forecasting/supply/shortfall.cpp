// SPDX-License-Identifier: Apache-2.0
// Shortfall before one receipt, bounds over several, and the chain over days.
#include "forecasting/supply/shortfall.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::forecasting {
namespace {

constexpr int masks = 1 << max_inbound;
constexpr double nothing = 1e-15;

// P(stock level, receipts come), of the paths on which nothing has happened yet.
struct Chain {
  std::array<std::array<double, stock_cells + 1>, masks> mass;
  int top = 0;       // highest level that may have mass
  std::size_t used;  // rows that may have mass: one for each set of receipts

  auto rows() { return std::span(mass).first(used); }
  auto rows() const { return std::span(mass).first(used); }
};

// One day's demand takes its units; what is asked for beyond the level ends the path.
void sell(Chain& chain, std::span<const double> demand, int cells) {
  for (auto& row : chain.rows()) {
    for (int to = 0; to <= chain.top; ++to) {
      // In place, from the bottom up: row[to] still needs the old values at and above `to` only.
      double kept = 0;
      const auto base = static_cast<std::size_t>(to);
      const int last = std::min(chain.top - to, cells - 1);
      for (int n = 0; n <= last; ++n)
        kept += row[base + static_cast<std::size_t>(n)] * demand[static_cast<std::size_t>(n)];
      row[base] = kept;
    }
  }
}

double total(const Chain& chain) {
  double sum = 0;
  for (const auto& row : chain.rows())
    for (int s = 0; s <= chain.top; ++s) sum += row[static_cast<std::size_t>(s)];
  return sum;
}

// Receipt i comes today with probability `chance`: whole, or in part.
void arrive(Chain& chain, int i, double chance, double partial, int whole_cells, int part_cells) {
  if (chance <= 0) return;
  const int bit = 1 << i;
  for (int mask = 0; mask < static_cast<int>(chain.used); ++mask) {
    if ((mask & bit) != 0) continue;
    auto& from = chain.mass[static_cast<std::size_t>(mask)];
    auto& to = chain.mass[static_cast<std::size_t>(mask | bit)];
    for (int s = 0; s <= chain.top; ++s) {
      auto& here = from[static_cast<std::size_t>(s)];
      if (here < nothing) continue;
      const double moved = here * chance;
      here -= moved;
      to[static_cast<std::size_t>(std::min(stock_cells, s + whole_cells))] += moved * (1 - partial);
      to[static_cast<std::size_t>(std::min(stock_cells, s + part_cells))] += moved * partial;
    }
  }
}

Expected<void> check(const DemandRate& demand, int stock_units, std::span<const Inbound> inbound,
                     int horizon_days) {
  if (!std::isfinite(demand.units_per_day) || !std::isfinite(demand.dispersion) ||
      !std::isfinite(demand.level_variation))
    return std::unexpected(ForecastError::not_finite);
  if (demand.units_per_day < 0 || demand.dispersion < 0 || demand.level_variation < 0 || stock_units < 0)
    return std::unexpected(ForecastError::negative);
  if (demand.units_per_day > 1e6 || stock_units > max_window_units)
    return std::unexpected(ForecastError::too_large);
  if (inbound.size() > max_inbound || horizon_days < 1 || horizon_days > max_horizon_days)
    return std::unexpected(ForecastError::out_of_range);
  for (const auto& i : inbound) {
    if (!std::isfinite(i.age_days)) return std::unexpected(ForecastError::not_finite);
    if (i.units < 0 || i.age_days < 0) return std::unexpected(ForecastError::negative);
    if (i.units > max_window_units) return std::unexpected(ForecastError::too_large);
  }
  for (const double f : demand.day_factors)
    if (!std::isfinite(f) || f < 0) return std::unexpected(ForecastError::not_finite);
  return {};
}

}  // namespace

ReceiptRisk risk_before_receipt(const DemandRate& demand, int stock_units, const ReceiptNodes& receipt,
                                double horizon_days) {
  ReceiptRisk out;
  const auto add = [&](double days, double weight) {
    if (weight <= 0) return;
    const auto s = shortfall(demand.over(std::min(days, horizon_days)), stock_units);
    out.probability += weight * s.probability_above;
    out.expected_units += weight * s.expected_excess;
  };
  for (const double t : receipt.days) add(t, (1 - receipt.never) / receipt_nodes);
  add(horizon_days, receipt.never);
  return out;
}

ShortfallBounds bound_shortfall(const DemandRate& demand, int stock_units,
                                std::span<const DatedReceipt> receipts, double horizon_days) {
  ShortfallBounds out;
  std::int64_t supply = stock_units;
  const auto look = [&](double days) {
    const double p =
        probability_above(demand.over(days), static_cast<int>(std::min<std::int64_t>(supply, 1'000'000'000)));
    out.least = std::max(out.least, p);
    out.most = std::min(1.0, out.most + p);
  };
  for (const auto& r : receipts) {
    if (r.days >= horizon_days) break;
    look(r.days);
    supply += std::max(0, r.units);
  }
  look(horizon_days);
  return out;
}

double RunOut::day(double p) const {
  for (int d = 0; d <= horizon_days; ++d) {
    const double now = by_day[static_cast<std::size_t>(d)];
    if (now < p) continue;
    if (d == 0) return 0;
    const double before = by_day[static_cast<std::size_t>(d - 1)];
    return d - 1 + (now > before ? (p - before) / (now - before) : 1.0);  // even within the day
  }
  return -1;
}

Expected<RunOut> run_out(const DemandRate& demand, int stock_units, std::span<const Inbound> inbound,
                         int horizon_days, RunOutEvent event) {
  if (auto ok = check(demand, stock_units, inbound, horizon_days); !ok) return std::unexpected(ok.error());
  RunOut out;
  out.horizon_days = horizon_days;
  // Being empty at S is being short at S - 1.
  const int start = stock_units - (event == RunOutEvent::empty ? 1 : 0);
  if (start < 0) {
    std::fill_n(out.by_day.begin(), horizon_days + 1, 1.0);
    return out;
  }
  std::int64_t most = start;
  for (const auto& i : inbound) most += i.units;
  const double stride = std::max(1.0, std::ceil(static_cast<double>(most) / stock_cells));
  const auto cells_of = [&](double units) { return static_cast<int>(std::floor(units / stride + 1e-9)); };

  std::array<std::array<double, max_horizon_days>, max_inbound> chance{};  // P(comes on day d | not yet come)
  for (std::size_t i = 0; i < inbound.size(); ++i) {
    double before = 0;
    for (int d = 0; d < horizon_days; ++d) {
      const double by = inbound[i].lead_time.by_given_age(inbound[i].age_days, d + 1);
      chance[i][static_cast<std::size_t>(d)] =
          before < 1 - 1e-12 ? std::clamp((by - before) / (1 - before), 0.0, 1.0) : 0;
      before = by;
    }
  }

  const auto levels = gamma_levels(demand.level_variation);
  std::array<double, stock_cells + 1> sold;
  for (int node = 0; node < level_nodes; ++node) {
    const double weight = levels.weight[static_cast<std::size_t>(node)];
    if (weight <= 0) continue;
    Chain chain;
    chain.used = std::size_t{1} << inbound.size();
    for (auto& row : chain.rows()) row.fill(0);
    chain.top = cells_of(start);
    chain.mass[0][static_cast<std::size_t>(chain.top)] = 1;
    double exposure = -1;
    int width = 0;
    for (int d = 0; d < horizon_days; ++d) {
      const double today = demand.exposure_days(d + 1) - demand.exposure_days(d);
      if (today != exposure) {
        exposure = today;
        const double mean = demand.units_per_day * levels.level[static_cast<std::size_t>(node)] * today;
        pmf({mean / stride, std::max(1.0, demand.dispersion) * mean / (stride * stride)}, sold);
        double left = 1;
        for (width = 0; width <= stock_cells && left > nothing; ++width)
          left -= sold[static_cast<std::size_t>(width)];
        width = std::max(width, 1);
      }
      sell(chain, sold, width);
      for (std::size_t i = 0; i < inbound.size(); ++i) {
        const auto& r = inbound[i];
        arrive(chain, static_cast<int>(i), chance[i][static_cast<std::size_t>(d)], r.lead_time.partial_chance,
               cells_of(r.units), cells_of(std::floor(r.units * r.lead_time.partial_share)));
        if (chance[i][static_cast<std::size_t>(d)] > 0)
          chain.top = std::min(stock_cells, chain.top + cells_of(r.units));
      }
      while (chain.top > 0 && std::ranges::all_of(chain.rows(), [&](const auto& row) {
               return row[static_cast<std::size_t>(chain.top)] < nothing;
             }))
        --chain.top;
      const auto end_of_day = static_cast<std::size_t>(d) + 1;
      out.by_day[end_of_day] += weight * std::max(0.0, 1 - total(chain));
    }
  }
  for (int d = 1; d <= horizon_days; ++d) {
    auto& now = out.by_day[static_cast<std::size_t>(d)];
    now = std::clamp(now, out.by_day[static_cast<std::size_t>(d - 1)], 1.0);
  }
  return out;
}

}  // namespace forestall::forecasting
