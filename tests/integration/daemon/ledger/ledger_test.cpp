// SPDX-License-Identifier: Apache-2.0
// The ledger as the daemon uses it, over the real client against a real redis-server: opening, leases,
// libraries and schemas of other versions, a Redis that dies under load.
#include "daemon/ledger/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <memory>

#include "daemon/ledger/library.hpp"
#include "tests/integration/daemon/ledger/ledger_fixture.hpp"
#include "tests/support/ledger/plain_model.hpp"

namespace forestall::test {
namespace {

CivilDate civil_day(Instant at) { return std::chrono::floor<std::chrono::days>(at); }

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(LedgerTest, AppliesAPageMovesItsCursorAndFeedsTheMirror) {
  auto ledger = ready("a");
  const std::vector<Observation> page = {stock(1, 10), order("114-1", 1, 3), order("114-1", 1, 3)};
  const auto applied = run(ledger->apply(page, ledger::CursorMove{"amazon-us orders", "next-7"}));
  ASSERT_TRUE(applied) << to_string(applied.error());
  EXPECT_THAT(applied->outcomes,
              ElementsAre(ledger::Outcome::applied, ledger::Outcome::applied, ledger::Outcome::known));
  EXPECT_EQ(available(*ledger), Units(7));
  EXPECT_EQ(run(ledger->cursor("amazon-us orders")).value(), "next-7");
  ASSERT_EQ(applied->events.size(), 1U);
  EXPECT_EQ(applied->events[0].units, Units(3));
  ASSERT_EQ(ledger->mirror().by_ship_by(10).size(), 1U);
  EXPECT_EQ(ledger->mirror().by_ship_by(10)[0]->id.str(), "114-1");

  // Deciding on an older change leaves the SKU undecided.
  EXPECT_EQ(run(ledger->decided({{"CUP", applied->sequence - 1}})).value(), 0);
  EXPECT_EQ(run(ledger->decided({{"CUP", applied->sequence}})).value(), 1);
  EXPECT_THAT(run(ledger->undecided()).value(), IsEmpty());
}

TEST_F(LedgerTest, RefusesAPageWithNonsenseAndKeepsItsCursor) {
  auto ledger = ready("a");
  auto bad = order("114-2", 1, 1);
  bad.lines[0].ordered = Units(0);
  const std::vector<Observation> page = {stock(1, 10), bad};
  const auto applied = run(ledger->apply(page, ledger::CursorMove{"orders", "next"}));
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().detail, "observation 1: order_upsert: lines[0]: ordered is out of range");
  EXPECT_EQ(run(ledger->cursor("orders")).value(), std::nullopt);
  EXPECT_FALSE(ledger->mirror().find_sku("CUP") &&
               ledger->mirror().state(*ledger->mirror().find_sku("CUP"), Pool::own));
}

// A request of the API that passed its deadline, while Redis already had the command.
TEST_F(LedgerTest, ACallerWhoGaveUpLeavesNoHoleInTheMirror) {
  auto ledger = ready("a");
  ASSERT_TRUE(run(ledger->apply(std::vector<Observation>{stock(1, 10)})));
  EXPECT_TRUE(ledger->whole());
  server_.pause();
  const std::vector<Observation> page = {stock(2, 4)};
  boost::asio::cancellation_signal give_up;
  bool ended = false;
  boost::asio::co_spawn(
      loop_.io, ledger->apply(page),
      boost::asio::bind_cancellation_slot(
          give_up.slot(), [&](std::exception_ptr, Result<ledger::Applied>) { ended = true; }));
  loop_.run_for(50ms);  // the command is on its way
  ASSERT_FALSE(ended);
  give_up.emit(boost::asio::cancellation_type::terminal);
  loop_.run_until([&] { return ended; });
  server_.resume();
  EXPECT_FALSE(ledger->whole());
  ASSERT_TRUE(run(ledger->make_whole()));
  EXPECT_TRUE(ledger->whole());
  EXPECT_EQ(available(*ledger), Units(4));
}

// Killed between taking over new settings and the end of what follows from them.
TEST_F(LedgerTest, NewSettingsAreDerivedAgainUntilThatCameToItsEnd) {
  {
    auto ledger = ready("a");
    const std::vector<Observation> page = {stock(1, 10), order("114-1", 1, 3, noon - 1min)};
    ASSERT_TRUE(run(ledger->apply(page)));
    EXPECT_EQ(available(*ledger), Units(7));
    auto settings = sync_.call({"GET", "forestall:{acme}:cfg"});
    ASSERT_TRUE(settings && settings->text() != nullptr);
    auto other = feeds;
    other[0].deducts_at = DeductsAt::order;
    EXPECT_EQ(run(ledger->configure(other)).value(), true);
    EXPECT_EQ(available(*ledger), Units(10)) << "deducted when it was ordered";
    // Taken over as by a process that was killed right after the call.
    const auto reply = sync_.call({"FCALL", "forestall_configure", "1", "forestall:{acme}",
                                   ledger->lease_token(), "0", *settings->text()});
    ASSERT_TRUE(reply && reply->integer() != nullptr && *reply->integer() == 1);
    ASSERT_TRUE(run(ledger->close()));
  }
  auto ledger = make("b");
  ASSERT_TRUE(run(ledger->open()));
  EXPECT_EQ(run(ledger->configure(feeds)).value(), true);
  EXPECT_EQ(available(*ledger), Units(7));
  EXPECT_EQ(run(ledger->configure(feeds)).value(), false) << "done once";
}

// The channel states its last change where it does not know when something happened.
TEST_F(LedgerTest, WhatIsOnlyKnownToHaveHappenedByALastChangeStaysWhereItWasFirstSeen) {
  auto ledger = ready("a");
  const auto touched = [](Instant at, Units cancelled, Units shipped) {
    auto o = order("114-1", 1, 5);
    o.from.version = Version::of(at);
    o.lines[0].cancelled =
        LineCancel{cancelled, CancelledBy::buyer, CancelReason::buyer_changed_mind, at, civil_day(at)};
    o.lines[0].portions = {{shipped, {}, {}, at}};
    return o;
  };
  const auto cancelled_on = [&] {
    std::vector<CivilDate> days;
    for (const auto& c : run(ledger->budget()).value().cancelled) days.push_back(c.day);
    return days;
  };
  auto level = std::get<StockLevel>(stock(1, 10));
  const std::vector<Observation> first = {level, touched(noon + 1h, Units(1), Units(2))};
  ASSERT_TRUE(run(ledger->apply(first)));
  EXPECT_EQ(available(*ledger), Units(6)) << "two shipped since, two to be shipped";
  level.from = {level.from.source, Version(2), noon + 2h};
  level.on_hand = Units(8);
  const std::vector<Observation> counted = {level};
  ASSERT_TRUE(run(ledger->apply(counted)));
  EXPECT_EQ(available(*ledger), Units(6));
  const std::vector<Observation> again = {touched(noon + 120h, Units(1), Units(2))};
  EXPECT_THAT(run(ledger->apply(again)).value().outcomes, ElementsAre(ledger::Outcome::applied));
  EXPECT_EQ(available(*ledger), Units(6)) << "what was shipped before the reading is in it";
  EXPECT_THAT(cancelled_on(), ElementsAre(civil_day(noon + 1h)));
  EXPECT_THAT(run(ledger->apply(again)).value().outcomes, ElementsAre(ledger::Outcome::known));
  EXPECT_THAT(run(ledger->rebuild(false)).value().first, IsEmpty());
  // More of it happened later.
  const std::vector<Observation> more = {touched(noon + 144h, Units(3), Units(2))};
  ASSERT_TRUE(run(ledger->apply(more)));
  EXPECT_THAT(cancelled_on(), ElementsAre(civil_day(noon + 144h)));
  EXPECT_THAT(run(ledger->rebuild(false)).value().first, IsEmpty());
}

TEST_F(LedgerTest, ASecondDaemonIsRefusedAndAnOldOneFencedOff) {
  auto first = ready("host-a");
  auto second = make("host-b");
  const auto refused = run(second->open());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_THAT(refused.error().detail, HasSubstr("host-a"));

  // The first one slept past its lease; the second took over. What the first sends now changes nothing.
  sync_.call({"DEL", "forestall:{acme}:lease"});
  ASSERT_TRUE(run(second->open()));
  EXPECT_EQ(second->lease_token(), *sync_.call({"GET", second->key_prefix() + "lease"})->text());
  EXPECT_NE(first->lease_token(), second->lease_token());
  const std::vector<Observation> page = {stock(1, 10)};
  const auto late = run(first->apply(page));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
  EXPECT_TRUE(sync_.call({"HGETALL", "forestall:{acme}:sku"})->items().empty());
  EXPECT_TRUE(run(second->apply(page)));
  EXPECT_FALSE(run(first->renew()));
  EXPECT_TRUE(run(second->close()));
  EXPECT_EQ(second->lease_token(), "");
  EXPECT_TRUE(run(first->renew())) << "a lease let go is free";
}

TEST_F(LedgerTest, ANewProcessReadsTheSameMirrorAndMissesNoEvent) {
  std::uint64_t seen = 0;
  {
    auto ledger = ready("a");
    const std::vector<Observation> page = {stock(1, 10), order("114-1", 1, 3)};
    seen = run(ledger->apply(page))->sequence;
    const std::vector<Observation> more = {order("114-2", 1, 2), order("114-1", 2, 1)};
    ASSERT_TRUE(run(ledger->apply(more)));
    ASSERT_TRUE(run(ledger->set_hold(account, ListingId::literal("CUP"), "paused by hand")));
    ASSERT_TRUE(run(ledger->set_reserve(SkuId::literal("CUP"), Pool::own, Units(2))));
    EXPECT_EQ(available(*ledger), Units(5));
    ASSERT_TRUE(run(ledger->close()));
  }
  auto ledger = make("b");
  ASSERT_TRUE(run(ledger->open()));
  EXPECT_EQ(available(*ledger), Units(5));
  EXPECT_EQ(ledger->mirror().open_orders(), 2U);
  const auto listing = ledger->mirror().find_listing(account, "CUP");
  ASSERT_TRUE(listing);
  EXPECT_EQ(ledger->mirror().listing(*listing).hold, "paused by hand");
  EXPECT_EQ(ledger->mirror().ordered_since(account, ListingId::literal("CUP"), noon), Units(3));

  const auto replay = run(ledger->events_since(seen));
  ASSERT_TRUE(replay);
  EXPECT_TRUE(replay->complete);
  std::int64_t net = 0;
  for (const auto& [sequence, e] : replay->events) net += e.units.count();
  EXPECT_EQ(net, 0) << "2 more on one order, 2 fewer on the other";
  EXPECT_EQ(replay->events.size(), 2U);
  EXPECT_EQ(run(ledger->history(SkuId::literal("CUP")))->size(), 3U);
  EXPECT_GE(run(ledger->forget_events(replay->sequence)).value(), 1);
  EXPECT_FALSE(run(ledger->events_since(seen))->complete);
  EXPECT_TRUE(run(ledger->events_since(replay->sequence))->complete);
}

TEST_F(LedgerTest, KeepsWhatItOnlyKeeps) {
  auto ledger = ready("a");
  ShipmentUpdate s;
  s.from = {SourceId::literal("dhl"), Version(3), noon};
  s.account = account;
  s.order = OrderId::literal("114-1");
  s.carrier = CarrierId::literal("dhl");
  s.tracking = TrackingId::literal("JD01");
  s.state = ShipmentState::in_transit;
  s.first_scan_at = noon;
  const std::vector<Observation> page = {s};
  ASSERT_TRUE(run(ledger->apply(page)));
  EXPECT_THAT(run(ledger->kept()).value(), ElementsAre(Observation(s)));
}

TEST_F(LedgerTest, CountsCancellationsByDayReasonAndWho) {
  auto ledger = ready("a");
  auto o = order("114-1", 1, 3);
  o.lines[0].cancelled = LineCancel{Units(1), CancelledBy::seller, CancelReason::no_stock, noon,
                                    std::chrono::year{2026} / 3 / 2};
  const std::vector<Observation> page = {stock(1, 10), o, order("114-2", 1, 1)};
  ASSERT_TRUE(run(ledger->apply(page)));
  EXPECT_EQ(available(*ledger), Units(10 - 2 - 1 - 1)) << "the cancelled unit is quarantined, not freed";
  const auto counts = run(ledger->budget());
  ASSERT_TRUE(counts);
  ASSERT_EQ(counts->placed.size(), 1U);
  EXPECT_EQ(counts->placed[0].orders, 2);
  ASSERT_EQ(counts->cancelled.size(), 1U);
  EXPECT_EQ(counts->cancelled[0].reason, CancelReason::no_stock);
  EXPECT_EQ(counts->cancelled[0].by, CancelledBy::seller);
  EXPECT_EQ(counts->cancelled[0].day, CivilDate(std::chrono::year{2026} / 3 / 2));
}

TEST_F(LedgerTest, RefusesALibraryOfANewerForestall) {
  sync_.call(
      {"FUNCTION", "LOAD",
       "#!lua name=forestall\n-- version 999\nredis.register_function('forestall_version', function() return "
       "'999' end)"});
  auto ledger = make("a");
  const auto opened = run(ledger->open());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::unsupported);
  EXPECT_THAT(opened.error().detail, HasSubstr("999"));
}

