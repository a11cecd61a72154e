// SPDX-License-Identifier: Apache-2.0
// Observations into arguments, stored records back into values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "daemon/ledger/entity_codec.hpp"
#include "daemon/ledger/observation_codec.hpp"
#include "daemon/ledger/pack.hpp"
#include "daemon/ledger/stored.hpp"

namespace forestall::ledger {
namespace {

using namespace model;
using namespace std::chrono_literals;
using ::testing::ElementsAre;

const Instant noon = Instant(std::chrono::sys_days(std::chrono::year{2026} / 3 / 1)) + 12h;
const auto account = AccountId::literal("amazon-us");

Names names() {
  Names n;
  n.add("account:amazon-us", 3);
  n.add("location:berlin", 2);
  n.add("feed:wms berlin", 5);
  n.add("#feed", 9);
  return n;
}

OrderUpsert order() {
  OrderUpsert o;
  o.from.version = Version(17);
  o.account = account;
  o.id = OrderId::literal("114-1");
  o.state = OrderState::partly_shipped;
  o.placed_at = noon;
  o.placed_day = std::chrono::year{2026} / 3 / 1;
  o.ship_by = noon + 24h;
  OrderLine line;
  line.id = OrderLineId::literal("1");
  line.listing = ListingId::literal("MUG");
  line.ordered = Units(5);
  line.pool = Pool::marketplace;
  line.location = LocationId::literal("berlin");
  line.cancelled = LineCancel{Units(1), CancelledBy::buyer, CancelReason::payment, noon, o.placed_day};
  line.portions = {{Units(2), {}, noon + 1h, {}}, {Units(1), {}, {}, noon + 2h}};
  o.lines.push_back(line);
  return o;
}

// What the function stores: the content as sent, what the lines resolved to, flags.
std::string stored_order(const OrderUpsert& o, std::int64_t flags) {
  const auto arg = encode(o, names());
  Unpacker u(arg);
  u.integer();
  u.integer();
  u.text();
  return std::string(u.text()) + Packer().array(1).integer(1).integer(flags).take();
}

TEST(Codec, AStoredOrderIsTheOrderThatWasSent) {
  const auto read = decode_order("3:114-1", stored_order(order(), 2), names());
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->order, order());
  EXPECT_TRUE(read->doubtful);
}

TEST(Codec, AnOrderOfAnUnknownAccountOrCutShortIsAnError) {
  const auto record = stored_order(order(), 0);
  EXPECT_FALSE(decode_order("4:114-1", record, names()));
  EXPECT_FALSE(decode_order("no-colon", record, names()));
  for (std::size_t n = 0; n < record.size(); ++n)
    EXPECT_FALSE(decode_order("3:114-1", record.substr(0, n), names()));
}

TEST(Codec, AStoredListingKnowsItsComponents) {
  const auto bundle = Packer()
                          .integer(4)
                          .integer(noon.time_since_epoch().count())
                          .boolean(false)
                          .integer(1)
                          .integer(0)
                          .array(4)
                          .text("CUP")
                          .integer(2)
                          .text("PLATE")
                          .integer(1)
                          .integer(0)
                          .integer(1)
                          .text("until monday")
                          .take();
  const auto read = decode_listing("3:SET", bundle, names());
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->quantity, std::nullopt);
  EXPECT_THAT(read->components, ElementsAre(Component{SkuId::literal("CUP"), Units(2)},
                                            Component{SkuId::literal("PLATE"), Units(1)}));
  EXPECT_EQ(read->mode, 1);
  EXPECT_EQ(read->hold, "until monday");
  const auto same = Packer()
                        .integer(0)
                        .integer(0)
                        .integer(7)
                        .integer(1)
                        .integer(0)
                        .integer(1)
                        .integer(0)
                        .integer(0)
                        .integer(0)
                        .take();
  const auto plain = decode_listing("3:CUP", same, names());
  ASSERT_TRUE(plain) << plain.error().detail;
  EXPECT_THAT(plain->components, ElementsAre(Component{SkuId::literal("CUP"), Units(1)}));
  EXPECT_EQ(plain->true_at, std::nullopt) << "mapped, never observed";
  EXPECT_EQ(plain->hold, "");
}

TEST(Codec, NamesThatAreMissingAreAskedForOnce) {
  auto o = order();
  o.account = AccountId::literal("shop");
  o.lines.push_back(o.lines[0]);
  o.lines[1].location = LocationId::literal("paris");
  std::vector<std::string> missing;
  missing_names(o, names(), missing);
  missing_names(o, names(), missing);
  EXPECT_THAT(missing, ElementsAre("account:shop", "location:paris"));
  EXPECT_THROW(encode(o, names()), std::logic_error);
}

TEST(Codec, AnUnknownQuantityIsNoZero) {
  StockLevel s{{SourceId::literal("wms"), Version(1), noon},
               SkuId::literal("CUP"),
               LocationId::literal("berlin"),
               {},
               false};
  const auto unknown = encode(s, names());
  s.on_hand = Units(0);
  EXPECT_NE(unknown, encode(s, names()));
}

TEST(Codec, FeedsKeepTheirNumbersWhenOthersAreGone) {
  auto n = names();
  const std::vector<Feed> feeds = {
      {SourceId::literal("wms"), LocationId::literal("berlin"), Pool::own, DeductsAt::pick, true}};
  const auto packed = encode_feeds(feeds, n);
  Unpacker u(packed);
  EXPECT_EQ(u.array(), 20U) << "feed number 5: four empty ones before it";
}

template <class T>
void comes_back(const T& o) {
  const auto record = entity_content(o) + Packer().integer(0).take();
  const auto read = decode_entity(entity_field(o), record);
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, Observation(o));
  const auto content = entity_content(o);
  for (std::size_t n = 0; n < content.size(); ++n)
    EXPECT_FALSE(decode_entity(entity_field(o), content.substr(0, n)));
}

TEST(Codec, EverythingThatIsOnlyKeptComesBackWhole) {
  const Provenance from{SourceId::literal("dhl"), Version(9), noon};
  const auto id = OrderId::literal("114-1");
  comes_back(CancelRequest{
      from, account, id, {}, CancelReason::wrong_item, RequestState::open, noon, noon + 1h, {}});
  comes_back(ShipmentUpdate{from,
                            account,
                            id,
                            CarrierId::literal("dhl"),
                            TrackingId::literal("JD1"),
                            ShipmentState::lost,
                            LaneId::literal("dhl/DE-AT"),
                            noon,
                            {},
                            noon,
                            {},
                            {},
                            {{OrderLineId::literal("1"), Units(2)}},
                            HubId::literal("dhl/leipzig")});
  comes_back(MessageUpsert{from, account, MessageId::literal("t1"), id, noon, noon + 24h, {}});
  comes_back(ReturnUpsert{from,
                          account,
                          ReturnId::literal("r1"),
                          id,
                          OrderLineId::literal("1"),
                          Units(1),
                          ReturnState::received,
                          noon,
                          {},
                          noon,
                          {},
                          {}});
  comes_back(
      ProductUpsert{from, SkuId::literal("CUP"), Money(250, Currency::literal("EUR")), {{"colour", "blue"}}});
  comes_back(PriceObserved{from, account, ListingId::literal("MUG"), Money(999, Currency::literal("USD"))});
  comes_back(AccountHealth{from,
                           account,
                           false,
                           {{HealthMetric::cancellation_rate, 3, 100, std::chrono::year{2026} / 2 / 22,
                             std::chrono::year{2026} / 3 / 1, 0.025}}});
}

}  // namespace
}  // namespace forestall::ledger
