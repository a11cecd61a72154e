// SPDX-License-Identifier: Apache-2.0
// Several sources on one parcel: whoever spoke first.
#include "daemon/parcels/parcel.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/daemon/parcels/parcel_fixture.hpp"

namespace forestall::parcels {
namespace {

using model::ShipmentState;

const Instant label = at("2026-03-06T16:00:00Z");

TEST(Parcel, WhatTheChannelCallsShippedNobodyHasScanned) {
  const std::vector views{from_channel("1", "T", label, label + days(5))};
  const Parcel p = merge(shop, views);
  EXPECT_EQ(p.state, ShipmentState::label_made);
  EXPECT_FALSE(p.first_scan_at);
  EXPECT_FALSE(p.heard_of) << "no carrier has told of it";
  EXPECT_EQ(p.deliver_by, label + days(5));
}

// Two carriers on one parcel: an aggregator and the carrier that took it over.
TEST(Parcel, TheOrderInWhichSourcesSpeakDoesNotMatter) {
  auto channel = from_channel("1", "T", label, label + days(5));
  auto first =
      from_carrier("1", "T", label + days(2), ShipmentState::in_transit, label + hours(5), label + days(1));
  auto second = from_carrier("1", "T", label + days(3), ShipmentState::out_for_delivery, label + days(2),
                             label + days(2) + hours(20));
  second.from.source = SourceId::literal("ups");
  std::vector<model::ShipmentUpdate> views{channel, first, second};
  const auto less = [](const auto& a, const auto& b) { return a.from.source < b.from.source; };
  std::ranges::sort(views, less);
  do {
    const Parcel p = merge(shop, views);
    EXPECT_EQ(p.state, ShipmentState::out_for_delivery);
    EXPECT_EQ(p.first_scan_at, label + hours(5));
    EXPECT_EQ(p.last_scan_at, label + days(2) + hours(20));
    EXPECT_EQ(p.label_at, label);
    EXPECT_EQ(p.carrier.str(), "usps");
    EXPECT_FALSE(p.ended_at);
  } while (std::ranges::next_permutation(views, less).found);
}

TEST(Parcel, AnOlderAnswerChangesNothing) {
  std::vector<model::ShipmentUpdate> views;
  EXPECT_TRUE(absorb(
      views, from_carrier("1", "T", label + days(2), ShipmentState::delivered, label, label + days(2))));
  EXPECT_FALSE(
      absorb(views, from_carrier("1", "T", label + days(1), ShipmentState::in_transit, label, label)));
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(merge(shop, views).ended_at, label + days(2));
}

// Numbers are used again: what was scanned three days before our label is somebody else's.
TEST(Parcel, ARecycledNumberBringsNoStrangersScans) {
  std::vector views{from_channel("1", "T", label), from_carrier("1", "T", label, ShipmentState::delivered,
                                                                label - days(40), label - days(36))};
  const Parcel p = merge(shop, views);
  EXPECT_FALSE(p.delivered_at);
  EXPECT_FALSE(p.first_scan_at);
  EXPECT_EQ(p.state, ShipmentState::label_made);
  EXPECT_TRUE(may_be_ours(views[1], label - days(41)));
}

// A day is all that is known of a scan: it counts as its end, and stays ours on the label's own day.
TEST(Parcel, AScanKnownToTheDayIsOurs) {
  std::vector views{
      from_channel("1", "T", label),
      from_carrier("1", "T", label + days(1), ShipmentState::accepted, label - hours(16), label - hours(16))};
  EXPECT_EQ(merge(shop, views).first_scan_at, label - hours(16));
}

TEST(Parcel, AChannelIsBelievedAboutTheEnd) {
  auto channel = from_channel("1", "T", label);
  channel.state = ShipmentState::returned;
  channel.from.true_at = label + days(9);
  const std::vector views{
      channel, from_carrier("1", "T", label + days(5), ShipmentState::returning, label, label + days(5))};
  const Parcel p = merge(shop, views);
  EXPECT_EQ(p.state, ShipmentState::returned);
  EXPECT_TRUE(p.ended_at);
  EXPECT_FALSE(p.delivered_at);
}

}  // namespace
}  // namespace forestall::parcels