TEST_F(LedgerTest, ReplacesALibraryOfAnOlderForestall) {
  sync_.call(
      {"FUNCTION", "LOAD",
       "#!lua name=forestall\n-- version 0\nredis.register_function('forestall_version', function() return "
       "'0' end)"});
  auto ledger = ready("a");
  const std::vector<Observation> page = {stock(1, 10)};
  EXPECT_TRUE(run(ledger->apply(page)));
}

TEST_F(LedgerTest, RefusesDataOfANewerForestall) {
  sync_.call({"SET", "forestall:{acme}:schema", "3"});
  auto ledger = make("a");
  const auto opened = run(ledger->open());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::unsupported);
  EXPECT_THAT(opened.error().detail, HasSubstr("version 3"));
}

TEST_F(LedgerTest, RebuildFindsAndMendsACounterThatSomebodyBent) {
  auto ledger = ready("a");
  const std::vector<Observation> page = {stock(1, 10), order("114-1", 1, 3), order("114-2", 1, 1)};
  ASSERT_TRUE(run(ledger->apply(page)));
  EXPECT_THAT(run(ledger->rebuild(false)).value().first, IsEmpty());
  sync_.call({"HDEL", "forestall:{acme}:order", "1:114-2"});
  sync_.call({"HINCRBY", "forestall:{acme}:cancel", "1:20513:1:2", "5"});
  const auto found = run(ledger->rebuild(true)).value();
  EXPECT_EQ(found.differences, found.first.size());
  EXPECT_EQ(found.first.size(), 3U) << "committed, orders of the day, cancellations";
  EXPECT_THAT(run(ledger->rebuild(false)).value().first, IsEmpty());
  EXPECT_EQ(available(*ledger), Units(7));
}

