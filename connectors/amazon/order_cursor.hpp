// SPDX-License-Identifier: Apache-2.0
// Where the searches for orders go on: what to ask next, and what to store once it was answered. Pure.
//
// Two searches share one bucket of a call in three minutes. By *update* Amazon shows an order only once it
// has been left alone for two minutes, so one that changes again and again stays hidden however old it is; by
// *creation* it shows every order that is two minutes old. So the watermark comes from searches by creation,
// which are the rule, and every few minutes one by update brings cancellations and shipments.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/amazon/cursor.hpp"
#include "connectors/amazon/decoded.hpp"
#include "connectors/amazon/requests.hpp"
#include "connectors/ports/page.hpp"

namespace forestall::amazon {

struct PollRules {
  // Searches begin so much before the end of the last one: lists with holes and late orders have been seen
  // (selling-partner-api-models#3945, selling-partner-api-docs#2131).
  Millis overlap = std::chrono::minutes(10);
  // The end of a search lies two minutes back; an order has been seen to appear after three (docs#2131).
  Millis visibility = std::chrono::minutes(1);
  Millis updates_every = std::chrono::minutes(8);
  // Where nothing was stored yet: what is older comes by order_history.
  Millis first_reach = std::chrono::hours(24);
  // History goes in windows of this width; one that cannot be paged to its end is tried again in halves.
  Millis window = std::chrono::days(7);
  Millis least_window = std::chrono::hours(1);
  Millis history_end =
      std::chrono::minutes(3);  // before now: at least two minutes, and a minute for the clocks
  // Reconciliation reads what was placed in the last days once more.
  Millis reconcile_reach = std::chrono::days(3);
  std::uint64_t most_pages = 5'000;
};

// One search under way, or about to begin.
struct Search {
  OrdersBy by = OrdersBy::creation;
  Instant from{};
  std::optional<Instant> to{};     // of history; the others leave the end to Amazon
  std::optional<Instant> until{};  // the end, once the first page has told it
  std::string token{};
  PageChain chain{};
};

class OrderFeed {
 public:
  // conflict for a text that is not a cursor of this feed.
  static Result<OrderFeed> resume(std::string_view cursor, Instant now, const PollRules& rules);

  const Search& search() const { return search_; }
  // After the answer: the way on, whether there is more, the watermark.
  void answered(const Decoded& answer, const Reading& reading, ports::Page& page);
  // Amazon no longer takes the page's token: the search begins again.
  void token_refused(ports::Page& page) const;

 private:
  OrderFeed(const PollRules& rules, Instant now) : rules_(rules), now_(now) {}
  std::string text(bool paging) const;

  PollRules rules_;
  Instant now_;
  Search search_;
  Instant created_{}, updated_{}, updated_at_{};  // next lower bounds; when updates were asked for last
};

class HistoryFeed {
 public:
  // `reach`: how far back the backfill goes.
  static Result<HistoryFeed> resume(std::string_view cursor, Instant now, Millis reach,
                                    const PollRules& rules);

  const Search& search() const { return search_; }
  void answered(const Decoded& answer, ports::Page& page);
  // The window begins again with half its width.
  void token_refused(ports::Page& page) const;

 private:
  HistoryFeed(const PollRules& rules, Instant end) : rules_(rules), end_(end) {}
  void begin_window(Instant from);
  std::string text() const;

  PollRules rules_;
  Instant end_;  // of what can be asked for now
  Millis width_{};
  Search search_;
};

}  // namespace forestall::amazon
