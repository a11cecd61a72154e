// SPDX-License-Identifier: Apache-2.0
// Listings that get, change and lose their SKUs, and the orders that follow them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/flow/flow.hpp"
#include "daemon/ledger/observation_codec.hpp"
#include "tests/integration/daemon/ledger/ledger_fixture.hpp"
#include "tests/support/ledger/sync_ledger.hpp"

namespace forestall::test {
namespace {

using ledger::Outcome;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const ledger::Mapping no_sku = {account, ListingId::literal("CUP"), {}, Pool::own};

class LedgerMapping : public LedgerTest {
 protected:
  // Open, with its feeds, and nothing mapped.
  std::unique_ptr<ledger::Ledger> unmapped(const std::string& owner) {
    auto ledger = make(owner);
    EXPECT_TRUE(run(ledger->open()));
    EXPECT_TRUE(run(ledger->configure(feeds)));
    return ledger;
  }
  Result<ledger::Applied> apply(ledger::Ledger& ledger, const std::vector<Observation>& page) {
    return run(ledger.apply(page));
  }
  std::string marker() {
    const auto reply = sync_.call({"GET", "forestall:{acme}:remap"});
    return reply->text() != nullptr ? *reply->text() : "";
  }
  static OrderUpsert closed(OrderUpsert o) {
    o.state = OrderState::shipped;
    o.closed_at = noon + 1h;
    o.lines[0].portions = {{o.lines[0].ordered, {}, {}, noon + 1h}};
    return o;
  }
};

TEST_F(LedgerMapping, OpenOrdersFollowAtOnceAndClosedOnesLater) {
  auto ledger = unmapped("a");
  const auto page = apply(*ledger, {stock(1, 10), order("114-1", 1, 3), closed(order("114-2", 1, 2))});
  ASSERT_TRUE(page);
  EXPECT_THAT(page->outcomes,
              ElementsAre(Outcome::applied, Outcome::applied_unmapped, Outcome::applied_unmapped));
  EXPECT_EQ(available(*ledger), Units(10));
  EXPECT_EQ(ledger->mirror().unmapped(), 1U) << "an order makes its listing known";

  const auto moved = run(ledger->map({same_text}));
  ASSERT_TRUE(moved);
  EXPECT_EQ(available(*ledger), Units(10 - 3));
  ASSERT_EQ(moved->events.size(), 1U);
  EXPECT_EQ(moved->events[0].units, Units(3));
  ASSERT_TRUE(ledger->mapping_to_follow());
  const auto followed = run(ledger->follow_mapping());
  ASSERT_TRUE(followed);
  EXPECT_EQ(available(*ledger), Units(10 - 3 - 2)) << "shipped after the reading: still to be deducted";
  EXPECT_EQ(followed->events.size(), 1U) << "the other demand was told already";
  EXPECT_FALSE(ledger->mapping_to_follow());
  EXPECT_THAT(run(ledger->rebuild(false)).value().first, IsEmpty());

  ASSERT_TRUE(run(ledger->map({no_sku})));
  EXPECT_EQ(available(*ledger), Units(10 - 2)) << "what was open goes back";
  ASSERT_TRUE(run(ledger->follow_mapping()));
  EXPECT_EQ(available(*ledger), Units(10));
  EXPECT_EQ(ledger->mirror().unmapped(), 1U);
  EXPECT_THAT(run(ledger->rebuild(false)).value().first, IsEmpty());
}

TEST_F(LedgerMapping, AListingThatNoOrderNamesLeavesNothingToFollow) {
  auto ledger = unmapped("a");
  ASSERT_TRUE(run(ledger->follow_mapping()));
  ASSERT_TRUE(run(ledger->map({same_text})));
  EXPECT_FALSE(ledger->mapping_to_follow()) << "three million listings of a first file move no order";
  EXPECT_EQ(marker(), "0");
  ASSERT_TRUE(apply(*ledger, {stock(1, 10), order("114-1", 1, 3)}));
  EXPECT_EQ(available(*ledger), Units(7));
}

TEST_F(LedgerMapping, AProcessKilledBetweenMappingAndMovingIsFinishedByTheNext) {
  {
    auto ledger = unmapped("a");
    ASSERT_TRUE(run(ledger->follow_mapping()));
    ASSERT_TRUE(apply(*ledger, {stock(1, 10), order("114-1", 1, 3)}));
    ASSERT_TRUE(run(ledger->close()));
  }
  // What map() sends first, by hand: the listing is stored, no order has moved.
  SyncLedger killed(sync_, "acme", "killed");
  killed.names().add("account:amazon-us", 1);
  killed.call("forestall_map", killed.leased({ledger::encode_mapping(same_text, killed.names())}));
  sync_.call({"DEL", "forestall:{acme}:lease"});

  auto ledger = unmapped("b");
  EXPECT_EQ(available(*ledger), Units(10));
  EXPECT_TRUE(ledger->mapping_to_follow());
  ASSERT_TRUE(run(ledger->follow_mapping()));
  EXPECT_EQ(available(*ledger), Units(7));
  EXPECT_FALSE(ledger->mapping_to_follow());
  ASSERT_TRUE(run(ledger->close()));
  auto next = unmapped("c");
  EXPECT_FALSE(next->mapping_to_follow()) << "and is not done again";
}

TEST_F(LedgerMapping, AChangeDuringTheFollowingLeavesItToFollow) {
  auto ledger = unmapped("a");
  ASSERT_TRUE(apply(*ledger, {stock(1, 10), order("114-1", 1, 3)}));
  ASSERT_TRUE(run(ledger->map({same_text})));
  const auto ticket = marker();
  ASSERT_TRUE(run(ledger->map({no_sku})));
  EXPECT_NE(marker(), ticket);
  // The last slice of a pass that began before the second change.
  SyncLedger other(sync_, "acme", "a");
  other.call("forestall_remap", other.leased({"0", "100", ticket}));
  EXPECT_NE(marker(), "0");
}

// A page goes through the flow's door: by equal text, whatever comes first.
class FlowMapping : public LedgerMapping {
 protected:
  FlowMapping() : ledger_(unmapped("flow")), flow_(loop_.clock) {
    config::SellerSettings settings;
    settings.id = SellerId::literal("acme");
    seller_ = &flow_.add(settings);
    seller_->ledger = ledger_.get();
    seller_->open = true;
    seller_->listing_map.begin_pass();
    seller_->listing_map.end_pass({});
    flow_.listen([this](const flow::Fresh& fresh) {
      for (const auto& state : fresh.applied.skus) told_.push_back(state);
      for (const auto& event : fresh.applied.events) demand_ += event.units;
    });
  }
  std::vector<Outcome> take(const std::vector<Observation>& page) {
    const auto applied = run(flow_.apply(*seller_, page));
    EXPECT_TRUE(applied) << to_string(applied.error());
    return applied ? applied->outcomes : std::vector<Outcome>();
  }
  static Observation listing(const char* id = "CUP") {
    ListingState s;
    s.from = {SourceId::literal("amazon-us"), Version(1), noon};
    s.account = account;
    s.listing = ListingId::literal(id);
    s.quantity = Units(4);
    return s;
  }