// The data of schema 1, as its last version wrote them (DUMP of each key, in hexadecimal).
TEST_F(LedgerTest, MigratesTheStoredDataOfSchemaOne) {
  const auto text =
      read_file(std::string(FORESTALL_SOURCE_DIR) + "/tests/integration/daemon/ledger/data/schema1.txt");
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at), space = text.find(' ', at);
    std::string dump;
    for (auto i = space + 1; i < end; i += 2)
      dump.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
    const auto restored = sync_.call({"RESTORE", text.substr(at, space - at), "0", dump});
    ASSERT_FALSE(restored->is_error()) << *restored->text();
    at = end + 1;
  }
  ASSERT_EQ(*sync_.call({"GET", "forestall:{acme}:schema"})->text(), "1");
  auto ledger = make("a");
  const auto opened = run(ledger->open());
  ASSERT_TRUE(opened) << to_string(opened.error());
  EXPECT_EQ(*sync_.call({"GET", "forestall:{acme}:schema"})->text(), std::to_string(ledger::schema_version));
  // Ten on hand at noon; three ordered; two of five shipped after noon, so all five still count.
  EXPECT_EQ(available(*ledger), Units(10 - 3 - 5));
  EXPECT_THAT(run(ledger->rebuild(false)).value().first, IsEmpty());
  const std::vector<Observation> page = {order("114-1", 2, 1)};
  ASSERT_TRUE(run(ledger->apply(page)));
  EXPECT_EQ(available(*ledger), Units(10 - 1 - 5));
}

