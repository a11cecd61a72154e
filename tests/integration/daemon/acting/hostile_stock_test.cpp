// SPDX-License-Identifier: Apache-2.0
// Two warehouses of one pool, one of which says what cannot be: what the buyers see. Real pollers over the
// real ledger, and a guard that acts on whatever they let through.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/polling/stock_poller.hpp"
#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;

constexpr int skus = 60;
std::string sku(int i) { return "H-" + std::to_string(i); }
const auto north = SourceId::literal("north");
const auto south = SourceId::literal("south");
std::int64_t in_north(int i) { return 3 + i % 4; }
std::int64_t in_south(int i) { return i < skus / 2 ? 5 + i % 3 : 40 + i; }

// A snapshot that the test writes.
struct Shelf {
  int number = 0;
  std::vector<model::Observation> rows{};
};

class ShelfSource final : public ports::StockSource {
 public:
  explicit ShelfSource(Shelf& shelf) : shelf_(shelf) {}
  const ports::StockTraits& traits() const override { return traits_; }
  boost::asio::awaitable<Result<ports::Page>> poll(ports::Cursor from, std::chrono::nanoseconds) override {
    const auto name = std::to_string(shelf_.number);
    if (from.text == name) co_return ports::Page{.next = from};
    co_return ports::Page{.observations = shelf_.rows, .next = {name}};
  }

 private:
  Shelf& shelf_;
  ports::StockTraits traits_{.snapshots = true};
};

class HostileStock : public ::testing::Test {
 protected:
  HostileStock() {
    EXPECT_TRUE(room.loop.run(room.ledger->configure({feed(north, "berlin"), feed(south, "paris")})));
    room.account->settings.breaker.listings = 1'000'000;  // it must not need the breaker
    for (auto* shelf : {&in_berlin, &in_paris}) put(*shelf, shelf == &in_berlin ? in_north : in_south);
    pollers.emplace_back(tools, *room.seller, settings(north, "berlin"),
                         std::make_unique<ShelfSource>(in_berlin), "", [] {});
    pollers.emplace_back(tools, *room.seller, settings(south, "paris"),
                         std::make_unique<ShelfSource>(in_paris), "", [] {});
    for (auto& poller : pollers) {
      poller.speaks_for(model::Pool::own, false);
      tasks.spawn("stock", runtime::OnFailure::log, poller.run());
    }
    std::vector<ledger::Mapping> mappings;
    for (int i = 0; i < skus; ++i) {
      room.channel.offers[sku(i)] = {.quantity = Units(in_north(i) + in_south(i))};
      mappings.push_back(
          {room.shop, ListingId::literal(sku(i)), {{SkuId::literal(sku(i)), Units(1)}}, model::Pool::own});
    }
    EXPECT_TRUE(room.loop.run(room.ledger->map(mappings)));
    for (int i = 0; i < skus; ++i) room.poll_listing(sku(i));
    EXPECT_TRUE(room.until([&] { return on_hand(0) == in_north(0) + in_south(0) && read(sku(skus - 1)); }));
    room.start();
    room.pass(5min);
    EXPECT_TRUE(room.until([&] { return room.open_intents() == 0; }));
    for (int i = 0; i < skus; ++i) usual[sku(i)] = room.channel.shown(sku(i));
    writes = room.channel.writes.size();
  }
  ~HostileStock() override {
    room.loop.run(tasks.stop());
    room.stop();
  }