  std::unique_ptr<ledger::Ledger> ledger_;
  flow::Flow flow_;
  flow::Seller* seller_ = nullptr;
  std::vector<ledger::SkuState> told_;
  Units demand_;
};

TEST_F(FlowMapping, StockThenListingThenOrder) {
  take({stock(1, 10)});
  take({listing()});
  EXPECT_EQ(ledger_->mirror().unmapped(), 0U);
  EXPECT_THAT(take({order("114-1", 1, 3)}), ElementsAre(Outcome::applied));
  EXPECT_EQ(available(*ledger_), Units(7));
}

TEST_F(FlowMapping, StockThenOrderWithoutListing) {
  take({stock(1, 10)});
  EXPECT_THAT(take({order("114-1", 1, 3)}), ElementsAre(Outcome::applied)) << "mapped before it was applied";
  EXPECT_EQ(available(*ledger_), Units(7));
  EXPECT_EQ(demand_, Units(3));
}

TEST_F(FlowMapping, OrderThenListingThenStock) {
  EXPECT_THAT(take({order("114-1", 1, 3)}), ElementsAre(Outcome::applied_unmapped));
  take({listing()});
  EXPECT_EQ(ledger_->mirror().unmapped(), 1U);
  EXPECT_EQ(demand_, Units(0));
  take({stock(1, 10)});
  EXPECT_EQ(ledger_->mirror().unmapped(), 0U);
  EXPECT_EQ(available(*ledger_), Units(7));
  ASSERT_FALSE(told_.empty());
  EXPECT_EQ(told_.back().available, Units(7)) << "the last word to those who listen";
  EXPECT_EQ(demand_, Units(3));
}

TEST_F(FlowMapping, AllInOnePage) {
  take({listing(), order("114-1", 1, 3), stock(1, 10)});
  EXPECT_EQ(ledger_->mirror().unmapped(), 0U);
  EXPECT_EQ(available(*ledger_), Units(7));
  EXPECT_EQ(demand_, Units(3));
  EXPECT_THAT(run(ledger_->rebuild(false)).value().first, IsEmpty());
}

// Whoever asked may give up between the two: what is applied has been told by then.
TEST_F(FlowMapping, APageIsToldBeforeWhatItMakesKnownIsMapped) {
  std::vector<std::size_t> unmapped;
  flow_.listen([&](const flow::Fresh&) { unmapped.push_back(ledger_->mirror().unmapped()); });
  take({listing(), order("114-1", 1, 3), stock(1, 10)});
  EXPECT_THAT(unmapped, ElementsAre(1U, 0U));
}

TEST_F(FlowMapping, APageSentAgainAfterALostAnswerIsMappedToo) {
  // Applied, and then the process lost the answer: what the flow would have done next was not done.
  ASSERT_TRUE(apply(*ledger_, {listing(), stock(1, 10)}));
  EXPECT_EQ(ledger_->mirror().unmapped(), 1U);
  EXPECT_THAT(take({listing(), stock(1, 10)}), ElementsAre(Outcome::known, Outcome::known));
  EXPECT_EQ(ledger_->mirror().unmapped(), 0U);
}

TEST_F(FlowMapping, AnAmbiguousListingStaysUnmapped) {
  seller_->listing_map.begin_pass();
  seller_->listing_map.end_pass(mapping::parse_mapping("account,listing,sku,units\namazon-us,CUP,CUP,none\n")
                                    ->mapping.take_ambiguous());
  take({stock(1, 10), listing()});
  EXPECT_THAT(take({order("114-1", 1, 3)}), ElementsAre(Outcome::applied_unmapped));
  EXPECT_EQ(available(*ledger_), Units(10));
  EXPECT_EQ(ledger_->mirror().unmapped(), 1U);
}

}  // namespace
}  // namespace forestall::test