class DurableLedgerTest : public LedgerTest {
 protected:
  DurableLedgerTest() : LedgerTest(true) {}
};

struct Load {
  std::vector<OrderUpsert> known;     // acknowledged
  std::vector<OrderUpsert> in_doubt;  // to be sent again
  std::int64_t events = 0;            // units of demand told so far
  int outstanding = 0;
};

boost::asio::awaitable<void> apply_one(ledger::Ledger& ledger, OrderUpsert order, Load& load) {
  const std::vector<Observation> page = {order};
  const auto applied = co_await ledger.apply(page);
  (applied ? load.known : load.in_doubt).push_back(order);
  if (applied)
    for (const auto& e : applied->events) load.events += e.units.count();
  --load.outstanding;
}

TEST_F(DurableLedgerTest, KilledFiftyTimesUnderLoadNothingAcknowledgedIsLost) {
  auto ledger = ready("a");
  PlainModel plain;
  plain.configure(feeds);
  plain.map(same_text);
  const std::vector<Observation> first = {stock(1, 1000)};
  ASSERT_TRUE(run(ledger->apply(first)));
  plain.apply(first[0], noon + 24h, ledger->names());

  SeededRandom random(7);
  Load load;
  std::uint64_t version = 0;
  std::size_t doubts = 0;
  for (int round = 0; round < 50; ++round) {
    auto orders = std::exchange(load.in_doubt, {});
    doubts += orders.size();
    for (int i = 0; i < 100; ++i) {
      ++version;  // new orders, and new versions of old ones
      orders.push_back(order("114-" + std::to_string(random.below(300)), version,
                             1 + static_cast<std::int64_t>(random.below(3))));
    }
    for (const auto& o : orders) {
      ++load.outstanding;
      loop_.spawn(apply_one(*ledger, o, load));
    }
    for (auto turns = random.below(500); turns > 0; --turns) loop_.io.poll_one();
    loop_.io.restart();
    server_.kill();
    server_.start();
    loop_.run_until([&] { return load.outstanding == 0; });
  }
  sync_.reconnect();
  for (const auto& o : std::exchange(load.in_doubt, {})) {
    ++load.outstanding;
    loop_.run(apply_one(*ledger, o, load));
  }
  EXPECT_TRUE(load.in_doubt.empty());
  for (const auto& o : load.known) plain.apply(o, noon + 24h, ledger->names());
  const std::vector<Observation> nothing = {first[0]};
  ASSERT_TRUE(run(ledger->apply(nothing)));  // a mirror in doubt is read again
  const auto sku = ledger->mirror().find_sku("CUP");
  ASSERT_TRUE(sku);
  EXPECT_EQ(*ledger->mirror().state(*sku, Pool::own), plain.state("CUP", Pool::own));
  EXPECT_EQ(ledger->mirror().open_orders(), plain.orders());
  EXPECT_THAT(run(ledger->rebuild(false)).value().first, IsEmpty());
  EXPECT_EQ(load.known.size(), 5000U);
  EXPECT_GT(doubts, 50U) << "the kills hit something";
  std::int64_t demand = 0;
  for (const auto& [key, units] : plain.demand()) demand += units;
  EXPECT_EQ(load.events, demand) << "each demand event told exactly once";
}

