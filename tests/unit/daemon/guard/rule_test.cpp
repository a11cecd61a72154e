// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/rule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace forestall::guard {
namespace {

using model::Certainty;
using model::ListingActivity;

const Instant now{Millis(1'700'000'000'000)};

ComponentFacts books(std::int64_t available, Certainty certainty = Certainty::known) {
  return {.sku = SkuId::literal("CUP"), .certainty = certainty, .available = Units(available), .as_of = now};
}

ListingFacts facts(std::int64_t available, std::int64_t shown) {
  return {.account = AccountId::literal("shop"),
          .listing = ListingId::literal("CUP"),
          .components = {books(available)},
          .shown = Units(shown),
          .activity = ListingActivity::active,
          .zero_is_ours = true};
}

Decision decided(ListingFacts f) { return decide(std::move(f), now).decision; }

TEST(FixedBuffer, ShowsWhatIsLeft) {
  EXPECT_EQ(decided(facts(5, 5)).reason, Reason::fits);
  const auto lower = decided(facts(3, 5));
  EXPECT_EQ(lower.reason, Reason::sold_elsewhere);
  EXPECT_EQ(lower.target, Units(3));
  const auto raise = decided(facts(9, 5));
  EXPECT_EQ(raise.reason, Reason::restocked);
  EXPECT_EQ(raise.target, Units(9));
}

TEST(FixedBuffer, ZeroWhenNothingIsLeft) {
  for (const std::int64_t available : {0, -1, -50}) {
    const auto d = decided(facts(available, 5));
    EXPECT_EQ(d.reason, Reason::sold_out);
    EXPECT_EQ(d.target, Units(0));
  }
  EXPECT_EQ(decided(facts(0, 0)).reason, Reason::fits);
}

TEST(FixedBuffer, HoldsBackTheBufferOnce) {
  auto f = facts(5, 5);
  f.buffer = Units(2);
  EXPECT_EQ(decided(f).target, Units(3));
  f.components[0].reserve = Units(1);  // the ledger's `available` lacks it already
  EXPECT_EQ(decided(f).target, Units(4));
  f.components[0].reserve = Units(7);
  EXPECT_EQ(decided(f).target, Units(5));
}

TEST(FixedBuffer, NeverShowsMoreThanTheCap) {
  auto f = facts(500, 20);
  f.cap = Units(100);
  EXPECT_EQ(decided(f).target, Units(100));
  f.shown = Units(150);
  EXPECT_EQ(decided(f).reason, Reason::over_cap);
  f.shown = Units(60);
  EXPECT_EQ(decided(f).reason, Reason::not_worth_it) << "not every sale is worth a write";
  f.shown = Units(49);
  EXPECT_EQ(decided(f).reason, Reason::restocked);
}

TEST(FixedBuffer, ABundleIsLimitedByItsScarcestPart) {
  auto f = facts(7, 9);
  f.components[0].units = Units(2);
  f.components.push_back({.sku = SkuId::literal("LID"),
                          .units = Units(1),
                          .certainty = Certainty::known,
                          .available = Units(5)});
  const auto e = decide(f, now);
  EXPECT_EQ(e.decision.target, Units(3));
  EXPECT_EQ(e.limit, 0U);
  EXPECT_EQ(e.counterfactual, "shows 4 at 8 units of CUP");
}

TEST(FixedBuffer, UnknownIsNotZero) {
  auto f = facts(5, 5);
  f.components[0].certainty = Certainty::unknown;
  f.components[0].available = Units(0);
  EXPECT_EQ(decided(f).reason, Reason::stock_unknown);
  f = facts(5, 5);
  f.components.push_back(books(0, Certainty::unknown));
  EXPECT_EQ(decided(f).reason, Reason::stock_unknown);
  f = facts(5, 5);
  f.shown.reset();
  EXPECT_EQ(decided(f).reason, Reason::listing_unread);
}

TEST(FixedBuffer, DoubtLowersAndNeverRaises) {
  auto f = facts(3, 5);
  f.components[0].certainty = Certainty::suspect;
  EXPECT_EQ(decided(f).reason, Reason::sold_elsewhere);
  f.components[0].available = Units(9);
  EXPECT_EQ(decided(f).reason, Reason::suspect);
  f.components[0].certainty = Certainty::known;
  f.components[0].stale = true;
  EXPECT_EQ(decided(f).reason, Reason::stale);
  f.components[0].available = Units(0);
  EXPECT_EQ(decided(f).reason, Reason::sold_out);
}

TEST(FixedBuffer, OnlyTheSellersOwnPoolIsWritten) {
  for (const auto pool : {model::Pool::marketplace, model::Pool::preorder}) {
    auto f = facts(0, 5);
    f.pool = pool;
    EXPECT_EQ(decided(f).reason, Reason::other_pool);
  }
  auto f = facts(0, 5);
  f.components.clear();
  EXPECT_EQ(decided(f).reason, Reason::unmapped);
}

TEST(FixedBuffer, WhatTheAccountMayNotWriteIsNotDecided) {
  auto f = facts(0, 5);
  f.writes = config::Writes::none;
  EXPECT_EQ(decided(f).reason, Reason::writes_off);
  f.writes = config::Writes::lower_only;
  EXPECT_EQ(decided(f).reason, Reason::sold_out);
  f.components[0].available = Units(9);
  EXPECT_EQ(decided(f).reason, Reason::lower_only);
}

TEST(FixedBuffer, AHoldKeepsItAsItIsUntilItEnds) {
  auto f = facts(0, 5);
  f.hold = Hold{.kind = HoldKind::held, .until = now + std::chrono::hours(1), .since = now};
  EXPECT_EQ(decided(f).reason, Reason::held);
  EXPECT_EQ(decide(f, now + std::chrono::hours(1)).decision.reason, Reason::sold_out);
  f.hold->until.reset();
  EXPECT_EQ(decide(f, now + std::chrono::days(900)).decision.reason, Reason::held);
}

TEST(FixedBuffer, NeverResumesWhatItDidNotPause) {
  auto f = facts(9, 0);
  f.zero_is_ours = false;
  EXPECT_EQ(decided(f).reason, Reason::not_ours);
  f.zero_is_ours = true;
  EXPECT_EQ(decided(f).reason, Reason::back_in_stock);
  f = facts(9, 5);
  f.activity = ListingActivity::inactive;
  f.zero_is_ours = false;
  EXPECT_EQ(decided(f).reason, Reason::not_ours);
  f.activity = ListingActivity::removed;
  EXPECT_EQ(decided(f).reason, Reason::removed);
}

TEST(FixedBuffer, SaysWhatWouldChangeIt) {
  auto f = facts(2, 5);
  f.buffer = Units(3);
  EXPECT_EQ(decide(f, now).counterfactual, "resumes at 4 units of CUP");
  const auto json = boost::json::parse(to_json(decide(f, now))).as_object();
  EXPECT_EQ(json.at("reason"), "sold_out");
  EXPECT_EQ(json.at("rule"), "fixed_buffer");
  EXPECT_EQ(json.at("components").as_array()[0].as_object().at("available"), 2);
  EXPECT_THAT(to_text(decide(f, now)), ::testing::HasSubstr("2 available"));
}

// Whatever the numbers: never more than the books, the cap and the buffer allow, never a raise on doubt.
TEST(FixedBuffer, EveryCombinationOfSmallNumbers) {
  for (std::int64_t available = -2; available <= 6; ++available)
    for (std::int64_t shown = 0; shown <= 6; ++shown)
      for (std::int64_t buffer = 0; buffer <= 2; ++buffer)
        for (std::int64_t cap = 0; cap <= 4; cap += 2)
          for (const auto certainty : {Certainty::known, Certainty::suspect})
            for (const auto writes : {config::Writes::all, config::Writes::lower_only}) {
              auto f = facts(available, shown);
              f.components[0].certainty = certainty;
              f.buffer = Units(buffer);
              f.cap = Units(cap);
              f.writes = writes;
              const auto d = decided(f);
              if (!d.is_act()) continue;
              EXPECT_GE(d.target, Units(0));
              EXPECT_LE(d.target, f.cap);
              EXPECT_LE(d.target, std::max(Units(0), Units(available - buffer)));
              if (certainty == Certainty::suspect || writes == config::Writes::lower_only) {
                EXPECT_LT(d.target, *f.shown);
              }
            }
}

}  // namespace
}  // namespace forestall::guard
