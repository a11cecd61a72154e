// SPDX-License-Identifier: Apache-2.0
// Listings of the sandbox: read, paused, resumed, and left alone where they are Amazon's.
#include <map>
#include <set>

#include "amazon_at_sandbox.hpp"

namespace forestall::amazon {
namespace {

using namespace std::chrono_literals;
using ports::Cursor;
using ports::Feed;

ListingId sku(std::string_view text) { return ListingId::literal(text); }

Result<ports::WriteReceipt> write(AtSandbox& at, ports::Marketplace& amazon, model::Command command) {
  at.wait_for(amazon, ports::CallKind::write);
  return at.run(amazon.write(std::move(command), "key", 20s));
}

Result<ports::ListingReading> read(AtSandbox& at, ports::Marketplace& amazon, std::string_view name) {
  at.wait_for(amazon, ports::CallKind::read_listing);
  return at.run(amazon.read_listing(sku(name), 20s));
}

TEST(AmazonListings, EveryListingIsSeenWithItsPrice) {
  AtSandbox at({"--skus", "130", "--fba", "7"});
  const auto amazon = at.make();
  Cursor cursor;
  const auto all = at.sweep(*amazon, Feed::listings, cursor);
  const auto states = only<model::ListingState>(all);
  std::set<std::string> skus;
  for (const auto& state : states) {
    skus.insert(state.listing.str());
    EXPECT_TRUE(state.quantity) << state.listing.str();
  }
  EXPECT_EQ(skus.size(), 137u);
  EXPECT_EQ(states.size(), 137u);
  EXPECT_EQ(only<model::PriceObserved>(all).size(), 137u);
  EXPECT_TRUE(skus.contains("A/B 50%"));
  EXPECT_TRUE(skus.contains("Größe-L"));
}

TEST(AmazonListings, EveryAwkwardSkuIsReadPausedAndResumed) {
  AtSandbox at({"--skus", "20"});
  const auto amazon = at.make();
  const AccountId account = AccountId::literal("amazon-us");
  for (const std::string_view name : {"A/B 50%", "#7+1", "O'Neil & Co", "Größe-L", "x,y;z", "tab?=&"}) {
    SCOPED_TRACE(name);
    const auto before = read(at, *amazon, name);
    ASSERT_TRUE(before) << to_string(before.error());
    EXPECT_TRUE(before->writable) << before->why;
    ASSERT_TRUE(before->state.quantity);
    const auto paused = write(at, *amazon, model::PauseListing{account, sku(name)});
    ASSERT_TRUE(paused) << to_string(paused.error());
    EXPECT_FALSE(paused->reference.empty());
    at.advance(9min);
    const auto down = read(at, *amazon, name);
    ASSERT_TRUE(down);
    EXPECT_EQ(down->state.quantity, Units(0));
    const auto resumed =
        write(at, *amazon, model::ResumeListing{account, sku(name), Units(3), before->restore});
    ASSERT_TRUE(resumed) << to_string(resumed.error());
    at.advance(9min);
    const auto up = read(at, *amazon, name);
    ASSERT_TRUE(up);
    EXPECT_GE(up->state.quantity.value_or(Units(0)), Units(1));  // shoppers may have taken some
    EXPECT_LE(up->state.quantity.value_or(Units(9)), Units(3));
  }
}

}  // namespace
}  // namespace forestall::amazon
