// SPDX-License-Identifier: Apache-2.0
// What one source among several said, from the record of a SKU; a record that is none is refused.
#include "daemon/ledger/said.hpp"

#include <gtest/gtest.h>

#include <string>

#include "daemon/ledger/pack.hpp"

namespace forestall::ledger {
namespace {

const auto wms = SourceId::literal("wms");
const auto shop = SourceId::literal("shop");
const auto berlin = LocationId::literal("berlin");
const auto paris = LocationId::literal("paris");

struct SaidTest : testing::Test {
  SaidTest() {
    names.add("location:berlin", 1);
    names.add("location:paris", 2);
    names.add("feed:wms berlin", 1);
    names.add("feed:erp paris", 2);
    names.add("feed:shop berlin", 3);
  }
  static Packer head() {
    Packer p;
    p.integer(7).integer(0).array(2).integer(0).integer(3);  // seq, out, reserve
    return p;
  }
  static std::string tail(Packer p) {
    p.array(0).array(0).integer(0);
    return p.take();
  }
  Result<std::optional<Said>> of(const std::string& record, const SourceId& source = wms,
                                 const LocationId& at = berlin) const {
    return SaidBy(names, source, at, model::Pool::own).of("CUP", record);
  }
  Names names;
};

TEST_F(SaidTest, ItsOwnWordAndACountOfItsPlaceButNobodyElses) {
  auto p = head();
  p.array(20);
  p.integer(2).integer(5).integer(1000).integer(40).integer(0);   // wms berlin
  p.integer(4).integer(5).integer(3000).integer(700).integer(0);  // erp paris
  p.integer(6).integer(5).integer(4000).integer(39).integer(0);   // shop berlin: another's word
  p.integer(7).integer(6).integer(2000).integer(35).integer(1);   // counted in berlin, by the shop
  p.array(12);
  p.integer(1 * 4).integer(1).integer(1).integer(2);  // berlin
  p.integer(0).integer(1).integer(1).integer(3);      // nowhere yet: may be taken here
  p.integer(2 * 4).integer(1).integer(1).integer(9);  // paris, which is read: not here
  const auto record = tail(std::move(p));
  const Said expected{Units(35), Units(5), Instant(Millis(2000))};
  EXPECT_EQ(of(record)->value(), expected);
  EXPECT_EQ(of(record, shop)->value().on_hand, Units(39));
  EXPECT_EQ(of(record, SourceId::literal("erp"), paris)->value(),
            (Said{Units(700), Units(12), Instant(Millis(3000))}));
  EXPECT_FALSE(of(record, SourceId::literal("nobody"))->has_value());
  EXPECT_FALSE(of(record, wms, paris)->has_value());
}

TEST_F(SaidTest, WhoDoesNotKnowSaidNothing) {
  auto p = head();
  p.array(10);
  p.integer(2).integer(5).integer(1000).boolean(false).integer(0);
  p.integer(4).integer(5).integer(3000).integer(700).integer(0);
  p.array(0);
  EXPECT_FALSE(of(tail(std::move(p)))->has_value());
}

TEST_F(SaidTest, WhatIsNoRecordIsRefused) {
  EXPECT_FALSE(of(""));
  EXPECT_FALSE(of("\xff"));
  auto odd = head();
  odd.array(4).integer(2).integer(5).integer(1000).integer(40);
  EXPECT_FALSE(of(tail(std::move(odd))));
  auto large = head();
  large.array(5).integer(2).integer(5).integer(1000).integer(std::int64_t{1} << 60).integer(0).array(0);
  const auto refused = of(tail(std::move(large)));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("CUP"), std::string::npos);
}

}  // namespace
}  // namespace forestall::ledger
