// SPDX-License-Identifier: Apache-2.0
// Every call of a write broken in every way: it is sent once at most, unless Amazon says that nothing was
// done; what may have been done is never called a failure; what is Amazon's is never written.
#include <set>

#include "scripted_amazon.hpp"

namespace forestall::amazon {
namespace {

const AccountId account = AccountId::literal("amazon-us");
const ListingId tea = ListingId::literal("TEA"), fba = ListingId::literal("FBA-1");

// Answers by which Amazon says that it has done nothing.
bool is_refusal(const std::string& injection) {
  static const std::set<std::string> refusals{"400",     "401", "403", "404", "429", "429 with Retry-After",
                                              "redirect"};
  return refusals.contains(injection);
}

std::vector<model::Command> commands() {
  return {model::SetQuantity{account, tea, Units(3), {}}, model::PauseListing{account, tea},
          model::ResumeListing{account, tea, Units(3), "restore/1?c0=DEFAULT&q0=7"}};
}

TEST(AmazonContract, BrokenWrites) {
  ScriptedAmazon at;
  for (const auto& command : commands()) {
    std::set<ErrorCode> codes;
    test::inject_everywhere(at.server, at.good(), [&](const test::Broken* broken) {
      SCOPED_TRACE(broken != nullptr ? broken->to_string() : "unbroken");
      const auto amazon = at.make();
      at.patches = 0;
      const auto written = at.run(amazon->write(command, "key", at.patience_with(broken)));
      if (broken == nullptr) {
        ASSERT_TRUE(written) << to_string(written.error());
        EXPECT_EQ(at.patches, 1);
        return;
      }
      const bool refused = is_refusal(broken->injection);
      EXPECT_LE(at.patches, refused ? 4 : 1);
      if (written) {
        EXPECT_GE(at.patches, 1);
        return;
      }
      codes.insert(written.error().code);
      // Call 0 is the token, call 1 reads the listing, call 2 writes.
      if (broken->call < 2) EXPECT_EQ(at.patches, 0) << to_string(written.error());
      if (at.patches > 0 && !refused)
        EXPECT_EQ(written.error().code, ErrorCode::outcome_unknown) << to_string(written.error());
      if (at.patches == 0)
        EXPECT_NE(written.error().code, ErrorCode::outcome_unknown) << to_string(written.error());
      EXPECT_THAT(written.error().detail, testing::Not(testing::HasSubstr("-secret")));
    });
    EXPECT_TRUE(codes.contains(ErrorCode::outcome_unknown));
    EXPECT_TRUE(codes.contains(ErrorCode::invalid_argument));
  }
}

TEST(AmazonContract, WhatAmazonFulfilsIsNeverWritten) {
  ScriptedAmazon at;
  test::inject_everywhere(at.server, at.good(), [&](const test::Broken* broken) {
    SCOPED_TRACE(broken != nullptr ? broken->to_string() : "unbroken");
    const auto amazon = at.make();
    at.patches = 0;
    const auto reading = at.run(amazon->read_listing(fba, at.patience_with(broken)));
    if (reading) EXPECT_FALSE(reading->writable && reading->why.empty());
    for (const model::Command& command : {model::Command(model::PauseListing{account, fba}),
                                          model::Command(model::SetQuantity{account, fba, Units(5), {}})}) {
      const auto written = at.run(amazon->write(command, "key", at.patience_with(broken)));
      ASSERT_FALSE(written);
      if (broken == nullptr) EXPECT_EQ(written.error().code, ErrorCode::forbidden);
    }
    EXPECT_EQ(at.patches, 0);
  });
}

TEST(AmazonContract, BrokenListingReading) {
  ScriptedAmazon at;
  test::inject_everywhere(at.server, at.good(), [&](const test::Broken* broken) {
    SCOPED_TRACE(broken != nullptr ? broken->to_string() : "unbroken");
    const auto amazon = at.make();
    const auto reading = at.run(amazon->read_listing(tea, at.patience_with(broken)));
    if (!reading) return;
    EXPECT_TRUE(model::check(reading->state));
    EXPECT_EQ(reading->state.listing, tea);
    EXPECT_EQ(reading->state.quantity.value_or(Units(7)), Units(7));  // seven or unknown
    EXPECT_EQ(reading->writable, reading->why.empty());
  });
}

TEST(AmazonContract, AReadingServesTheWriteThatFollows) {
  ScriptedAmazon at;
  const auto amazon = at.make();
  ASSERT_TRUE(at.run(amazon->read_listing(tea, at.patience_with(nullptr))));
  const auto before = at.server.request_count();
  ASSERT_TRUE(at.run(amazon->write(model::PauseListing{account, tea}, "key", at.patience_with(nullptr))));
  EXPECT_EQ(at.server.request_count(), before + 1);
  ASSERT_TRUE(at.run(amazon->write(model::PauseListing{account, tea}, "key", at.patience_with(nullptr))));
  EXPECT_EQ(at.server.request_count(), before + 3);  // that reading is used up
}

TEST(AmazonContract, WhatAmazonCannotDoIsSaid) {
  ScriptedAmazon at;
  const auto amazon = at.make();
  const auto code = [&](model::Command command) {
    const auto written = at.run(amazon->write(std::move(command), "key", at.patience_with(nullptr)));
    return written ? ErrorCode::internal : written.error().code;
  };
  EXPECT_EQ(code(model::AdjustQuantity{account, tea, Units(-2)}), ErrorCode::unsupported);
  EXPECT_EQ(code(model::SetQuantity{account, tea, Units(2), Units(3)}), ErrorCode::unsupported);
  EXPECT_EQ(code(model::SetQuantity{account, tea, Units(-1), {}}), ErrorCode::invalid_argument);
  EXPECT_EQ(code(model::ResumeListing{account, tea, {}, ""}), ErrorCode::invalid_argument);
  EXPECT_EQ(code(model::PauseListing{AccountId::literal("other"), tea}), ErrorCode::invalid_argument);
  EXPECT_EQ(at.server.request_count(), 0u);
  EXPECT_EQ(at.run(amazon->poll(ports::Feed::messages, {}, at.patience_with(nullptr))).error().code,
            ErrorCode::unsupported);
}

TEST(AmazonContract, InvalidWithHttp200IsARefusal) {
  ScriptedAmazon at;
  at.server.set_handler([&](const test::SeenRequest& request) {
    if (request.method != "PATCH") return good_amazon(request, at.base);
    return test::json_reply(
        test::patch_body("INVALID", R"({"code":"90225","message":"bad","severity":"ERROR"})"));
  });
  const auto written =
      at.run(at.make()->write(model::PauseListing{account, tea}, "key", at.patience_with(nullptr)));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(written.error().detail, testing::HasSubstr("90225: bad"));
}

}  // namespace
}  // namespace forestall::amazon
