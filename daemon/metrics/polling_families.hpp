// SPDX-License-Identifier: Apache-2.0
// The figures of observing as families of metrics: feeds, stock sources, backfill, blind window, queues.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/metrics/page.hpp"
#include "daemon/polling/blind_window.hpp"
#include "daemon/polling/figures.hpp"
#include "daemon/scheduling/call_scheduler.hpp"

namespace forestall::metrics {

// One feed of an account, or one stock source ("stock" as its feed, its id as `source`).
struct FeedRow {
  std::string_view seller;
  std::string_view source;  // the account or the stock source
  std::string_view feed;
  const polling::FeedFigures& figures;
};
void collect_feed(Page& page, const FeedRow& row);

struct AccountRow {
  std::string_view seller;
  std::string_view account;
  bool connected = false;  // there is a connector
  bool backfilled = false;
  double backfill_share = 0;
  std::optional<Instant> orders_complete_before{};
  std::optional<Instant> listings_read_at{};
  bool skew_too_large = false;
  std::optional<Millis> skew{};  // the channel's clock minus ours, the middle of the bounds
  std::size_t contradicted = 0;  // entities that wait to be read again
  const polling::BlindWindow& blind_window;
};
void collect_account(Page& page, const AccountRow& row);

struct StockRow {
  std::string_view seller;
  std::string_view source;
  std::optional<Instant> true_at{};
  bool stale = true;
  bool suspect = false;
};
void collect_stock(Page& page, const StockRow& row);

void collect_calls(
    Page& page, const std::map<std::pair<std::string, scheduling::Purpose>, scheduling::TurnFigures>& calls);

}  // namespace forestall::metrics
