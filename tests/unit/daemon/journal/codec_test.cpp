// SPDX-License-Identifier: Apache-2.0
#include "daemon/journal/codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/ledger/pack.hpp"

namespace forestall::journal {
namespace {

using ::testing::HasSubstr;

const auto shop = AccountId::literal("shop");
const auto cup = ListingId::literal("CUP, blue");

Intent sample(model::Command command) {
  return {.command = std::move(command),
          .before = {.quantity = Units(4),
                     .activity = model::ListingActivity::active,
                     .restore = std::string("\x00\xff{", 3),
                     .at = Instant(Millis(1'700'000'000'000))},
          .origin = Origin::person,
          .who = "api.token",
          .reason = "paused",
          .explanation = R"({"available":2})",
          .requested_at = Instant(Millis(1'700'000'000'123)),
          .after = 17};
}

TEST(JournalCodec, EveryCommandComesBackAsItWas) {
  for (const model::Command& command : {model::Command(model::SetQuantity{shop, cup, Units(3), Units(5)}),
                                        model::Command(model::SetQuantity{shop, cup, Units(0), {}}),
                                        model::Command(model::AdjustQuantity{shop, cup, Units(-3)}),
                                        model::Command(model::PauseListing{shop, cup}),
                                        model::Command(model::ResumeListing{shop, cup, Units(2), "state"}),
                                        model::Command(model::ResumeListing{shop, cup, {}, ""})}) {
    const auto intent = sample(command);
    const auto back = decode_intent(encode_intent(intent));
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(*back, intent);
  }
}

TEST(JournalCodec, EveryCutOfAnIntentIsRefused) {
  const auto bytes = encode_intent(sample(model::SetQuantity{shop, cup, Units(3), Units(5)}));
  for (std::size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(decode_intent(bytes.substr(0, n))) << n;
  EXPECT_FALSE(decode_intent(bytes + "x"));
}

TEST(JournalCodec, AnIntentUnderAnotherListingIsRefused) {
  ledger::Packer p;
  p.integer(5).integer(0).integer(1000).integer(0).integer(3);
  p.text(encode_intent(sample(model::SetQuantity{shop, cup, Units(3), {}}))).array(0).text("").text("");
  ASSERT_TRUE(decode_record(field_of(shop, cup), p.bytes()));
  const auto other = decode_record("shop MUG", p.bytes());
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().detail, HasSubstr("another listing"));
}

TEST(JournalCodec, AFieldNamesAccountAndListing) {
  const auto back = parse_field(field_of(shop, cup));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->first, shop);
  EXPECT_EQ(back->second, cup);
  for (const char* broken : {"", "shop", " CUP", "shop ", "SHOP CUP"})
    EXPECT_FALSE(parse_field(broken)) << broken;
}

TEST(JournalCodec, AKeyIsNeverThatOfAnotherIntent) {
  const auto seller = SellerId::literal("acme");
  const Instant at(Millis(1'700'000'000'000));
  EXPECT_EQ(idempotency_key(seller, 4, at), "acme-4-18bcfe56800");
  EXPECT_NE(idempotency_key(seller, 4, at), idempotency_key(seller, 4, at + Millis(1)));
  EXPECT_NE(idempotency_key(seller, 4, at), idempotency_key(seller, 5, at));
}

}  // namespace
}  // namespace forestall::journal
