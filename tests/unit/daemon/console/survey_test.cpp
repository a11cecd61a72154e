// SPDX-License-Identifier: Apache-2.0
#include "daemon/console/survey.hpp"

#include <gmock/gmock.h>

namespace forestall::console {
namespace {

using guard::Reason;
using journal::State;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

guard::Explanation of(std::string_view listing, Reason reason, std::int64_t shown, std::int64_t available,
                      std::string_view account = "amazon-us") {
  guard::Explanation e;
  e.decision.reason = reason;
  e.facts.account = AccountId::parse(account).value();
  e.facts.listing = ListingId::parse(listing).value();
  e.facts.shown = Units(shown);
  auto& part = e.facts.components.emplace_back();
  part.sku = SkuId::parse(listing).value();
  part.certainty = model::Certainty::known;
  part.available = Units(available);
  return e;
}
journal::Record record(State state, std::int64_t before, std::int64_t target) {
  journal::Record r;
  r.state = state;
  r.before.quantity = Units(before);
  r.target = Units(target);
  return r;
}
std::vector<std::string> names(const std::vector<Remark>& remarks) {
  std::vector<std::string> all;
  for (const auto& remark : remarks) all.push_back(remark.listing.str());
  return all;
}

TEST(BackedByStock, IsTheComponentThatFillsTheFewest) {
  auto e = of("SET", Reason::fits, 5, 9);
  e.facts.components[0].units = Units(2);
  EXPECT_EQ(backed_by_stock(e.facts), Units(4));
  e.facts.components.push_back(e.facts.components[0]);
  e.facts.components[1].available = Units(-3);
  EXPECT_EQ(backed_by_stock(e.facts), Units(0)) << "not below zero";
  e.facts.components[1].certainty = model::Certainty::unknown;
  EXPECT_EQ(backed_by_stock(e.facts), std::nullopt) << "unknown is not zero";
  e.facts.components.clear();
  EXPECT_EQ(backed_by_stock(e.facts), std::nullopt) << "unmapped";
}

TEST(Survey, CountsWhatIsOnOfferWithoutStockTheWorstFirst) {
  Survey survey;
  survey.add(of("A", Reason::sold_elsewhere, 9, 7), nullptr);
  survey.add(of("B", Reason::sold_out, 30, -2), nullptr);
  survey.add(of("C", Reason::fits, 5, 50), nullptr);
  survey.add(of("D", Reason::held, 4, 1), nullptr);
  survey.add(of("E", Reason::other_pool, 99, 0), nullptr);
  const auto result = survey.finish();
  EXPECT_EQ(result.listings, 5u);
  EXPECT_THAT(names(result.at_risk), ElementsAre("B", "D", "A"));
  EXPECT_EQ(result.at_risk[0].weight, 30u);
  EXPECT_EQ(result.at_risk[0].backed, Units(0));
  EXPECT_EQ(result.total().over_offered, 3u);
  EXPECT_EQ(result.total().over_offered_units, 35u);
  EXPECT_EQ(result.total().by_reason[static_cast<std::size_t>(Reason::fits)], 1u);
}

TEST(Survey, KeepsTheHeaviestAndCountsAll) {
  Survey survey(2);
  for (const std::int64_t shown : {3, 9, 1, 7, 5})
    survey.add(of("L-" + std::to_string(shown), Reason::sold_out, shown, 0), nullptr);
  const auto result = survey.finish();
  EXPECT_THAT(names(result.at_risk), ElementsAre("L-9", "L-7"));
  EXPECT_EQ(result.total().over_offered, 5u);
}

TEST(Survey, CountsWhatWasTakenDownOnlyOnceItWasReadBack) {
  Survey survey;
  for (const auto& [state, before, target] : {std::tuple(State::confirmed, 12, 0),
                                              {State::confirmed, 9, 4},
                                              {State::accepted, 50, 0},
                                              {State::confirmed, 3, 8}}) {
    const auto its = record(state, before, target);
    survey.add(of("L", Reason::fits, target, target), &its);
  }
  auto persons = record(State::confirmed, 20, 0);
  persons.origin = journal::Origin::person;
  survey.add(of("P", Reason::fits, 0, 0), &persons);
  const auto all = survey.finish().total();
  EXPECT_EQ(all.closed, 1u);
  EXPECT_EQ(all.closed_units, 12u);
  EXPECT_EQ(all.lowered, 1u);
  EXPECT_EQ(all.lowered_units, 5u);
}

TEST(Survey, NamesWhatWaitsForAPerson) {
  Survey survey(3);
  const auto stuck = record(State::stuck, 5, 0);
  survey.add(of("STUCK", Reason::fits, 0, 0), &stuck);
  survey.add(of("HELD", Reason::held, 1, 5), nullptr);
  survey.add(of("FINE", Reason::fits, 1, 1), nullptr);
  survey.add(of("DOUBT", Reason::suspect, 0, 1), nullptr);
  survey.add(of("THEIRS", Reason::not_ours, 0, 9), nullptr);
  const auto result = survey.finish();
  EXPECT_THAT(names(result.persons), ElementsAre("STUCK", "HELD", "DOUBT"));
  EXPECT_EQ(result.persons_found, 4u);
  EXPECT_EQ(result.persons[0].state, State::stuck);
}

TEST(Survey, KeepsAccountsApartAndBeginsAnew) {
  Survey survey;
  survey.add(of("A", Reason::sold_out, 2, 0, "amazon-us"), nullptr);
  survey.add(of("A", Reason::sold_out, 3, 0, "amazon-ca"), nullptr);
  const auto result = survey.finish();
  EXPECT_EQ(result.accounts.at("amazon-ca").over_offered_units, 3u);
  EXPECT_EQ(result.accounts.at("amazon-us").over_offered_units, 2u);
  const auto next = survey.finish();
  EXPECT_EQ(next.listings, 0u);
  EXPECT_THAT(next.at_risk, IsEmpty());
}

}  // namespace
}  // namespace forestall::console
