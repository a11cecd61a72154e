// SPDX-License-Identifier: Apache-2.0
// Adding the truth up, and checking that it adds up.
#include "daemon/backtest/world/truth.hpp"

#include <fmt/format.h>

#include <vector>

#include "daemon/backtest/world/draws.hpp"

namespace forestall::world {

namespace {
void count(Tally& tally, const LineTruth& line) {
  tally.offered += 1;
  tally.accepted += line.accepted > 0;
  tally.refused += line.accepted == 0;
  tally.filled += line.filled > 0;
  tally.oversold += line.oversold > 0;
  tally.withdrawn += line.withdrawn > 0;
  tally.open += line.open() > 0;
}
}  // namespace

std::string to_string(const Tally& tally) {
  return fmt::format("offered {}, accepted {}, refused {}, filled {}, oversold {}, withdrawn {}, open {}",
                     tally.offered, tally.accepted, tally.refused, tally.filled, tally.oversold,
                     tally.withdrawn, tally.open);
}

Truth sum_up(const Demand& demand, std::span<const LineTruth> lines) {
  Truth truth;
  std::vector<LineTruth> orders(demand.orders);
  for (LineIndex i = 0; i < lines.size(); ++i) {
    const LineTruth& line = lines[i];
    if (!line.offered) continue;
    count(truth.lines, line);
    truth.units.offered += demand.units[i];
    truth.units.accepted += line.accepted;
    truth.units.refused += demand.units[i] - line.accepted;
    truth.units.filled += line.filled;
    truth.units.oversold += line.oversold;
    truth.units.withdrawn += line.withdrawn;
    truth.units.open += line.open();
    LineTruth& order = orders[demand.order[i]];
    order.offered = true;
    order.accepted += line.accepted;
    order.filled += line.filled;
    order.oversold += line.oversold;
    order.withdrawn += line.withdrawn;
    for (const std::int32_t part : {line.accepted, line.filled, line.oversold, line.withdrawn})
      truth.digest = mix(truth.digest ^ static_cast<std::uint32_t>(part));
    truth.digest = mix(truth.digest ^ i);
  }
  for (const LineTruth& order : orders)
    if (order.offered) count(truth.orders, order);
  return truth;
}

Status check_books(const Demand& demand, std::span<const LineTruth> lines) {
  for (LineIndex i = 0; i < lines.size(); ++i) {
    const LineTruth& line = lines[i];
    const bool whole = line.accepted == 0 || (line.offered && line.accepted == demand.units[i]);
    if (!whole || line.filled < 0 || line.oversold < 0 || line.withdrawn < 0 || line.open() < 0)
      return fail(ErrorCode::internal,
                  fmt::format("line {} of {}: accepted {}, filled {}, oversold {}, withdrawn {}", i,
                              demand.units[i], line.accepted, line.filled, line.oversold, line.withdrawn));
  }
  return {};
}

}  // namespace forestall::world
