// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/daemon/ledger/history_maker.hpp"

#include <chrono>

namespace forestall::test {

using namespace model;
using namespace std::chrono_literals;
using ledger::Component;
using ledger::Feed;
using ledger::Mapping;

namespace {

const char* const skus[] = {"CUP", "PLATE", "SET-A"};
const char* const listings[] = {"CUP", "L-2", "BUNDLE", "L-4"};
const char* const accounts[] = {"amazon-us", "shop"};
const CivilDate day = std::chrono::year{2026} / 3 / 1;

}  // namespace

HistoryMaker::HistoryMaker(std::uint64_t seed)
    : random_(seed), now_(Instant(std::chrono::sys_days(day)) + 600min) {}

Instant HistoryMaker::now() {
  now_ += Millis(static_cast<std::int64_t>(below(5 * 60'000)));
  return now_;
}

Instant HistoryMaker::about() {
  return Instant(std::chrono::sys_days(day)) + std::chrono::minutes(10 * (1 + below(62)));
}

std::vector<Feed> HistoryMaker::feeds() {
  const auto stage = [&] { return static_cast<DeductsAt>(below(4)); };
  const auto berlin = LocationId::literal("berlin"), lodz = LocationId::literal("Łódź 2");
  const bool swapped = one_in(4);
  return {{SourceId::literal("wms"), berlin, Pool::own, stage(), !swapped},
          {SourceId::literal("erp"), berlin, Pool::own, stage(), swapped},
          {SourceId::literal("shop"), lodz, Pool::own, stage(), true},
          {SourceId::literal("fba"), LocationId::literal("fba-na"), Pool::marketplace, stage(), true}};
}

Mapping HistoryMaker::mapping() {
  Mapping m;
  m.account = AccountId::literal(accounts[below(2)]);
  m.listing = ListingId::literal(listings[below(4)]);
  const auto sku = [&] { return SkuId::literal(skus[below(3)]); };
  if (m.listing.str() == "CUP" && !one_in(5)) {
    m.components = {{SkuId::literal("CUP"), Units(1)}};
  } else if (m.listing.str() == "BUNDLE") {
    m.components = {{SkuId::literal("CUP"), Units(1 + static_cast<std::int64_t>(below(3)))},
                    {SkuId::literal("PLATE"), Units(1)}};
  } else if (!one_in(4)) {
    m.components = {{sku(), Units(1 + static_cast<std::int64_t>(below(2)))}};
  }
  return m;
}

std::vector<Mapping> HistoryMaker::mappings() {
  std::vector<Mapping> all;
  for (int i = 0; i < 8; ++i) all.push_back(mapping());
  return all;
}

Provenance HistoryMaker::from(const char* source) {
  return {SourceId::literal(source), Version(1 + below(5)), about()};
}

OrderLine HistoryMaker::line(int number, Instant placed) {
  OrderLine l;
  l.id = OrderLineId::literal(std::to_string(number));
  l.listing = ListingId::literal(listings[below(4)]);
  l.ordered = Units(1 + static_cast<std::int64_t>(below(4)));
  l.pool = one_in(8) ? Pool::marketplace : one_in(8) ? Pool::preorder : Pool::own;
  if (l.pool == Pool::own && one_in(2))
    l.location = LocationId::literal(one_in(3) ? "nowhere" : one_in(2) ? "berlin" : "Łódź 2");
  std::int64_t left = l.ordered.count();
  if (one_in(3)) {
    const auto units = 1 + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(left)));
    l.cancelled =
        LineCancel{Units(units), static_cast<CancelledBy>(below(4)), static_cast<CancelReason>(below(8)),
                   about(), std::chrono::sys_days(day) + std::chrono::days(below(2))};
    left -= units;
  }
  while (left > 0 && one_in(2)) {
    const auto units = 1 + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(left)));
    Portion p;
    p.units = Units(units);
    const auto after = [&] { return placed + std::chrono::minutes(10 * below(30)); };
    if (one_in(2)) p.allocated_at = after();
    if (one_in(2)) p.picked_at = after();
    if (!one_in(3)) p.shipped_at = after();
    l.portions.push_back(p);
    left -= units;
  }
  return l;
}

