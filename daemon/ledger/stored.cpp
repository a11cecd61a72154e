// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/stored.hpp"

#include <chrono>

#include "config/base/text.hpp"
#include "daemon/ledger/pack.hpp"

namespace forestall::ledger {
namespace {

using namespace model;

Instant instant(Unpacker& u) { return Instant(Millis(u.integer())); }
std::optional<Instant> maybe_instant(Unpacker& u) {
  if (u.absent()) return std::nullopt;
  return instant(u);
}
std::optional<Instant> nonzero_instant(Unpacker& u) {
  const auto n = u.integer();
  if (n == 0) return std::nullopt;
  return Instant(Millis(n));
}
CivilDate day(Unpacker& u) {
  const auto n = u.integer();
  if (n < -1'000'000 || n > 4'000'000) {
    u.fail("a day out of range");
    return {};
  }
  return std::chrono::sys_days(std::chrono::days(static_cast<int>(n)));
}
template <class E>
E enumerator(std::int64_t n, int most, Unpacker& u) {
  if (n < 0 || n > most) u.fail("an enumerator out of range");
  return static_cast<E>(n);
}
template <class T>
T id(std::string_view text, Unpacker& u) {
  auto parsed = T::parse(text);
  if (!parsed) {
    u.fail("a malformed id");
    return {};
  }
  return std::move(*parsed);
}
Version version(Unpacker& u) {
  const auto n = u.integer();
  if (n < 0) u.fail("a negative version");
  return Version(static_cast<std::uint64_t>(n));
}

// "3:ID" as account and the rest.
std::optional<std::pair<AccountId, std::string_view>> split_field(std::string_view field,
                                                                  const Names& names) {
  const auto colon = field.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto number = parse_integer<std::int64_t>(field.substr(0, colon));
  if (!number) return std::nullopt;
  auto account = AccountId::parse(names.name(NameKind::account, *number));
  if (!account) return std::nullopt;
  return std::pair(std::move(*account), field.substr(colon + 1));
}

void read_line(Unpacker& u, const Names& names, OrderLine& line) {
  line.id = id<OrderLineId>(u.text(), u);
  line.listing = id<ListingId>(u.text(), u);
  line.ordered = Units(u.integer());
  const auto place = u.integer() - 1;
  line.pool = enumerator<Pool>(place % 4, 2, u);
  if (place >= 4) line.location = id<LocationId>(names.name(NameKind::location, place / 4), u);
  if (!u.absent()) {
    if (u.array() != 6) u.fail("a cancellation of another shape");
    auto& cancel = line.cancelled.emplace();
    cancel.units = Units(u.integer());
    cancel.by = enumerator<CancelledBy>(u.integer(), 3, u);
    cancel.reason = enumerator<CancelReason>(u.integer(), 7, u);
    cancel.at = instant(u);
    cancel.day = day(u);
    u.integer();  // flags follow from who and why
  }
  if (!u.absent()) {
    const auto values = u.array();
    if (values % 4 != 0) u.fail("portions that are not fours");
    for (std::size_t i = 0; i < values / 4 && u.ok(); ++i) {
      auto& part = line.portions.emplace_back();
      part.units = Units(u.integer());
      part.allocated_at = nonzero_instant(u);
      part.picked_at = nonzero_instant(u);
      part.shipped_at = nonzero_instant(u);
    }
  }
}

}  // namespace

Result<StoredOrder> decode_order(std::string_view field, std::string_view record, const Names& names) {
  const auto parts = split_field(field, names);
  if (!parts) return fail(ErrorCode::parse, "order: a field without a known account");
  Unpacker u(record);
  StoredOrder stored;
  auto& o = stored.order;
  o.account = parts->first;
  o.id = id<OrderId>(parts->second, u);
  o.from.version = version(u);
  o.placed_at = instant(u);
  o.placed_day = day(u);
  o.state = enumerator<OrderState>(u.integer() - 1, 5, u);
  o.ship_by = maybe_instant(u);
  o.deliver_by = maybe_instant(u);
  o.closed_at = maybe_instant(u);
  const auto values = u.array();
  if (values % 6 != 0) u.fail("lines that are not sixes");
  for (std::size_t i = 0; i < values / 6 && u.ok(); ++i) read_line(u, names, o.lines.emplace_back());
  u.skip();  // what the lines resolved to
  stored.doubtful = u.integer() >= 2;
  if (!u.ok()) return std::unexpected(u.error("order"));
  return stored;
}

Result<StoredListing> decode_listing(std::string_view field, std::string_view record, const Names& names) {
  const auto parts = split_field(field, names);
  if (!parts) return fail(ErrorCode::parse, "listing: a field without a known account");
  Unpacker u(record);
  StoredListing l;
  l.account = parts->first;
  l.listing = id<ListingId>(parts->second, u);
  l.version = version(u);
  l.true_at = nonzero_instant(u);
  if (!u.absent()) l.quantity = Units(u.integer());
  l.activity = enumerator<ListingActivity>(u.integer(), 3, u);
  l.doubtful = u.integer() >= 2;
  if (u.next_is_array()) {
    const auto values = u.array();
    if (values % 2 != 0) u.fail("components that are not pairs");
    for (std::size_t i = 0; i < values / 2 && u.ok(); ++i) {
      auto sku = id<SkuId>(u.text(), u);
      l.components.push_back({std::move(sku), Units(u.integer())});
    }
  } else if (u.integer() == 1) {
    l.components.push_back({id<SkuId>(parts->second, u), Units(1)});
  }
  l.pool = enumerator<Pool>(u.integer(), 2, u);
  l.mode = u.integer();
  const auto rest = u;
  if (Unpacker probe = rest; probe.integer() == 0 && probe.ok() && probe.at_end()) return l;
  l.hold = std::string(u.text());
  if (!u.ok()) return std::unexpected(u.error("listing"));
  return l;
}

}  // namespace forestall::ledger
