// SPDX-License-Identifier: Apache-2.0
// From the mirror's orders and stock to flags.
#include "daemon/orders/live/mirror_facts.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace forestall::orders {
namespace {

using std::chrono::hours;

const AccountId account = AccountId::literal("shop");
const Instant now = parse_instant("2026-03-18T12:00:00Z").value();
const Currency eur = Currency::literal("EUR");

model::OrderUpsert order(const char* id, Instant ship_by, std::int64_t units, std::int64_t price,
                         model::OrderState state = model::OrderState::open) {
  model::OrderUpsert o;
  o.account = account;
  o.id = OrderId::literal(id);
  o.state = state;
  o.placed_at = now - hours(20);
  o.ship_by = ship_by;
  model::OrderLine line;
  line.listing = ListingId::literal("L1");
  line.ordered = Units(units);
  line.unit_price = Money(price, eur);
  o.lines.push_back(line);
  return o;
}

class MirrorFacts : public testing::Test {
 protected:
  MirrorFacts() {
    settings_.id = account;
    settings_.kind = "amazon";
    settings_.currency = eur;
    settings_.time_zone = TimeZone::find("Europe/Berlin").value();
    ledger::StoredListing l;
    l.account = account;
    l.listing = ListingId::literal("L1");
    l.components = {{SkuId::literal("S1"), Units(2)}};  // a listing of two units each
    mirror_.put(l);
  }
  void stock(std::int64_t available, model::Certainty certainty = model::Certainty::known) {
    ledger::SkuState s;
    s.sku = "S1";
    s.certainty = certainty;
    s.available = Units(available);
    mirror_.put(s);
  }
  Looked looked(std::size_t most = 100) {
    const config::AccountSettings* const all[] = {&settings_};
    const auto places = places_of(all);
    const auto orders = mirror_.by_ship_by(most);
    const Shortages shortages(mirror_, orders);
    Looked out;
    for (const auto* o : orders) {
      ++out.looked_at;
      for (Flag& f : assess(facts_of(*o, places.at(o->account), shortages, known_, now), {}, now))
        out.flags.push_back(std::move(f));
    }
    rank(out.flags);
    return out;
  }
  static const Flag* find(const Looked& l, const char* id, Cause cause) {
    const auto at =
        std::ranges::find_if(l.flags, [&](const Flag& f) { return f.order.str() == id && f.cause == cause; });
    return at == l.flags.end() ? nullptr : &*at;
  }
  ledger::Mirror mirror_;
  config::AccountSettings settings_;
  Knowledge known_;
};

TEST_F(MirrorFacts, EnoughForAllRaisesNothing) {
  stock(0);
  mirror_.put(order("a", now + hours(30), 3, 1'000));
  const Looked l = looked();
  EXPECT_EQ(l.looked_at, 1u);
  EXPECT_TRUE(l.flags.empty());
}

TEST_F(MirrorFacts, TheEndOfTheQueueGoesShort) {
  stock(-2);  // one listing's worth too few
  mirror_.put(order("early", now + hours(30), 1, 1'000));
  mirror_.put(order("dear", now + hours(50), 1, 9'000));
  mirror_.put(order("cheap", now + hours(50), 1, 1'000));
  const Looked l = looked();
  EXPECT_EQ(find(l, "early", Cause::stock_short), nullptr);
  EXPECT_EQ(find(l, "dear", Cause::stock_short), nullptr);
  const Flag* f = find(l, "cheap", Cause::stock_short);
  ASSERT_NE(f, nullptr);
  EXPECT_TRUE(f->hard);
  EXPECT_EQ(f->stake, Money(1'000, eur));
}

// Who is not looked at stands at the end of the queue, and gets what is left.
TEST_F(MirrorFacts, OfAllOpenOrdersTheLastGoShortAlsoWhereOnlyTheFirstAreLookedAt) {
  stock(-2);
  mirror_.put(order("a", now + hours(30), 1, 1'000));
  mirror_.put(order("b", now + hours(40), 1, 1'000));
  mirror_.put(order("c", now + hours(50), 1, 1'000));
  EXPECT_EQ(find(looked(2), "b", Cause::stock_short), nullptr);
  EXPECT_NE(find(looked(3), "c", Cause::stock_short), nullptr);
}

TEST_F(MirrorFacts, ASuspectRecordIsNoEvidenceAndAnUnknownOneSaysNothing) {
  mirror_.put(order("a", now + hours(30), 1, 1'000));
  stock(-5, model::Certainty::suspect);
  ASSERT_NE(find(looked(), "a", Cause::stock_short), nullptr);
  EXPECT_FALSE(looked().flags[0].hard);
  stock(-5, model::Certainty::unknown);
  EXPECT_TRUE(looked().flags.empty());
}

TEST_F(MirrorFacts, APassedShipByAndAPendingPayment) {
  stock(5);
  mirror_.put(order("late", now - hours(1), 1, 1'000));
  auto pending = order("pending", now + hours(10), 1, 1'000, model::OrderState::pending);
  pending.placed_at = now - hours(60);
  mirror_.put(pending);
  const Looked l = looked();
  const Flag* late = find(l, "late", Cause::handling_late);
  ASSERT_NE(late, nullptr);
  EXPECT_TRUE(late->hard);
  EXPECT_NE(find(l, "pending", Cause::payment_pending), nullptr);
}

TEST_F(MirrorFacts, APendingPaymentIsSeenWithoutAShipBy) {
  stock(5);
  auto pending = order("pending", now, 1, 1'000, model::OrderState::pending);
  pending.placed_at = now - hours(60);
  pending.ship_by.reset();
  mirror_.put(pending);
  EXPECT_NE(find(looked(), "pending", Cause::payment_pending), nullptr);
}

TEST_F(MirrorFacts, APriceNobodyRemembersIsTheListings) {
  stock(5);
  auto late = order("late", now - hours(1), 2, 1'000);
  late.lines[0].unit_price.reset();
  mirror_.put(late);
  const std::map<std::pair<AccountId, ListingId>, Money> prices{
      {{account, ListingId::literal("L1")}, Money(700, eur)}};
  known_.prices = &prices;
  const Looked l = looked();
  const Flag* f = find(l, "late", Cause::handling_late);
  ASSERT_NE(f, nullptr);
  EXPECT_EQ(f->stake, Money(350, eur)) << "a quarter of two at 7.00";
}

// Parcels and requests, as the book has them.
class WithParcels : public MirrorFacts {
 protected:
  WithParcels() {
    stock(5);
    models_.top_up(parcels::day_of(now));
    known_ = {&book_, &models_, nullptr, nullptr};
  }
  model::ShipmentUpdate update(const char* order, bool carrier, model::ShipmentState state,
                               std::optional<Instant> last = {}) {
    model::ShipmentUpdate u;
    u.from = {SourceId::literal(carrier ? "parcels" : "shop"), model::Version::of(now), last.value_or(now)};
    u.account = account;
    u.order = OrderId::literal(order);
    u.carrier = CarrierId::literal("usps");
    u.tracking = TrackingId::literal(std::string("T") + order);
    u.state = state;
    if (!carrier) {
      u.handed_over_at = now - hours(260);
      u.promised_by = now + hours(30);
    }
    u.first_scan_at = u.last_scan_at = last;
    return u;
  }
  std::vector<Flag> flags(const char* id) {
    const config::AccountSettings* const all[] = {&settings_};
    const auto places = places_of(all);
    const parcels::OrderKey key{account, OrderId::literal(id)};
    const auto* d = book_.order(key);
    if (d == nullptr) return {};
    return assess(facts_of(key, *d, places.at(account), known_, now), {}, now);
  }
  void left(const char* id) {
    auto o = order(id, now - hours(100), 1, 2'000, model::OrderState::shipped);
    o.placed_at = now - hours(270);
    o.deliver_by = now + hours(30);
    o.closed_at = now - hours(260);
    o.lines[0].portions.push_back(
        {.units = Units(1), .allocated_at = {}, .picked_at = {}, .shipped_at = now - hours(260)});
    book_.put(o);
  }
  parcels::ParcelBook book_;
  parcels::ParcelModels models_;
};

TEST_F(WithParcels, ASilentParcelIsStuckOrLostAndALabelWasNeverScanned) {
  book_.put(update("moving", false, model::ShipmentState::label_made), now);
  book_.put(update("moving", true, model::ShipmentState::in_transit, now - hours(5)), now);
  left("moving");
  book_.put(update("lost", false, model::ShipmentState::label_made), now);
  book_.put(update("lost", true, model::ShipmentState::in_transit, now - hours(240)), now);
  left("lost");
  book_.put(update("label", false, model::ShipmentState::label_made), now);
  book_.put(update("label", true, model::ShipmentState::label_made), now);
  left("label");
  book_.put(update("unknown", false, model::ShipmentState::label_made), now);
  left("unknown");
  for (const Flag& f : flags("moving")) EXPECT_EQ(f.cause, Cause::parcel_late) << f.why;
  ASSERT_EQ(flags("lost").size(), 1U);
  EXPECT_EQ(flags("lost")[0].cause, Cause::parcel_lost);
  EXPECT_EQ(flags("lost")[0].stake, Money(2'000, eur));
  ASSERT_EQ(flags("label").size(), 1U);
  EXPECT_EQ(flags("label")[0].cause, Cause::never_scanned);
  EXPECT_TRUE(flags("unknown").empty()) << "no carrier has told of it: that is no evidence";
}

TEST_F(WithParcels, WhatGoesBackIsEvidence) {
  book_.put(update("back", false, model::ShipmentState::label_made), now);
  book_.put(update("back", true, model::ShipmentState::returning, now - hours(5)), now);
  left("back");
  const auto f = flags("back");
  ASSERT_EQ(f.size(), 1U);
  EXPECT_TRUE(f[0].hard);
  EXPECT_EQ(f[0].next, NextStep::tell_the_buyer);
}

TEST_F(WithParcels, ARequestOfTheBuyerIsFlagged) {
  auto open = order("asked", now + hours(20), 1, 1'000);
  mirror_.put(open);
  model::CancelRequest request;
  request.account = account;
  request.order = open.id;
  request.requested_at = now - hours(2);
  book_.put(request);
  const Looked l = looked();
  const Flag* f = find(l, "asked", Cause::cancel_requested);
  ASSERT_NE(f, nullptr);
  EXPECT_TRUE(f->hard);
  EXPECT_EQ(f->deadline, now + hours(22));
  EXPECT_EQ(f->next, NextStep::answer_approve);
}

TEST_F(WithParcels, LabelsOfOneDayThatNobodyScansAreOneIncident) {
  std::vector<SilentParcel> silent;
  const config::AccountSettings* const all[] = {&settings_};
  const auto places = places_of(all);
  for (int i = 0; i < 8; ++i) {
    const auto id = std::to_string(i);
    auto label = update(id.c_str(), false, model::ShipmentState::label_made);
    label.handed_over_at = now - hours(60);
    book_.put(label, now);
    book_.put(update(id.c_str(), true, model::ShipmentState::label_made), now);
  }
  for (const auto& [key, d] : book_.orders()) add_silent(silent, key, d, places.at(account), models_, now);
  const auto found = find_incidents(silent);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, IncidentKind::collection_missed);
  EXPECT_EQ(found[0].orders.size(), 8U);
}

}  // namespace
}  // namespace forestall::orders
