// SPDX-License-Identifier: Apache-2.0
// Will stock last: until the next receipt (closed form), over several receipts (bounds, then exactly), and
// when it runs out.
#pragma once

#include <array>
#include <span>

#include "forecasting/error.hpp"
#include "forecasting/supply/demand_rate.hpp"
#include "forecasting/supply/lead_time.hpp"

namespace forestall::forecasting {

inline constexpr int max_horizon_days = 180;
inline constexpr std::size_t max_inbound = 3;  // later receipts are left out: they change nothing soon
inline constexpr int stock_cells = 200;

struct ReceiptRisk {
  double probability = 0;     // P(demand before the receipt > stock)
  double expected_units = 0;  // E[(demand before the receipt - stock)+]: orders that could not be served
};

// sum_j (1 - never)/J P(D(t_j) > S) + never P(D(horizon) > S): the receipt's date is averaged over its nodes.
ReceiptRisk risk_before_receipt(const DemandRate& demand, int stock_units, const ReceiptNodes& receipt,
                                double horizon_days = 90);

// A receipt whose date is certain.
struct DatedReceipt {
  double days = 0;  // from now
  int units = 0;
};

// P_i = P(D(t_i-) > S + what came before): only the instants just before a receipt (and the horizon) matter,
// since demand only grows. max P_i <= P(short by the horizon) <= min(1, sum P_i) (Boole). `receipts` by date.
struct ShortfallBounds {
  double least = 0, most = 0;
};
ShortfallBounds bound_shortfall(const DemandRate& demand, int stock_units,
                                std::span<const DatedReceipt> receipts, double horizon_days);

// One order under way.
struct Inbound {
  LeadTime lead_time;
  double age_days = 0;  // since it was ordered
  int units = 0;        // still to come
};

enum class RunOutEvent : std::uint8_t {
  short_of_demand,  // somebody wants a unit that is not there
  empty,            // the last unit is gone
};

// by_day[d] = P(the event happened by the end of day d); by_day[0] = now.
struct RunOut {
  int horizon_days = 0;
  std::array<double, max_horizon_days + 1> by_day{};

  double probability() const { return by_day[static_cast<std::size_t>(horizon_days)]; }
  // The day by which the event has happened with probability p, or a negative number if not by the horizon.
  double day(double p) const;
};

// Exact for independent receipts on a grid of days: a chain over (stock level, receipts come), for each of
// nine Gauss-Laguerre levels of demand, so that all days share the level. A receipt comes at the end of its
// day; one that comes in part brings that part once. Above stock_cells units the stock is counted in equal
// strides. Errors: not_finite, negative, too_large, out_of_range (more than max_inbound receipts, horizon).
Expected<RunOut> run_out(const DemandRate& demand, int stock_units, std::span<const Inbound> inbound,
                         int horizon_days, RunOutEvent event);

// Nodes and weights of the mean-one Gamma with this squared coefficient of variation: generalised
// Gauss-Laguerre (Golub and Welsch 1969, Math. Comp. 23:221-230). At 0 variation all weight is on 1.
inline constexpr int level_nodes = 9;
struct LevelNodes {
  std::array<double, level_nodes> level{};
  std::array<double, level_nodes> weight{};
};
LevelNodes gamma_levels(double variation);

}  // namespace forestall::forecasting
