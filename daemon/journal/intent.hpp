// SPDX-License-Identifier: Apache-2.0
// A wish to change the outside world, as it is written down before anything is sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/time.hpp"
#include "config/base/units.hpp"
#include "connectors/model/command.hpp"
#include "connectors/model/listing.hpp"
#include "daemon/journal/moves.hpp"

namespace forestall::journal {

enum class Origin : std::uint8_t {
  rule = 0,
  person = 1,
  put_back = 2,  // one of our writes crossed a person's: theirs is restored
};
constexpr std::string_view word(Origin origin) {
  return origin == Origin::rule ? "rule" : origin == Origin::person ? "person" : "put_back";
}

// The listing as it was seen before: what an undo restores, but for the quantity.
struct Before {
  std::optional<Units> quantity{};
  model::ListingActivity activity = model::ListingActivity::unknown;
  std::string restore{};  // opaque, of the connector
  Instant at{};           // when it was so; 1970 where it was never seen
  friend bool operator==(const Before&, const Before&) = default;
};

struct Intent {
  model::Command command{};  // names account and listing
  Before before{};           // as the decision saw it
  Origin origin = Origin::rule;
  std::string who{};          // "rule fixed_buffer", or the token's name of the person
  std::string reason{};       // a word: "sold_elsewhere"
  std::string explanation{};  // JSON: the numbers used, the rule, the counterfactual
  Instant requested_at{};
  std::uint64_t after = 0;  // the epoch it follows, 0 for none; append() fills it in
  friend bool operator==(const Intent&, const Intent&) = default;
};

const AccountId& account_of(const model::Command& command);
const ListingId& listing_of(const model::Command& command);
// What the listing shows once the intent is live, where that can be told: 0 for a pause; of a change by a
// difference, what it showed before with the difference made.
std::optional<Units> target_of(const Intent& intent);

// Beside its target: how a write changes a listing. Neither: "be this many", whatever was sold meanwhile.
struct Way {
  std::optional<Units> by{};        // "so many more, or fewer"
  std::optional<Units> expected{};  // "only if it is this many"
  friend bool operator==(const Way&, const Way&) = default;
};
Way way_of(const model::Command& command);
// For people: "4", "2 fewer", "5 if it is still 7"; "?" where no number is named.
std::string text_of(const Way& way, std::optional<Units> target);

// A write that was superseded or given up on after it was sent.
struct Late {
  std::uint64_t epoch = 0;
  std::optional<Units> target{};
  Instant sent_at{};
  Way way{};
  friend bool operator==(const Late&, const Late&) = default;
};

// The current intent of a listing, as the index holds it: without its explanation.
struct Record {
  std::uint64_t epoch = 0;  // larger is newer; unique within the seller
  State state = State::requested;
  Instant moved_at{};
  std::optional<Instant> sent_at{};
  std::optional<Units> target{};
  model::Command command{};
  Before before{};  // as read before the write, once it was sent
  Origin origin = Origin::rule;
  std::string reason{};
  Instant requested_at{};
  std::string detail{};  // of the last move
  std::vector<Late> late{};
};

// The channel's idempotency key: the same for the same intent in every process, different for any other,
// even if Redis lost its tail and gives an epoch a second time.
std::string idempotency_key(const SellerId& seller, std::uint64_t epoch, Instant requested_at);

}  // namespace forestall::journal
