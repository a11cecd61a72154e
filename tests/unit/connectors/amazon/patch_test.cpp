// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/patch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "config/base/random.hpp"
#include "tests/support/amazon/bodies.hpp"

namespace forestall::amazon {
namespace {

using Records = std::vector<FulfilmentRecord>;

std::vector<std::int64_t> counts(const Records& records) {
  std::vector<std::int64_t> found;
  for (const auto& record : records) found.push_back(record.quantity.value().count());
  return found;
}

TEST(AmazonPatch, MergesOneQuantityAndNothingElse) {
  const auto request =
      patch_quantities(test::amazon_us(), "A/B 50%", Records{{"DEFAULT", Units(0)}}, Patch::apply);
  EXPECT_EQ(request.method, http::Method::patch);
  EXPECT_EQ(request.path, "/listings/2021-08-01/items/A1SELLER/A%2FB%2050%25");
  EXPECT_EQ(request.query.encoded(), "marketplaceIds=ATVPDKIKX0DER&includedData=issues");
  EXPECT_EQ(boost::json::parse(request.body),
            boost::json::parse(R"({"productType":"PRODUCT","patches":[{"op":"merge",
              "path":"/attributes/fulfillment_availability",
              "value":[{"fulfillment_channel_code":"DEFAULT","quantity":0}]}]})"));
  const auto preview =
      patch_quantities(test::amazon_us(), "x", Records{{"DEFAULT", Units(0)}}, Patch::preview);
  EXPECT_THAT(preview.query.encoded(), testing::HasSubstr("mode=VALIDATION_PREVIEW"));
}

TEST(AmazonPatch, CodesAreEscaped) {
  const auto request = patch_quantities(test::amazon_us(), "x", Records{{"a\"b\\", Units(1)}}, Patch::apply);
  EXPECT_EQ(
      boost::json::parse(request.body).at_pointer("/patches/0/value/0/fulfillment_channel_code").as_string(),
      "a\"b\\");
}

TEST(AmazonPatch, AcceptedIsTakenWithItsRemarks) {
  const auto receipt =
      decode_patch(test::patch_body("ACCEPTED", R"({"code":"99022","message":"soon","severity":"WARNING"})"),
                   Patch::apply);
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->reference, "f1dc2914-75dd-11ea");
  EXPECT_EQ(receipt->warnings, std::vector<std::string>{"99022: soon"});
}

TEST(AmazonPatch, InvalidIsARefusalWithItsReasons) {
  const auto refused = decode_patch(
      test::patch_body("INVALID", R"({"code":"90220","message":"not enough values","severity":"ERROR"},
                                     {"code":"1","message":"by the way","severity":"INFO"})"),
      Patch::apply);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_FALSE(refused.error().retryable);
  EXPECT_EQ(refused.error().detail, "90220: not enough values");
}

TEST(AmazonPatch, WhatCannotBeReadMayHaveBeenDone) {
  for (const std::string body :
       {"", "{}", "[]", "{\"status\":7}", "{\"status\":\"MAYBE\"}", "{\"status\":\"VALID\"}"}) {
    const auto answer = decode_patch(body, Patch::apply);
    ASSERT_FALSE(answer) << body;
    EXPECT_EQ(answer.error().code, ErrorCode::outcome_unknown) << body;
  }
  EXPECT_TRUE(decode_patch(R"({"status":"ACCEPTED","issues":"none","submissionId":3})", Patch::apply));
  EXPECT_FALSE(decode_patch(test::patch_body("ACCEPTED"), Patch::preview));
  EXPECT_TRUE(decode_patch(test::patch_body("VALID"), Patch::preview));
}

TEST(AmazonPatch, OneRecordGetsItAll) {
  EXPECT_EQ(share_out(Units(5), Records{{"DEFAULT", Units(9)}}, Records{}), (Records{{"DEFAULT", Units(5)}}));
  EXPECT_EQ(share_out(Units(5), Records{{"DEFAULT", {}}}, Records{}), (Records{{"DEFAULT", Units(5)}}));
}

TEST(AmazonPatch, SeveralRecordsKeepTheirProportions) {
  const Records now{{"a", Units(6)}, {"AMAZON_NA", Units(9)}, {"b", Units(3)}};
  EXPECT_EQ(counts(share_out(Units(4), now, Records{})), (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(counts(share_out(Units(0), now, Records{})), (std::vector<std::int64_t>{0, 0}));
  const Records zero{{"b", Units(0)}, {"DEFAULT", Units(0)}};
  EXPECT_EQ(counts(share_out(Units(6), zero, Records{{"b", Units(4)}, {"DEFAULT", Units(2)}})),
            (std::vector<std::int64_t>{2, 4}));  // DEFAULT first
  EXPECT_EQ(share_out(Units(6), zero, Records{}).front(), (FulfilmentRecord{"DEFAULT", Units(6)}));
}

TEST(AmazonPatch, SharesAddUpWhateverTheWeights) {
  SeededRandom random(4);
  for (int round = 0; round < 2000; ++round) {
    Records now;
    for (std::uint64_t i = 0; i <= random.below(6); ++i)
      now.push_back({"c" + std::to_string(i),
                     Units(static_cast<std::int64_t>(random.below(
                         round % 3 == 0 ? 3 : static_cast<std::uint64_t>(Units::max_reading))))});
    const Units total(
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(Units::max_reading))));
    std::int64_t sum = 0;
    for (const auto share : counts(share_out(total, now, Records{}))) {
      EXPECT_GE(share, 0);
      sum += share;
    }
    EXPECT_EQ(sum, total.count());
  }
}

TEST(AmazonPatch, ARestoreTextIsReadBackAndNothingElseIs) {
  const Records records{{"DEFAULT", Units(5)}, {"AMAZON_NA", Units(1)}, {"loc &=%", {}}};
  EXPECT_EQ(read_restore(restore_text(records)), (Records{{"DEFAULT", Units(5)}, {"loc &=%", {}}}));
  EXPECT_TRUE(read_restore("").empty());
  EXPECT_TRUE(read_restore("restore/2?c0=DEFAULT&q0=5").empty());
  EXPECT_FALSE(read_restore("restore/1?c0=DEFAULT&q0=99999999999999").at(0).quantity);
}

}  // namespace
}  // namespace forestall::amazon
