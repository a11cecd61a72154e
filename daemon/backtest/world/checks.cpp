// SPDX-License-Identifier: Apache-2.0
// Refusing a demand or a scenario that makes no sense, before the loop trusts it.
#include <fmt/format.h>

#include "daemon/backtest/world/demand.hpp"
#include "daemon/backtest/world/scenario.hpp"

namespace forestall::world {

namespace {
Status bad(std::string what) { return fail(ErrorCode::invalid_argument, std::move(what)); }
bool share(double value) { return value >= 0 && value <= 1; }
bool delay(Millis value) { return value >= Millis{0} && value <= std::chrono::days{3650}; }
}  // namespace

Status check(const Demand& demand, const Catalogue& catalogue) {
  const std::size_t lines = demand.time.size();
  if (demand.listing.size() != lines || demand.units.size() != lines || demand.order.size() != lines)
    return bad("the columns of the demand differ in length");
  for (std::size_t i = 0; i < lines; ++i) {
    if (i > 0 && demand.time[i] < demand.time[i - 1]) return bad(fmt::format("line {}: time falls", i));
    if (demand.listing[i] >= catalogue.listings()) return bad(fmt::format("line {}: unknown listing", i));
    if (demand.units[i] < 1 || demand.units[i] > 1'000'000)
      return bad(fmt::format("line {}: {} units, not 1 to 1,000,000", i, demand.units[i]));
    if (demand.order[i] >= demand.orders) return bad(fmt::format("line {}: unknown order", i));
  }
  return {};
}

Status check(const Scenario& scenario) {
  if (scenario.end < scenario.start) return bad("the world ends before it starts");
  if (scenario.channels.empty()) return bad("no channel");
  for (std::size_t i = 0; i < scenario.channels.size(); ++i) {
    const ChannelRules& rules = scenario.channels[i];
    if (!share(rules.pending_share) || !share(rules.pending_dies))
      return bad(fmt::format("channel {}: a share outside 0 to 1", i));
    if (!delay(rules.visible_after) || !delay(rules.live_after) || !delay(rules.countdown_after) ||
        !delay(rules.pending_for))
      return bad(fmt::format("channel {}: a delay outside 0 to 10 years", i));
  }
  const StockRules& stock = scenario.stock;
  if (!delay(stock.lead_time) || !delay(stock.cover) || !delay(stock.correct_after))
    return bad("stock: a delay outside 0 to 10 years");
  if (!(stock.z >= -10 && stock.z <= 10)) return bad("stock.z outside -10 to 10");
  if (stock.trailing_days < 1 || stock.trailing_days > 60) return bad("stock.trailing_days outside 1 to 60");
  if (stock.least < 0 || stock.least > 1'000'000) return bad("stock.least outside 0 to 1,000,000");
  if (!(stock.loss_rate >= 0 && stock.loss_rate < 1)) return bad("stock.loss_rate outside [0, 1)");
  if (stock.count_every_days < 0 || stock.count_every_days > 3650)
    return bad("stock.count_every_days outside 0 to 3650");
  const FulfilmentRules& fulfilment = scenario.fulfilment;
  if (!delay(fulfilment.pick_after) || !delay(fulfilment.stock_reported_after) ||
      !delay(fulfilment.withdrawn_after) || !share(fulfilment.withdrawn_share))
    return bad("fulfilment: a delay or a share out of range");
  for (const std::int32_t units : scenario.initial_stock)
    if (units < 0 || units > 1'000'000'000) return bad("initial stock outside 0 to 1,000,000,000");
  return {};
}

}  // namespace forestall::world
