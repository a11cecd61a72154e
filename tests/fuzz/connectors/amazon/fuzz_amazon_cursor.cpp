// SPDX-License-Identifier: Apache-2.0
// Any text as a cursor: refused, or read and written as the same thing.
#include "connectors/amazon/order_cursor.hpp"
#include "connectors/amazon/patch.hpp"
#include "connectors/amazon/report_feed.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzzed_place.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall;
  using namespace forestall::amazon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Instant now = fuzzed_reading().asked;
  (void)read_restore(text);
  if (const auto cursor = CursorText::parse(text)) {
    must(CursorText::parse(cursor->str()).value().str() == cursor->str());
    (void)ReportCursor::parse(*cursor, "health");
    (void)PageChain::read(*cursor);
  } else {
    must(cursor.error().code == ErrorCode::conflict);
  }
  // Whatever is resumed asks for something possible and can be resumed again.
  if (auto feed = OrderFeed::resume(text, now, PollRules{})) {
    must(feed->search().from <= now);
    Decoded answer;
    answer.next_token = "next";
    ports::Page page;
    feed->answered(answer, {now, now}, page);
    must(OrderFeed::resume(page.next.text, now, PollRules{}).has_value());
  }
  if (auto feed = HistoryFeed::resume(text, now, std::chrono::hours(24 * 90), PollRules{})) {
    must(feed->search().to && *feed->search().to < now && feed->search().from <= *feed->search().to);
    ports::Page page;
    feed->answered(Decoded{}, page);
    must(HistoryFeed::resume(page.next.text, now, std::chrono::hours(1), PollRules{}).has_value());
  }
  return 0;
}