OrderUpsert HistoryMaker::order() {
  OrderUpsert o;
  o.account = AccountId::literal(accounts[below(2)]);
  o.from = from(o.account.str().c_str());
  o.id = OrderId::literal("114-" + std::to_string(below(3)));
  o.placed_at = about();
  o.placed_day = std::chrono::sys_days(day) + std::chrono::days(below(2));
  o.state = static_cast<OrderState>(below(6));
  if (one_in(2)) o.ship_by = o.placed_at + 24h;
  if (one_in(3)) o.closed_at = about();
  const auto lines = 1 + below(3);
  for (std::uint64_t i = 0; i < lines; ++i) o.lines.push_back(line(static_cast<int>(i), o.placed_at));
  return o;
}

Observation HistoryMaker::old_order() {
  auto o = order();
  o.placed_at -= std::chrono::days(200);
  o.closed_at = o.placed_at + std::chrono::days(2);
  return o;
}

Observation HistoryMaker::fresh() {
  const auto sku = SkuId::literal(skus[below(3)]);
  switch (below(16)) {
    case 0:
    case 1:
    case 2:
    case 3: {
      static const std::pair<const char*, const char*> places[] = {
          {"wms", "berlin"}, {"erp", "berlin"}, {"shop", "Łódź 2"}, {"fba", "fba-na"}};
      const auto& [source, location] = places[below(4)];
      StockLevel s{from(source), sku, LocationId::literal(location),
                   Units(static_cast<std::int64_t>(below(14)) - 2), one_in(8)};
      if (one_in(6)) s.on_hand.reset();
      if (one_in(10)) s.from.true_at += 24h;  // a source whose clock is ahead
      return s;
    }
    case 4: {
      const bool here = one_in(2);
      return StockCount{from(here ? "wms" : "shop"), sku, LocationId::literal(here ? "berlin" : "Łódź 2"),
                        few(9)};
    }
    case 5: {
      PickFailed p;
      p.from = from("wms");
      p.account = AccountId::literal(accounts[below(2)]);
      p.order = OrderId::literal("114-" + std::to_string(below(2)));
      p.line = OrderLineId::literal("0");
      p.sku = sku;
      if (one_in(2)) p.location = LocationId::literal("berlin");
      p.missing = few(2);
      return p;
    }
    case 6:
    case 7: {
      ReceiptUpsert r;
      r.from = from("erp");
      r.id = ReceiptId::literal("PO-" + std::to_string(below(2)));
      r.sku = sku;
      r.location = LocationId::literal(one_in(2) ? "berlin" : "Łódź 2");
      r.expected = few(6);
      for (auto n = below(3); n > 0; --n) r.arrived.push_back({few(3), about()});
      r.backs_preorder = one_in(2);
      if (one_in(4)) r.closed_at = about();
      return r;
    }
    case 8: {
      ListingState l;
      l.account = AccountId::literal(accounts[below(2)]);
      l.from = from(l.account.str().c_str());
      l.listing = ListingId::literal(listings[below(4)]);
      if (!one_in(4)) l.quantity = few(5);
      l.activity = static_cast<ListingActivity>(below(4));
      return l;
    }
    case 9: {
      MessageUpsert m;
      m.account = AccountId::literal(accounts[below(2)]);
      m.from = from(m.account.str().c_str());
      m.id = MessageId::literal("thread-" + std::to_string(below(2)));
      m.received_at = about();
      if (one_in(2)) m.answered_at = about();
      return m;
    }
    default:
      return order();
  }
}

std::vector<Observation> HistoryMaker::page() {
  std::vector<Observation> page;
  const auto size = 1 + below(8);
  for (std::uint64_t i = 0; i < size; ++i) {
    if (!sent_.empty() && one_in(6)) {
      page.push_back(sent_[below(sent_.size())]);  // again, or late
      continue;
    }
    page.push_back(fresh());
    sent_.push_back(page.back());
  }
  return page;
}

}  // namespace forestall::test
