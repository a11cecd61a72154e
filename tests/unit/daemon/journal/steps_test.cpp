// SPDX-License-Identifier: Apache-2.0
// What happened to a listing, from its entries.
#include "daemon/journal/steps.hpp"

#include <gtest/gtest.h>

namespace forestall::journal {
namespace {

const auto shop = AccountId::literal("shop");
const auto cup = ListingId::literal("CUP");

Entry wished(Entry::Kind kind, std::uint64_t epoch, std::int64_t from, std::int64_t to) {
  Entry entry{.kind = kind, .account = shop, .listing = cup, .epoch = epoch};
  entry.intent = Intent{.command = model::SetQuantity{shop, cup, Units(to), {}},
                        .before = {.quantity = Units(from)},
                        .who = "rule plan",
                        .reason = "sold_elsewhere",
                        .requested_at = Instant(Millis(static_cast<std::int64_t>(1000 * epoch)))};
  return entry;
}
Entry moved(std::uint64_t epoch, State state, std::string detail = {}) {
  return {.kind = Entry::Kind::move,
          .account = shop,
          .listing = cup,
          .epoch = epoch,
          .state = state,
          .detail = std::move(detail)};
}

TEST(Steps, EachWishWithWhatBecameOfIt) {
  const std::vector<Entry> newest_first = {
      wished(Entry::Kind::wish, 0, 2, 9),
      wished(Entry::Kind::intent, 9, 2, 1),
      moved(7, State::abandoned, "left alone: person"),
      moved(7, State::sent),
      wished(Entry::Kind::intent, 7, 5, 2),
      moved(3, State::confirmed),  // its intent is too long ago
  };
  const auto steps = steps_of(newest_first, 10);
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[0].state, "noted");
  EXPECT_EQ(steps[1].state, "requested");
  EXPECT_EQ(steps[2].state, "abandoned");
  EXPECT_EQ(steps[2].detail, "left alone: person");
  EXPECT_EQ(steps[2].from, Units(5));
  EXPECT_EQ(steps[2].to, Units(2));
  EXPECT_EQ(steps[2].at, Instant(Millis(7000)));
  EXPECT_EQ(steps[2].reason, "sold_elsewhere");
  EXPECT_EQ(steps_of(newest_first, 1).size(), 1U);
  EXPECT_TRUE(steps_of({}, 5).empty());
}

}  // namespace
}  // namespace forestall::journal
