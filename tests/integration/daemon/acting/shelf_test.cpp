// SPDX-License-Identifier: Apache-2.0
// What was seen on the shelf is still believed after a restart: the decision is the same, before and after.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "daemon/acting/shelf_record.hpp"
#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;

class Shelf : public testing::Test {
 protected:
  // What is believed to be there of the listing's SKU, of what the books say.
  Units believed(const std::string& name) {
    const auto decided = room.acts->floor().decide(room.shop, ListingId::literal(name), guard::Detail::all);
    if (!decided) throw std::runtime_error("not decided");
    return decided->facts.components.front().believed.value_or(Units(-1));
  }
  guard::Decision decision(const std::string& name) {
    return room.acts->floor().decide(room.shop, ListingId::literal(name))->decision;
  }
  // Whatever is written is live, and the orders before it are seen. Twice: what was decided is neither
  // undecided nor an intent while it is being written down.
  void settle() {
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(room.until([&] {
        room.watermark();
        return room.acts->undecided() == 0 && room.open_intents() == 0;
      }));
      room.pass(10s);
    }
  }
  void pick_failed(const std::string& name) {
    room.apply({model::PickFailed{{SourceId::literal("wms"), model::Version(9'000'000), room.clock.now()},
                                  room.shop,
                                  OrderId::literal("o-1"),
                                  OrderLineId::literal("1"),
                                  SkuId::literal(name),
                                  {},
                                  model::Pool::own,
                                  Units(1)}});
  }
  ActingRoom room;
};

TEST_F(Shelf, AFailedPickIsRememberedByTheNextDaemon) {
  room.list("CUP", 6, 6);
  room.start();
  settle();
  room.order("CUP", 1);
  settle();
  EXPECT_GT(believed("CUP"), Units(0));
  pick_failed("CUP");
  settle();
  ASSERT_EQ(believed("CUP"), Units(0)) << "nobody knows what else is not there";
  const auto before = decision("CUP");
  // Killed: nothing is stored at the end.
  room.crash();
  room.start();
  settle();
  EXPECT_EQ(believed("CUP"), Units(0));
  EXPECT_EQ(decision("CUP").reason, before.reason);
  EXPECT_EQ(decision("CUP").target, before.target);
}

TEST_F(Shelf, SalesAreForgottenByNobodyAndCountedOnce) {
  room.list("CUP", 40, 400);
  room.start();
  settle();
  for (int i = 0; i < 25; ++i) room.order("CUP", 10);
  room.pass(2min);
  settle();
  const auto before = believed("CUP");
  EXPECT_LT(before, Units(150)) << "of 250 units sold some are thought to be lost";
  room.stop();
  room.start();
  settle();
  EXPECT_EQ(believed("CUP"), before);
  room.crash();
  room.start();
  settle();
  EXPECT_EQ(believed("CUP"), before) << "nor does a second start count them again";
}

TEST_F(Shelf, ADamagedRecordIsNamedAndTheOthersAreRead) {
  room.list("CUP", 6, 6);
  room.list("MUG", 6, 6);
  room.start();
  settle();
  for (const auto* name : {"CUP", "MUG"}) room.order(name, 1);
  settle();
  pick_failed("CUP");
  pick_failed("MUG");
  settle();
  ASSERT_EQ(believed("CUP"), Units(0));
  ASSERT_EQ(believed("MUG"), Units(0));
  room.stop();
  const auto prefix = room.ledger->key_prefix();
  for (const auto& [key, field] :
       std::vector<std::pair<std::string, std::string>>{{"shelves", "CUP"}, {"history", "CUP"}})
    ASSERT_TRUE(room.loop.run(room.client->call(redis::Request("HSET", prefix + key, field, "torn"))));
  ASSERT_TRUE(room.loop.run(room.client->call(redis::Request("SET", prefix + "losses", "torn"))));
  room.start();
  settle();
  EXPECT_EQ(believed("CUP"), Units(4)) << "one ordered, one not found: of its shelf nothing else is known";
  EXPECT_EQ(believed("MUG"), Units(0));
  const auto warned = [&](std::string_view event, std::string_view sku) {
    return std::ranges::any_of(room.loop.lines.lines(), [&](const std::string& line) {
      return line.find(event) != std::string::npos && line.find(sku) != std::string::npos;
    });
  };
  EXPECT_TRUE(warned("shelf_damaged", "CUP"));
  EXPECT_TRUE(warned("demand_history_damaged", "CUP"));
  EXPECT_TRUE(warned("losses_damaged", ""));
  EXPECT_FALSE(warned("shelf_damaged", "MUG"));
  room.stop();
}

TEST(ShelfRecord, IsTheSameAfterItWasStored) {
  acting::ShelfRecord record{
      .at = Instant(Millis(1'767'571'200'000)), .known_empty = true, .since_empty = -3};
  record.emptied = record.at - 1h;
  forecasting::note_sold(record.belief, 40);
  const auto bytes = acting::encode_shelf(record);
  const auto back = acting::decode_shelf(bytes);
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(*back, record);
  for (std::size_t n = 0; n < bytes.size(); ++n)
    EXPECT_FALSE(acting::decode_shelf(std::string_view(bytes).substr(0, n))) << n;
  EXPECT_FALSE(acting::decode_shelf(bytes + "x"));

  forecasting::LossLearner learner;
  ASSERT_TRUE(learner.observe({.units_sold = 300, .lost_units = 4}));
  ASSERT_TRUE(learner.observe({.units_sold = 50, .lost_units = -1}));
  const auto again = acting::decode_losses(acting::encode_losses(learner));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->sums(), learner.sums());
  EXPECT_EQ(again->law().losses_per_unit_sold, learner.law().losses_per_unit_sold);
}

}  // namespace
}  // namespace forestall::test
