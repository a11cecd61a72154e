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
  Looked looked() {
    const config::AccountSettings* const all[] = {&settings_};
    return look(mirror_, all, {}, now, 100);
  }
  static const Flag* find(const Looked& l, const char* id, Cause cause) {
    const auto at =
        std::ranges::find_if(l.flags, [&](const Flag& f) { return f.order.str() == id && f.cause == cause; });
    return at == l.flags.end() ? nullptr : &*at;
  }
  ledger::Mirror mirror_;
  config::AccountSettings settings_;
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

TEST_F(MirrorFacts, OrdersOfUnknownAccountsAreLeftOut) {
  mirror_.put(order("a", now - hours(1), 1, 1'000));
  EXPECT_EQ(look(mirror_, {}, {}, now, 100).looked_at, 0u);
}

}  // namespace
}  // namespace forestall::orders
