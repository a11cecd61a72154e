// SPDX-License-Identifier: Apache-2.0
// What the functions answer, as values. Pure: bytes in, structs or an error out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/time.hpp"
#include "config/base/units.hpp"
#include "connectors/model/stock.hpp"

namespace forestall::ledger {

// What became of one observation.
enum class Outcome : char {
  applied = 'A',
  applied_unmapped = 'U',  // an order with a line whose listing is mapped to no SKU
  known = '=',             // this very version with this very content
  older = '<',
  differs_won = 'W',     // equal version, other content: the one that promises less was taken
  differs_lost = 'L',    // equal version, other content: what was stored stays
  time_went_back = 'B',  // a newer version with an older time: nothing was changed
};

// Whether the stored entity changed.
constexpr bool changed(Outcome o) {
  return o == Outcome::applied || o == Outcome::applied_unmapped || o == Outcome::differs_won;
}

// One SKU in one pool. Sums over places; available is meaningless where certainty is unknown.
struct SkuState {
  std::string sku;
  model::Pool pool = model::Pool::own;
  model::Certainty certainty = model::Certainty::unknown;
  Units available;
  Units on_hand;
  Units receipts;
  Units committed;
  Units quarantined;
  Units reserve;
  Instant oldest;  // time of truth of the pool's oldest place; 1970 where there is none
  friend bool operator==(const SkuState&, const SkuState&) = default;
};

struct HistoryEvent {
  enum class Kind : std::uint8_t { demand = 0, ran_out = 1, came_back = 2 };
  std::string sku;
  model::Pool pool = model::Pool::own;
  Kind kind = Kind::demand;
  Units units;  // of demand; negative: taken back
  Instant at;   // when it was ordered; when the edge was noticed. Whole seconds in stored history
  friend bool operator==(const HistoryEvent&, const HistoryEvent&) = default;
};

// The answer of forestall_observe.
struct Applied {
  std::vector<Outcome> outcomes;  // one for each observation, in order
  std::uint64_t sequence = 0;     // of this change; 0 if nothing changed
  std::vector<SkuState> skus;     // each changed SKU in each pool it has
  std::vector<HistoryEvent> events;
  std::vector<std::string> reread;  // entities whose readings contradict each other
};

struct Change {
  std::string cursor;  // "0" at the end; empty where the call has none
  std::uint64_t sequence = 0;
  std::vector<SkuState> skus;
  std::vector<HistoryEvent> events;
  std::vector<std::string> details;  // differences found, fields dropped
};

// Puts `more` behind `all`.
void append(Change& all, Change&& more);

Result<Applied> decode_applied(std::string_view bytes);
Result<Change> decode_remapped(std::string_view bytes);   // cursor, sequence, SKUs, events
Result<Change> decode_set(std::string_view bytes);        // sequence, SKUs, events
Result<Change> decode_swept(std::string_view bytes);      // cursor, count, sequence, SKUs, details
Result<Change> decode_rebuilt(std::string_view bytes);    // cursor, details, sequence, SKUs
Result<Change> decode_sku_slice(std::string_view bytes);  // cursor, SKUs

struct RecordSlice {
  std::string cursor;
  std::vector<std::pair<std::string, std::string>> records;  // field, record
};
Result<RecordSlice> decode_record_slice(std::string_view bytes);

// The packed 400-day history of one SKU (lua/3_history.lua).
Result<std::vector<HistoryEvent>> decode_history(std::string_view sku, std::string_view bytes);
// The events of one stream entry.
Result<std::vector<HistoryEvent>> decode_events(std::string_view bytes);

}  // namespace forestall::ledger
