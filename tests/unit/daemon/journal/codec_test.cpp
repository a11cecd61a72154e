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

// What a difference comes to is told by what was shown before.
TEST(JournalCodec, ATargetIsWhatTheListingShowsOnceItIsLive) {
  EXPECT_EQ(target_of(sample(model::SetQuantity{shop, cup, Units(3), Units(5)})), Units(3));
  EXPECT_EQ(target_of(sample(model::AdjustQuantity{shop, cup, Units(-3)})), Units(1));
  EXPECT_EQ(target_of(sample(model::AdjustQuantity{shop, cup, Units(-9)})), Units(0));
  EXPECT_EQ(target_of(sample(model::PauseListing{shop, cup})), Units(0));
  auto unread = sample(model::AdjustQuantity{shop, cup, Units(2)});
  unread.before.quantity.reset();
  EXPECT_EQ(target_of(unread), std::nullopt);
}

TEST(JournalCodec, TheWayOfAWriteIsSaidInWords) {
  const auto words = [](const model::Command& command) {
    return text_of(way_of(command), target_of(sample(command)));
  };
  EXPECT_EQ(words(model::SetQuantity{shop, cup, Units(3), {}}), "3");
  EXPECT_EQ(words(model::SetQuantity{shop, cup, Units(3), Units(5)}), "3 if it is still 5");
  EXPECT_EQ(words(model::AdjustQuantity{shop, cup, Units(-2)}), "2 fewer");
  EXPECT_EQ(words(model::AdjustQuantity{shop, cup, Units(40)}), "40 more");
  EXPECT_EQ(words(model::ResumeListing{shop, cup, {}, ""}), "?");
}

// As Lua writes it: a late write holds its target, or its target and its way.
ledger::Packer record_with_late() {
  ledger::Packer p;
  p.integer(5).integer(1).integer(1000).integer(900).integer(3);
  p.text(encode_intent(sample(model::SetQuantity{shop, cup, Units(3), {}})));
  p.array(9);
  p.integer(2).integer(7).integer(100);
  p.integer(3).array(3).integer(4).integer(1).integer(-2).integer(200);
  p.integer(4).array(3).integer(6).integer(2).integer(8).integer(300);
  return p.text("").text(""), p;
}

TEST(JournalCodec, ALateWriteKeepsItsWay) {
  const auto whole = record_with_late().nil().take();
  const auto stored = decode_record(field_of(shop, cup), whole);
  ASSERT_TRUE(stored) << to_string(stored.error());
  const std::vector<Late> late = {
      {2, Units(7), Instant(Millis(100)), {}},
      {3, Units(4), Instant(Millis(200)), {.by = Units(-2)}},
      {4, Units(6), Instant(Millis(300)), {.expected = Units(8)}},
  };
  EXPECT_EQ(stored->record.late, late);
  // Nine values are a record of schema 1; with any other end it is none.
  const auto old = record_with_late().take();
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_EQ(decode_record(field_of(shop, cup), whole.substr(0, n)).has_value(), n == old.size()) << n;
  const auto way = encode_way(Units(3), {.expected = Units(9)});
  EXPECT_TRUE(decode_record(field_of(shop, cup), old + way));
  EXPECT_FALSE(decode_record(field_of(shop, cup), old + way + way));
}

TEST(JournalCodec, AWayThatIsNoneIsRefused) {
  for (const auto& [size, kind, number] : {std::tuple(3, 0, 1), std::tuple(3, 3, 1), std::tuple(3, 2, -1),
                                           std::tuple(3, 1, 2'000'000'000), std::tuple(2, 1, 1)}) {
    ledger::Packer p;
    p.integer(5).integer(1).integer(1000).integer(900).integer(3);
    p.text(encode_intent(sample(model::SetQuantity{shop, cup, Units(3), {}}))).array(3).integer(3);
    p.array(static_cast<std::size_t>(size)).integer(4).integer(kind).integer(number).integer(200);
    p.text("").text("");
    EXPECT_FALSE(decode_record(field_of(shop, cup), p.bytes())) << kind << " " << number;
  }
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
