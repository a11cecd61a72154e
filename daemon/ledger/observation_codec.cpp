// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/observation_codec.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <variant>

#include "daemon/ledger/entity_codec.hpp"
#include "daemon/ledger/pack.hpp"

namespace forestall::ledger {
namespace {

using namespace model;

// The `kind` of an argument: the index into APPLY of lua/6_observe.lua.
enum Kind : std::uint8_t { stock = 1, order = 2, listing = 3, receipt = 4, pick = 5, entity = 6 };

std::int64_t number_of(const Names& names, NameKind kind, std::string_view name) {
  const auto number = names.number(kind, name);
  if (!number) throw std::logic_error("ledger: a name was not interned: " + qualified(kind, name));
  return *number;
}

std::int64_t millis(Instant t) { return t.time_since_epoch().count(); }
std::int64_t day_number(CivilDate day) { return std::chrono::sys_days(day).time_since_epoch().count(); }
std::int64_t version_of(const Provenance& from) { return static_cast<std::int64_t>(from.version.number()); }
void instant_or_false(Packer& p, const std::optional<Instant>& t) {
  if (t)
    p.integer(millis(*t));
  else
    p.boolean(false);
}
std::int64_t instant_or_zero(const std::optional<Instant>& t) { return t ? millis(*t) : 0; }

std::int64_t place_of(const Names& names, const std::optional<LocationId>& location, Pool pool) {
  const auto number = location ? number_of(names, NameKind::location, location->str()) : 0;
  return number * 4 + static_cast<std::int64_t>(pool);
}

std::string encode_stock(const Provenance& from, const SkuId& sku, const LocationId& location, bool is_count,
                         const std::optional<Units>& units, bool suspect, const Names& names) {
  Packer p;
  p.integer(stock).integer(number_of(names, NameKind::feed, feed_name(from.source, location)));
  p.integer(is_count ? 1 : 0).text(sku.str()).integer(version_of(from)).integer(millis(from.true_at));
  if (units)
    p.integer(units->count());
  else
    p.boolean(false);
  p.integer(suspect ? 1 : 0);
  return p.take();
}

std::string one(const StockLevel& o, const Names& names) {
  return encode_stock(o.from, o.sku, o.location, false, o.on_hand, o.suspect, names);
}

std::string one(const StockCount& o, const Names& names) {
  return encode_stock(o.from, o.sku, o.location, true, o.counted, false, names);
}

std::string with_content(Kind kind, std::string_view field, std::string_view content) {
  Packer p;
  p.integer(kind).text(field).text(content);
  return p.take();
}

std::string one(const PickFailed& o, const Names& names) {
  Packer content;
  content.integer(version_of(o.from)).text(o.sku.str()).integer(place_of(names, o.location, o.pool));
  content.integer(o.missing.count()).integer(millis(o.from.true_at));
  const auto field = account_field(o.account, o.order.str(), names) + "\x1f" + o.line.str() + "\x1f" +
                     o.sku.str() + "\x1f" +
                     std::to_string(number_of(names, NameKind::source, o.from.source.str()));
  return with_content(pick, field, content.bytes());
}

std::string one(const ReceiptUpsert& o, const Names& names) {
  Packer content;
  content.integer(version_of(o.from)).text(o.sku.str());
  content.integer(place_of(names, std::optional(o.location), o.pool));
  content.integer(o.expected.count()).integer(o.backs_preorder ? 1 : 0);
  content.integer(instant_or_zero(o.closed_at)).integer(instant_or_zero(o.expected_at));
  content.array(o.arrived.size() * 2);
  for (const auto& a : o.arrived) content.integer(a.units.count()).integer(millis(a.at));
  const auto field =
      std::to_string(number_of(names, NameKind::source, o.from.source.str())) + ":" + o.id.str();
  return with_content(receipt, field, content.bytes());
}

std::string one(const ListingState& o, const Names& names) {
  Packer p;
  p.integer(listing).text(account_field(o.account, o.listing.str(), names));
  p.integer(version_of(o.from)).integer(millis(o.from.true_at));
  if (o.quantity)
    p.integer(o.quantity->count());
  else
    p.boolean(false);
  p.integer(static_cast<std::int64_t>(o.activity));
  return p.take();
}

void encode_cancel(Packer& p, const std::optional<LineCancel>& cancel) {
  if (!cancel) {
    p.boolean(false);
    return;
  }
  const bool unwanted = cancel->by == CancelledBy::buyer ||
                        cancel->reason == CancelReason::buyer_changed_mind ||
                        cancel->reason == CancelReason::payment;
  const int flags = (puts_stock_in_doubt(cancel->by, cancel->reason) ? 1 : 0) + (unwanted ? 2 : 0);
  p.array(6).integer(cancel->units.count()).integer(static_cast<std::int64_t>(cancel->by));
  p.integer(static_cast<std::int64_t>(cancel->reason)).integer(millis(cancel->at));
  p.integer(day_number(cancel->day)).integer(flags);
}

void encode_portions(Packer& p, const std::vector<Portion>& portions) {
  if (portions.empty()) {
    p.boolean(false);
    return;
  }
  p.array(portions.size() * 4);
  for (const auto& part : portions) {
    p.integer(part.units.count()).integer(instant_or_zero(part.allocated_at));
    p.integer(instant_or_zero(part.picked_at)).integer(instant_or_zero(part.shipped_at));
  }
}

std::string one(const OrderUpsert& o, const Names& names) {
  Packer content;
  content.integer(version_of(o.from)).integer(millis(o.placed_at)).integer(day_number(o.placed_day));
  content.integer(static_cast<std::int64_t>(o.state) + 1);
  instant_or_false(content, o.ship_by);
  instant_or_false(content, o.deliver_by);
  instant_or_false(content, o.closed_at);
  content.array(o.lines.size() * 6);
  for (const auto& line : o.lines) {
    content.text(line.id.str()).text(line.listing.str()).integer(line.ordered.count());
    content.integer(place_of(names, line.location, line.pool) + 1);
    encode_cancel(content, line.cancelled);
    encode_portions(content, line.portions);
  }
  Packer p;
  p.integer(order).integer(number_of(names, NameKind::account, o.account.str())).text(o.id.str());
  p.text(content.bytes());
  return p.take();
}

template <class T>
  requires KeptEntity<T>
std::string one(const T& o, const Names&) {
  return with_content(entity, entity_field(o), entity_content(o));
}

// The names each kind needs, as pairs of kind and name.
using Needed = std::vector<std::pair<NameKind, std::string>>;
Needed needed(const StockLevel& o) { return {{NameKind::feed, feed_name(o.from.source, o.location)}}; }
Needed needed(const StockCount& o) { return {{NameKind::feed, feed_name(o.from.source, o.location)}}; }
Needed needed(const PickFailed& o) {
  Needed n = {{NameKind::account, o.account.str()}, {NameKind::source, o.from.source.str()}};
  if (o.location) n.emplace_back(NameKind::location, o.location->str());
  return n;
}
Needed needed(const ReceiptUpsert& o) {
  return {{NameKind::source, o.from.source.str()}, {NameKind::location, o.location.str()}};
}
Needed needed(const ListingState& o) { return {{NameKind::account, o.account.str()}}; }
Needed needed(const OrderUpsert& o) {
  Needed n = {{NameKind::account, o.account.str()}};
  for (const auto& line : o.lines)
    if (line.location) n.emplace_back(NameKind::location, line.location->str());
  return n;
}
template <class T>
  requires KeptEntity<T>
Needed needed(const T&) {
  return {};
}

}  // namespace

void missing_names(const Observation& observation, const Names& names, std::vector<std::string>& missing) {
  for (const auto& [kind, name] : std::visit([](const auto& o) { return needed(o); }, observation)) {
    if (names.number(kind, name)) continue;
    auto full = qualified(kind, name);
    if (std::ranges::find(missing, full) == missing.end()) missing.push_back(std::move(full));
  }
}

std::string encode(const Observation& observation, const Names& names) {
  return std::visit([&](const auto& o) { return one(o, names); }, observation);
}

std::string encode_feeds(std::span<const Feed> feeds, const Names& names) {
  std::vector<const Feed*> by_number;
  for (const auto& feed : feeds) {
    const auto number = number_of(names, NameKind::feed, feed_name(feed.source, feed.location));
    const auto slot = static_cast<std::size_t>(number);
    if (by_number.size() < slot) by_number.resize(slot, nullptr);
    by_number[slot - 1] = &feed;
  }
  Packer p;
  p.array(by_number.size() * 4);
  for (const auto* feed : by_number) {
    if (feed == nullptr) {  // a feed of earlier settings: it speaks for no place
      p.integer(0).integer(3).integer(0).integer(0);
      continue;
    }
    p.integer(number_of(names, NameKind::location, feed->location.str()));
    p.integer(static_cast<std::int64_t>(feed->pool)).integer(static_cast<std::int64_t>(feed->deducts_at));
    p.integer(feed->authority ? 1 : 0);
  }
  return p.take();
}

std::string encode_mapping(const Mapping& mapping, const Names& names) {
  Packer p;
  p.text(account_field(mapping.account, mapping.listing.str(), names));
  const auto& parts = mapping.components;
  if (parts.empty()) {
    p.integer(0);
  } else if (parts.size() == 1 && parts[0].units == Units(1) && parts[0].sku.str() == mapping.listing.str()) {
    p.integer(1);
  } else {
    p.array(parts.size() * 2);
    for (const auto& c : parts) p.text(c.sku.str()).integer(c.units.count());
  }
  p.integer(static_cast<std::int64_t>(mapping.pool));
  return p.take();
}

std::string account_field(const AccountId& account, std::string_view id, const Names& names) {
  return std::to_string(number_of(names, NameKind::account, account.str())) + ":" + std::string(id);
}

}  // namespace forestall::ledger
