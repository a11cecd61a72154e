// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/incidents.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "daemon/orders/scorecard.hpp"

namespace forestall::orders {
namespace {

const AccountId shop = AccountId::literal("shop");
const Instant start = parse_instant("2026-03-18T12:00:00Z").value();

SilentParcel label(int n, std::string manifest, bool silent, double usual = 0.1) {
  return {.account = shop,
          .order = OrderId::literal(std::to_string(n)),
          .carrier = "ups",
          .service = "ground",
          .lane = n % 2 == 0 ? "DE-AT" : "DE-DE",
          .manifest = std::move(manifest),
          .hub = "",
          .since = start + std::chrono::minutes(n),
          .silent = silent,
          .usual = usual};
}

TEST(Incidents, SilentLabelsOfOneManifestAreOneIncident) {
  std::vector<SilentParcel> parcels;
  for (int i = 0; i < 6; ++i) parcels.push_back(label(i, "berlin 2026-03-18", true, 0.03));
  for (int i = 10; i < 40; ++i) parcels.push_back(label(i, "hamburg 2026-03-18", i == 12));
  const auto found = find_incidents(parcels);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].kind, IncidentKind::collection_missed);
  EXPECT_EQ(found[0].orders.size(), 6u);
  EXPECT_EQ(found[0].parcels, 6u);
  EXPECT_EQ(found[0].of, 6u);
  EXPECT_EQ(found[0].accounts, std::vector{shop});
  EXPECT_EQ(found[0].service, "ground");
  EXPECT_EQ(found[0].lane, "") << "they go to two lanes";
  EXPECT_EQ(found[0].since, start);
  EXPECT_LT(found[0].chance, 1e-6);
}

TEST(Incidents, TwoAreTwo) {
  EXPECT_TRUE(find_incidents(std::vector{label(1, "x", true, 0.01), label(2, "x", true, 0.01)}).empty());
}

// A scan or two do not end it, and what ended begins only by the rules of the beginning.
TEST(Incidents, WhatStandsGoesOnUntilMostHaveMoved) {
  const auto with = [](int silent) {
    std::vector<SilentParcel> parcels;
    for (int i = 0; i < 8; ++i) parcels.push_back(label(i, "x", i < silent, 0.05));
    return parcels;
  };
  const std::set<IncidentKey> standing{{IncidentKind::collection_missed, "ups", "x"}};
  EXPECT_EQ(find_incidents(with(4)).size(), 1u);
  EXPECT_TRUE(find_incidents(with(2)).empty());
  EXPECT_EQ(find_incidents(with(2), {}, standing).size(), 1u);
  EXPECT_TRUE(find_incidents(with(1), {}, standing).empty());
}

// On a Sunday on which nobody scans every hub is silent.
TEST(Incidents, WhereAllAreSilentNobodyIsAnIncident) {
  std::vector<SilentParcel> parcels;
  for (int i = 0; i < 30; ++i) parcels.push_back(label(i, std::to_string(i % 5), i % 3 != 0, 0.02));
  EXPECT_TRUE(find_incidents(parcels).empty());
  for (int i = 30; i < 330; ++i) parcels.push_back(label(i, std::to_string(i % 5 + 5), false, 0.02));
  for (int i = 330; i < 336; ++i) parcels.push_back(label(i, "x", true, 0.02));
  const auto found = find_incidents(parcels);
  EXPECT_TRUE(std::ranges::any_of(found, [](const Incident& i) { return i.place == "x"; }));
}

// Orders of two shops may have one number, and an order may have several parcels.
TEST(Incidents, OrdersAreTheirAccountsAndParcelsAreNotOrders) {
  std::vector<SilentParcel> parcels;
  for (const int n : {7, 7, 8}) parcels.push_back(label(n, "x", true, 0.01));
  parcels.push_back(label(7, "x", true, 0.01));
  parcels.back().account = AccountId::literal("another");
  const auto found = find_incidents(parcels);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].parcels, 4u);
  EXPECT_EQ(found[0].orders.size(), 3u);
  EXPECT_EQ(found[0].accounts, (std::vector{AccountId::literal("another"), shop}));
}

TEST(Incidents, AHubThatStandsStillIsOneAndAParcelStandsInOneOnly) {
  std::vector<SilentParcel> parcels;
  for (int i = 0; i < 400; ++i)
    parcels.push_back({.account = shop,
                       .order = OrderId::literal(std::to_string(i)),
                       .carrier = "dhl",
                       .service = "",
                       .lane = "",
                       .manifest = i < 5 ? "m" : "",
                       .hub = "leipzig",
                       .silent = true,
                       .usual = 0.02});
  const auto found = find_incidents(parcels);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].orders.size() + found[1].orders.size(), 400u);
}

// Ordinary silence must not look like an incident: a thousand ordinary groups raise next to none.
TEST(Incidents, OrdinaryTimesRaiseNone) {
  std::mt19937_64 random(3);
  std::vector<SilentParcel> parcels;
  int n = 0;
  for (int g = 0; g < 1'000; ++g)
    for (int i = 0; i < 8; ++i)
      parcels.push_back(label(++n, std::to_string(g), std::bernoulli_distribution(0.1)(random), 0.1));
  EXPECT_LE(find_incidents(parcels).size(), 2u);
}

TEST(Scorecard, SmallLanesLeanOnTheirCarrier) {
  Scorecard card;
  constexpr std::int32_t day = 20'000;
  for (int i = 0; i < 1'000; ++i)
    ASSERT_TRUE(card.add(
        {.lane = {"ups", "ground", "DE-AT"}, .on_time = i % 10 != 0, .first_scan_in_time = true}, day));
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(
        card.add({.lane = {"ups", "ground", "DE-PT"}, .on_time = false, .first_scan_in_time = true}, day));
  const auto large = card.row({"ups", "ground", "DE-AT"}, day);
  const auto small = card.row({"ups", "ground", "DE-PT"}, day);
  EXPECT_NEAR(large.on_time.share, 0.9, 0.01);
  EXPECT_GT(small.on_time.share, 0.6);
  EXPECT_LT(small.on_time.share, 0.85);
  EXPECT_LT(large.on_time.high - large.on_time.low, small.on_time.high - small.on_time.low);
  const auto rows = card.rows(day, 2);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].lane.service, "");  // the carrier as a whole has the most parcels
}

}  // namespace
}  // namespace forestall::orders
