// SPDX-License-Identifier: Apache-2.0
#include "forecasting/supply/reorder.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::forecasting {
namespace {

constexpr double longest_days = 3640;

double mixture_above(const DemandRate& demand, const ReceiptNodes& nodes, double later_days, int units) {
  double sum = 0;
  for (const double t : nodes.days) sum += probability_above(demand.over(t + later_days), units);
  return sum / receipt_nodes;
}

// Days after which P(D(days) >= units) first reaches p.
double days_until(const DemandRate& demand, int units, double p) {
  if (units <= 0) return 0;
  if (probability_above(demand.over(longest_days), units - 1) < p) return longest_days;
  double low = 0, high = longest_days;
  for (int i = 0; i < 50 && high - low > 1e-3; ++i) {
    const double middle = (low + high) / 2;
    (probability_above(demand.over(middle), units - 1) < p ? low : high) = middle;
  }
  return high;
}

}  // namespace

Expected<ReorderAdvice> advise_reorder(const DemandRate& demand, int position_units,
                                       const LeadTime& lead_time, const ReorderPolicy& policy) {
  if (!std::isfinite(demand.units_per_day) || !std::isfinite(demand.dispersion) ||
      !std::isfinite(demand.level_variation) || !std::isfinite(policy.service) ||
      !std::isfinite(policy.cover_days))
    return std::unexpected(ForecastError::not_finite);
  if (demand.units_per_day < 0 || demand.level_variation < 0 || policy.cover_days < 0 ||
      policy.least_units < 0)
    return std::unexpected(ForecastError::negative);
  if (!(policy.service > 0) || !(policy.service < 1) || policy.pack_units < 1 ||
      std::abs(static_cast<double>(position_units)) > max_window_units)
    return std::unexpected(ForecastError::out_of_range);
  ReorderAdvice out;
  const double risk = 1 - policy.service;
  const auto nodes = nodes_given_age(lead_time, 0);

  // The wanted position: bisect on the mixture's tail.
  int low = -1, high = 1;
  while (high < 1'000'000'000 / 2 && mixture_above(demand, nodes, policy.cover_days, high) > risk)
    low = high, high *= 2;
  while (high - low > 1) {
    const int middle = low + (high - low) / 2;
    (mixture_above(demand, nodes, policy.cover_days, middle) > risk ? low : high) = middle;
  }
  out.order_up_to_units = high;

  out.shortfall_if_now = mixture_above(demand, nodes, 0, position_units);
  out.too_late = out.shortfall_if_now > risk;
  if (!out.too_late) {
    double soon = 0, late = latest_order_days;
    if (mixture_above(demand, nodes, late, position_units) <= risk) {
      soon = late;
    } else {
      for (int i = 0; i < 40 && late - soon > 1e-3; ++i) {
        const double middle = (soon + late) / 2;
        (mixture_above(demand, nodes, middle, position_units) <= risk ? soon : late) = middle;
      }
    }
    out.order_within_days = soon;
  }

  const std::int64_t missing = std::int64_t{out.order_up_to_units} - position_units;
  if (missing > 0) {
    const std::int64_t packs =
        (std::max<std::int64_t>(missing, policy.least_units) + policy.pack_units - 1) / policy.pack_units;
    out.units = static_cast<int>(std::min<std::int64_t>(packs * policy.pack_units, 2'000'000'000));
  }
  return out;
}

Cover cover(const DemandRate& demand, int stock_units, int inbound_units, double horizon_days) {
  Cover out;
  const int stock = std::max(0, stock_units);
  const double weekly = 7 * demand.units_per_day;
  out.weeks = stock == 0 ? 0 : weekly > stock / 520.0 ? stock / weekly : 520;
  out.days_low = days_until(demand, stock, 0.1);
  out.days_high = days_until(demand, stock, 0.9);
  const std::int64_t held = std::int64_t{stock} + std::max(0, inbound_units);
  const std::int64_t wanted = quantile(demand.over(std::clamp(horizon_days, 0.0, longest_days)), 0.9);
  out.excess_units = static_cast<int>(std::clamp<std::int64_t>(held - wanted, 0, 2'000'000'000));
  return out;
}

}  // namespace forestall::forecasting
