// SPDX-License-Identifier: Apache-2.0
#include "daemon/console/deeds.hpp"

#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>

namespace forestall::console {
namespace {

using journal::Entry;
using journal::State;

Entry intent(std::uint64_t epoch, Entry::Kind kind = Entry::Kind::intent) {
  Entry entry;
  entry.kind = kind;
  entry.account = AccountId::literal("amazon-us");
  entry.listing = ListingId::literal("L");
  entry.epoch = epoch;
  journal::Intent wish;
  wish.before.quantity = Units(9);
  wish.reason = "sold_out";
  wish.explanation = R"({"counterfactual":"resumes at 1 unit of L"})";
  entry.intent = wish;
  return entry;
}
Entry move(std::uint64_t epoch, State state) {
  Entry entry = intent(epoch);
  entry.kind = Entry::Kind::move;
  entry.intent.reset();
  entry.state = state;
  return entry;
}

TEST(Deeds, AnIntentHasTheStateOfItsNewestMove) {
  const std::vector<Entry> newest_first{
      move(2, State::accepted),    move(1, State::confirmed), intent(2), move(1, State::sent), intent(1),
      intent(7, Entry::Kind::wish)};
  const auto all = deeds(newest_first, 10);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].at("epoch"), 2u);
  EXPECT_EQ(all[0].at("state"), "accepted");
  EXPECT_EQ(all[1].at("state"), "confirmed");
  EXPECT_EQ(all[2].at("state"), "noted");
  EXPECT_EQ(all[0].at("before"), 9);
  EXPECT_EQ(all[0].at("numbers").at("counterfactual"), "resumes at 1 unit of L");
}

TEST(Deeds, WithoutAMoveItIsRequestedAndNumbersThatAreNoJsonAreLeftOut) {
  auto broken = intent(1);
  broken.intent->explanation = "{";
  const auto all = deeds(std::vector<Entry>{broken}, 10);
  EXPECT_EQ(all[0].at("state"), "requested");
  EXPECT_FALSE(all[0].as_object().contains("numbers"));
}

TEST(Deeds, AreCut) {
  const std::vector<Entry> many(50, intent(1));
  EXPECT_EQ(deeds(many, 7).size(), 7u);
}

}  // namespace
}  // namespace forestall::console
