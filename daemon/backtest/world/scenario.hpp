// SPDX-License-Identifier: Apache-2.0
// The laws of a world: how its channels, its warehouse and its buyers behave. Defaults are the cells of the
// backtest: visible after 2 minutes, live after 8, (s,S) with 10 days of lead time, z = 1, 21 days of cover.
#pragma once

#include <cstdint>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/time.hpp"

namespace forestall::world {

using namespace std::chrono_literals;

struct ChannelRules {
  Millis visible_after = 2min;  // from an order being placed (or changing) to the seller being able to see it
  Millis live_after = 8min;     // from a write being taken to shoppers seeing it
  Millis countdown_after = 0ms;     // the channel lowers its own quantity so late; 0: atomically
  bool restores_on_cancel = false;  // a cancelled order puts its units back on offer
  double pending_share = 0;         // of orders whose payment is awaited first
  Millis pending_for = 30min;
  double pending_dies = 0;       // of those, the share whose payment never comes
  bool pending_reserves = true;  // a pending order takes its units off the offer at once
};

struct StockRules {
  Millis lead_time = 240h;    // L
  double z = 1;               // s = m L + z sd sqrt(L), with m and sd of daily demand
  Millis cover = 504h;        // S = s + m cover
  int trailing_days = 28;     // m and sd are taken from these days before, never from later ones; 1 to 60
  std::int32_t least = 1;     // S is at least this, so that a SKU without history has something to sell
  double loss_rate = 0;       // units that vanish unrecorded, a share of the units asked for; [0, 1)
  int count_every_days = 30;  // each SKU has its own day; 0: never
  Millis correct_after = 8h;  // a recount follows a failed pick
};

struct FulfilmentRules {
  Millis pick_after = 0ms;  // hand-over: a unit is looked for on the shelf so long after the payment
  Millis stock_reported_after = 0ms;  // from a receipt, count or failed pick to the seller knowing it
  double withdrawn_share = 0;         // of paid orders that their buyer cancels in time
  Millis withdrawn_after = 2h;
};

// Who decides whether an order is taken.
enum class Acceptance : std::uint8_t {
  listed,           // each channel by its own countdown: the real thing
  shared_book,      // the reference without latency: one counter of book stock for all channels
  shared_physical,  // a bound: one counter of what is really there, losses included
};

struct Scenario {
  std::uint64_t seed = 1;
  Instant start{};  // earlier lines of the demand are history: they set the stock, nobody offers them
  Instant end{};    // no shopper comes at or after this instant
  Acceptance acceptance = Acceptance::listed;
  std::vector<ChannelRules> channels{};
  StockRules stock{};
  FulfilmentRules fulfilment{};
  std::vector<std::int32_t> initial_stock{};  // one a SKU; empty: a random phase of the (s,S) cycle
};

// invalid_argument with the name of the first value out of range.
Status check(const Scenario& scenario);

}  // namespace forestall::world
