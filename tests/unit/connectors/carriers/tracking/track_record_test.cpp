// SPDX-License-Identifier: Apache-2.0
// From a carrier's record to the common vocabulary: days that are no instants, order, recycled numbers.
#include "connectors/carriers/tracking/track_record.hpp"

#include <gtest/gtest.h>

namespace forestall::carriers {
namespace {

using model::ShipmentState;
using std::chrono::year;

Instant at(std::string_view text) { return parse_instant(text).value(); }
CivilDate day(std::string_view text) { return parse_civil_date(text).value(); }
const SourceId source = SourceId::literal("ups");
const Instant now = at("2026-03-20T12:00:00Z");

TrackEvent event(std::string_view when, ShipmentState state, Physical physical = Physical::yes,
                 Place place = {}) {
  TrackEvent e;
  if (when.size() == 10)
    e.time.day = day(when);
  else
    e.time.at = at(when);
  e.state = state;
  e.physical = physical;
  e.place = std::move(place);
  return e;
}

TEST(TrackRecord, TheTableHasNoCodeTwiceAndUsesKnownWords) {
  const auto rows = status_rows();
  EXPECT_GT(rows.size(), 250u);
  for (const StatusRow& row : rows) EXPECT_EQ(find_status(row.scheme, row.code), &row) << row.code;
}

TEST(TrackRecord, ADayEndsWhereTheParcelIs) {
  EXPECT_EQ(end_of(day("2026-03-08"), {"US", "NY"}),
            at("2026-03-09T04:00:00Z"));  // clocks go forward: 23 hours
  EXPECT_EQ(end_of(day("2026-03-07"), {"US", "NY"}), at("2026-03-08T05:00:00Z"));
  EXPECT_EQ(end_of(day("2026-10-25"), {"DE", ""}), at("2026-10-25T23:00:00Z"));  // 25 hours
  EXPECT_EQ(end_of(day("2028-02-29"), {"JP", ""}), at("2028-02-29T15:00:00Z"));
  EXPECT_EQ(end_of(day("2026-12-31"), {"IN", ""}), at("2026-12-31T18:30:00Z"));
  // Nobody knows where: the last place on earth where the day still goes on.
  EXPECT_EQ(end_of(day("2026-01-31"), {}), at("2026-02-01T12:00:00Z"));
  EXPECT_EQ(end_of(day("2026-01-31"), {"US", ""}), at("2026-02-01T12:00:00Z"));
}

// Of one version read twice the ledger would make a contradiction.
TEST(TrackRecord, TheSameVersionSaysTheSameWheneverItIsRead) {
  TrackRecord r;
  r.number = "1Z";
  r.updated = at("2026-03-15T21:00:00Z");
  r.events = {event("2026-03-15T15:00:00Z", ShipmentState::in_transit),
              event("2026-03-15", ShipmentState::in_transit, Physical::no)};
  ports::Parcel parcel;
  parcel.account = AccountId::literal("shop");
  parcel.order = OrderId::literal("1");
  parcel.tracking = TrackingId::literal("1Z");
  const auto early = summarise(r, parcel, source, at("2026-03-15T22:00:00Z"));
  const auto late = summarise(r, parcel, source, at("2026-03-18T22:00:00Z"));
  EXPECT_EQ(early, late);
  EXPECT_EQ(late.from.true_at, *r.updated);
}

TEST(TrackRecord, DatedEventsTakeTheirPlaceWithinTheDay) {
  // As FedEx writes it: picked up "00:00" on the day on which the label was made at 10:36.
  std::vector<TrackEvent> events = {
      event("2026-03-15", ShipmentState::accepted, Physical::yes, {"US", "CA"}),
      event("2026-03-15T20:00:00Z", ShipmentState::in_transit, Physical::yes, {"US", "CA"}),
      event("2026-03-15T17:36:00Z", ShipmentState::label_made, Physical::no, {"US", "CA"})};
  put_in_order(events);
  EXPECT_EQ(events[0].state, ShipmentState::label_made);
  EXPECT_EQ(events[1].state, ShipmentState::accepted);
  EXPECT_EQ(events[2].state, ShipmentState::in_transit);
}

TEST(TrackRecord, InstantsKeepTheirOrderAcrossTheDateLine) {
  std::vector<TrackEvent> events = {
      event("2026-03-02T04:00:00Z", ShipmentState::out_for_delivery, Physical::yes,
            {"US", "CA"}),                                                                   // 1 March there
      event("2026-03-02T00:00:00Z", ShipmentState::in_transit, Physical::yes, {"JP", ""})};  // 2 March there
  put_in_order(events);
  EXPECT_EQ(events[0].place.country, "JP");
}

TEST(TrackRecord, TheLastPhysicalScanIsNotTheLastEvent) {
  TrackRecord r;
  r.number = "1Z";
  r.state = ShipmentState::in_transit;
  r.events = {event("2026-03-14T08:00:00Z", ShipmentState::accepted),
              event("2026-03-15T08:00:00Z", ShipmentState::in_transit),
              event("2026-03-19T08:00:00Z", ShipmentState::in_transit, Physical::no)};
  const auto update = summarise(r, {.tracking = TrackingId::literal("1Z")}, source, now);
  EXPECT_EQ(update.first_scan_at, at("2026-03-14T08:00:00Z"));
  EXPECT_EQ(update.last_scan_at, at("2026-03-15T08:00:00Z"));
  EXPECT_EQ(update.from.true_at, at("2026-03-19T08:00:00Z"));
}

TEST(TrackRecord, ALabelAloneIsNoScan) {
  TrackRecord r;
  r.events = {event("2026-03-14T08:00:00Z", ShipmentState::label_made, Physical::no)};
  const auto update = summarise(r, {.tracking = TrackingId::literal("1Z")}, source, now);
  EXPECT_EQ(update.state, ShipmentState::label_made);
  EXPECT_FALSE(update.first_scan_at);
  EXPECT_FALSE(update.last_scan_at);
}

TEST(TrackRecord, EventsOfAnEarlierParcelAreLeftOut) {
  TrackRecord r;
  r.events = {event("2025-12-01T08:00:00Z", ShipmentState::delivered),
              event("2026-03-18T09:00:00Z", ShipmentState::accepted)};
  const auto update = summarise(
      r, {.tracking = TrackingId::literal("1Z"), .handed_over_at = at("2026-03-18T08:00:00Z")}, source, now);
  EXPECT_EQ(update.state, ShipmentState::accepted);
  EXPECT_FALSE(update.delivered_at);
  EXPECT_EQ(update.first_scan_at, at("2026-03-18T09:00:00Z"));
}

TEST(TrackRecord, OfTwoParcelsWithOneNumberTheNearestIsOurs) {
  TrackRecord old;
  old.shipped_day = day("2025-11-20");
  TrackRecord ours;
  ours.shipped_day = day("2026-03-17");
  const std::vector<TrackRecord> both = {old, ours};
  ports::Parcel parcel{.tracking = TrackingId::literal("1Z"), .handed_over_at = at("2026-03-18T08:00:00Z")};
  EXPECT_EQ(choose(both, parcel), &both[1]);
  EXPECT_EQ(choose({old}, parcel), nullptr);
  parcel.handed_over_at.reset();
  EXPECT_EQ(choose(both, parcel), &both[1]);  // without a label of ours: the newest
}

TEST(TrackRecord, NothingHappensInTheFuture) {
  TrackRecord r;
  r.events = {event("2026-03-20", ShipmentState::delivered)};
  r.state = ShipmentState::delivered;
  const auto update = summarise(r, {.tracking = TrackingId::literal("1Z")}, source, now);
  EXPECT_EQ(update.delivered_at, now);
}

TEST(TrackRecord, AnUpdateMakesSenseToTheLedger) {
  TrackRecord r;
  r.carrier = "ups";
  r.events = {event("2026-03-14T08:00:00Z", ShipmentState::accepted)};
  r.promised.day = day("2026-03-21");
  const auto update = summarise(r,
                                {.account = AccountId::literal("shop"),
                                 .order = OrderId::literal("1"),
                                 .tracking = TrackingId::literal("1Z")},
                                source, now);
  EXPECT_EQ(update.promised_by, at("2026-03-22T12:00:00Z"));
  EXPECT_TRUE(model::check(update)) << model::check(update).error().detail;
}

}  // namespace
}  // namespace forestall::carriers
