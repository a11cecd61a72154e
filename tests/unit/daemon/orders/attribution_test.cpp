// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/attribution.hpp"

#include <gtest/gtest.h>

namespace forestall::orders {
namespace {

using model::CancelledBy;
using model::CancelReason;
using std::chrono::hours;

const Instant placed = parse_instant("2026-03-18T12:00:00Z").value();

EndedOrder seller_cancelled() {
  EndedOrder o;
  o.cancelled = true;
  o.by = CancelledBy::seller;
  o.placed_at = placed;
  o.units = Units{2};
  return o;
}

void expect(const EndedOrder& o, Blame blame, UnitsGo units) {
  const Attribution a = attribute(o);
  EXPECT_EQ(a.blame, blame) << word(a.blame);
  EXPECT_EQ(a.units, units) << word(a.units);
  EXPECT_FALSE(a.why.empty());
}

TEST(Attribution, ASellersCancellationWithStockOnTheBooksIsACountError) {
  EndedOrder o = seller_cancelled();
  o.available_at_placing = Units{5};
  expect(o, Blame::count_error, UnitsGo::quarantine);
  o.reason = CancelReason::no_stock;
  expect(o, Blame::count_error, UnitsGo::quarantine);
}

TEST(Attribution, ARaceOfTwoSalesIsTheFeedsFault) {
  EndedOrder o = seller_cancelled();
  o.available_at_placing = Units{2};
  o.rival_placed_at = placed - hours(1);
  o.rival_seen_at = placed + Millis(60'000);
  expect(o, Blame::feed_lag, UnitsGo::nowhere);
  o.rival_seen_at = placed - Millis(60'000);  // known in time: it was taken off
  expect(o, Blame::count_error, UnitsGo::quarantine);
}

TEST(Attribution, BundlePricePaymentAndUnknown) {
  EndedOrder o = seller_cancelled();
  o.is_bundle = o.other_part_short = true;
  expect(o, Blame::bundle, UnitsGo::nowhere);
  o = seller_cancelled();
  o.price_out_of_band = true;
  expect(o, Blame::price, UnitsGo::to_listing);
  o = seller_cancelled();
  o.by = CancelledBy::marketplace;
  o.payment_was_pending = true;
  expect(o, Blame::payment, UnitsGo::to_listing);
  o = seller_cancelled();
  expect(o, Blame::unknown, UnitsGo::quarantine);
}

TEST(Attribution, TheBuyersUnitsGoBackToTheListingUntilTheyHaveLeft) {
  EndedOrder o = seller_cancelled();
  o.by = CancelledBy::buyer;
  expect(o, Blame::buyers_mind, UnitsGo::to_listing);
  o.handed_over_at = placed + hours(20);
  expect(o, Blame::buyers_mind, UnitsGo::inspection);
}

TEST(Attribution, LateIsHandlingOrCarrier) {
  EndedOrder o;
  o.placed_at = placed;
  o.ship_by = placed + hours(48);
  o.deliver_by = placed + hours(120);
  o.handed_over_at = placed + hours(50);
  o.delivered_at = placed + hours(130);
  expect(o, Blame::handling, UnitsGo::nowhere);
  o.handed_over_at = placed + hours(40);
  expect(o, Blame::carrier, UnitsGo::nowhere);
  o.cancelled = true;
  o.by = CancelledBy::marketplace;
  o.reason = CancelReason::late;
  o.handed_over_at.reset();
  expect(o, Blame::handling, UnitsGo::to_listing);
}

}  // namespace
}  // namespace forestall::orders