// Stopped, not killed: what was sent is done when it goes on, and nobody knows until then.
TEST_F(DurableLedgerTest, PausedUnderLoadNothingIsLostAndNothingCountedTwice) {
  auto ledger = ready("a");
  PlainModel plain;
  plain.configure(feeds);
  plain.map(same_text);
  const std::vector<Observation> first = {stock(1, 1000)};
  ASSERT_TRUE(run(ledger->apply(first)));
  plain.apply(first[0], noon + 24h, ledger->names());
  Load load;
  std::vector<OrderUpsert> orders;
  for (int i = 0; i < 300; ++i) orders.push_back(order("114-" + std::to_string(i), 1, 1 + i % 3));
  for (std::size_t i = 0; i < orders.size(); ++i) {
    if (i == 100) {
      loop_.run_for(1ms);
      server_.pause();
    }
    ++load.outstanding;
    loop_.spawn(apply_one(*ledger, orders[i], load));
  }
  // Longer than the calls wait.
  loop_.run_until([&] { return load.outstanding == 0; }, 20s);
  EXPECT_FALSE(load.in_doubt.empty());
  server_.resume();
  const auto doubts = load.in_doubt.size();
  for (int round = 0; round < 100 && !load.in_doubt.empty(); ++round)
    for (const auto& o : std::exchange(load.in_doubt, {})) {
      ++load.outstanding;
      loop_.run(apply_one(*ledger, o, load));
    }
  EXPECT_TRUE(load.in_doubt.empty());
  EXPECT_EQ(load.known.size(), orders.size()) << doubts << " of them sent again";
  for (const auto& o : orders) plain.apply(o, noon + 24h, ledger->names());
  const auto sku = ledger->mirror().find_sku("CUP");
  ASSERT_TRUE(sku);
  EXPECT_EQ(*ledger->mirror().state(*sku, Pool::own), plain.state("CUP", Pool::own));
  EXPECT_EQ(ledger->mirror().open_orders(), orders.size());
  EXPECT_THAT(run(ledger->rebuild(false)).value().first, IsEmpty());
  std::int64_t demand = 0;
  for (const auto& [key, units] : plain.demand()) demand += units;
  EXPECT_EQ(load.events, demand) << "each demand event told exactly once";
}

}  // namespace
}  // namespace forestall::test