  static ledger::Feed feed(const SourceId& source, const char* at) {
    return {source, LocationId::literal(at), model::Pool::own, model::DeductsAt::ship, true};
  }
  config::StockSettings settings(const SourceId& source, const char* at) const {
    config::StockSettings s;
    s.id = source;
    s.seller = room.seller_id;
    s.location = LocationId::literal(at);
    return s;
  }
  void put(Shelf& shelf, const std::function<std::int64_t(int)>& units) {
    room.clock.advance(1s);  // no two snapshots of one instant
    ++shelf.number;
    shelf.rows.clear();
    const bool berlin = &shelf == &in_berlin;
    for (int i = 0; i < skus; ++i)
      shelf.rows.emplace_back(
          model::StockLevel{{berlin ? north : south, model::Version::of(room.clock.now()), room.clock.now()},
                            SkuId::literal(sku(i)),
                            LocationId::literal(berlin ? "berlin" : "paris"),
                            Units(units(i)),
                            false});
  }
  bool read(const std::string& name) {
    return room.ledger->mirror().find_sku(name) &&
           room.ledger->mirror().state(*room.ledger->mirror().find_sku(name), model::Pool::own).has_value();
  }
  std::int64_t on_hand(int i) {
    const auto ref = room.ledger->mirror().find_sku(sku(i));
    const auto state = ref ? room.ledger->mirror().state(*ref, model::Pool::own) : std::nullopt;
    return state ? state->on_hand.count() : -1;
  }
  // Writes since `from`, and that none of them showed more than was shown before.
  std::set<std::string> lowered(std::size_t from) {
    std::set<std::string> names;
    for (; from < room.channel.writes.size(); ++from) {
      const auto& write = room.channel.writes[from];
      EXPECT_LE(write.quantity.count(), usual[write.listing.str()]) << write.listing.str() << " was raised";
      names.insert(write.listing.str());
    }
    return names;
  }

  ActingRoom room;
  scheduling::CallScheduler calls{room.clock};
  timing::Activity activity{room.loop.io.get_executor()};
  polling::FlowDoor door{room.flow};
  polling::Tools tools{room.clock, room.machine, room.loop.random, room.loop.log, door, calls, activity};
  Shelf in_berlin, in_paris;
  std::deque<polling::StockPoller> pollers;
  runtime::TaskGroup tasks{room.loop.io.get_executor(), room.loop.log, "pollers", [](auto) {}};
  std::map<std::string, std::int64_t> usual;
  std::size_t writes = 0;
};

TEST_F(HostileStock, NoListingIsRaisedAndNoneLoweredByAFeedThatCannotBeTrue) {
  struct Case {
    const char* what;
    std::function<std::int64_t(int)> units;
    const char* cause;
  };
  const Case cases[] = {
      {"all zeros", [](int) { return 0; }, "60 SKUs fall to zero"},
      {"negative stock", [](int) { return -5; }, "60 SKUs fall to zero"},
      {"ten times as much", [](int i) { return 10 * in_south(i); }, "60 of 60 SKUs jump"},
      {"a row too far", [](int i) { return in_south((i + skus / 2) % skus); }, "60 of 60 SKUs jump"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    put(in_paris, c.units);
    ASSERT_TRUE(room.until([&] { return pollers[1].doubted(); }));
    EXPECT_THAT(pollers[1].figures().error->detail, ::testing::HasSubstr(c.cause));
    room.pass(5min);
    EXPECT_EQ(room.channel.writes.size(), writes) << "the buyers saw it";
    for (int i = 0; i < skus; ++i) EXPECT_EQ(on_hand(i), in_north(i) + in_south(i)) << sku(i);
    EXPECT_FALSE(pollers[0].doubted()) << "the other warehouse is not to blame";
    put(in_paris, in_south);
    ASSERT_TRUE(room.until([&] { return !pollers[1].doubted(); }));
  }
  room.pass(5min);
  EXPECT_EQ(room.channel.writes.size(), writes);
}

TEST_F(HostileStock, AFewZerosLowerTheseListingsOnlyAndTheNextReadingUndoesIt) {
  const auto without = [](int i) { return i < 2 ? 0 : in_south(i); };  // 5 % of 60, and one less
  put(in_paris, without);
  ASSERT_TRUE(room.until([&] { return on_hand(1) == in_north(1); }));
  EXPECT_FALSE(pollers[1].doubted());
  const auto sku_state =
      room.ledger->mirror().state(*room.ledger->mirror().find_sku(sku(1)), model::Pool::own);
  EXPECT_EQ(sku_state->certainty, model::Certainty::suspect) << "no order explains it";
  room.pass(5min);
  ASSERT_TRUE(room.until([&] { return room.open_intents() == 0; }));
  EXPECT_THAT(lowered(writes), ::testing::IsSubsetOf({sku(0), sku(1)}));
  EXPECT_LE(room.channel.shown(sku(1)), in_north(1));
  put(in_paris, in_south);
  ASSERT_TRUE(room.until([&] { return room.channel.shown(sku(1)) == usual[sku(1)]; }, 2h))
      << room.channel.shown(sku(1));
}

}  // namespace
}  // namespace forestall::test
