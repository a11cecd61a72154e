// SPDX-License-Identifier: Apache-2.0
#include "connectors/model/observation.hpp"

#include <chrono>
#include <string>
#include <variant>

namespace forestall::model {
namespace {

constexpr auto first_instant = Instant{};
const auto last_instant = Instant(std::chrono::sys_days(std::chrono::year{10000} / 1 / 1));
constexpr std::size_t max_lines = 1000;
constexpr std::size_t max_portions = 100;

Status bad(std::string what) { return fail(ErrorCode::invalid_argument, std::move(what)); }

bool in_time(Instant t) { return t > first_instant && t < last_instant; }
bool in_time(const std::optional<Instant>& t) { return !t || in_time(*t); }
bool amount(Units u) { return u >= Units{} && in_range(u); }

Status check_from(const Provenance& from) {
  if (from.source.empty()) return bad("source is missing");
  if (from.version.number() > Version::max) return bad("version is above 2^53 - 1");
  if (!in_time(from.true_at)) return bad("true_at is not between 1970 and 9999");
  return {};
}

Status check_body(const StockLevel& o) {
  if (o.sku.empty()) return bad("sku is missing");
  if (o.location.empty()) return bad("location is missing");
  if (o.on_hand && !in_range(*o.on_hand)) return bad("on_hand is out of range");
  return {};
}

Status check_body(const StockCount& o) {
  if (o.sku.empty()) return bad("sku is missing");
  if (o.location.empty()) return bad("location is missing");
  if (!amount(o.counted)) return bad("counted is out of range");
  return {};
}

Status check_body(const PickFailed& o) {
  if (o.account.empty() || o.order.empty() || o.line.empty()) return bad("account, order or line is missing");
  if (o.sku.empty()) return bad("sku is missing");
  if (!amount(o.missing)) return bad("missing is out of range");
  return {};
}

Status check_body(const ReceiptUpsert& o) {
  if (o.id.empty()) return bad("id is missing");
  if (o.sku.empty()) return bad("sku is missing");
  if (o.location.empty()) return bad("location is missing");
  if (!amount(o.expected)) return bad("expected is out of range");
  if (o.arrived.size() > max_portions) return bad("arrived has more than 100 entries");
  for (const auto& a : o.arrived) {
    if (!amount(a.units)) return bad("arrived.units is out of range");
    if (!in_time(a.at)) return bad("arrived.at is not between 1970 and 9999");
  }
  if (!in_time(o.expected_at)) return bad("expected_at is not between 1970 and 9999");
  if (!in_time(o.closed_at)) return bad("closed_at is not between 1970 and 9999");
  return {};
}

Status check_body(const ListingState& o) {
  if (o.account.empty() || o.listing.empty()) return bad("account or listing is missing");
  if (o.quantity && !in_range(*o.quantity)) return bad("quantity is out of range");
  return {};
}

Status check_line(const OrderLine& line) {
  if (line.id.empty() || line.listing.empty()) return bad("id or listing is missing");
  if (!amount(line.ordered) || line.ordered == Units{}) return bad("ordered is out of range");
  if (line.portions.size() > max_portions) return bad("portions has more than 100 entries");
  Units used = line.cancelled ? line.cancelled->units : Units{};
  if (!amount(used)) return bad("cancelled.units is out of range");
  if (line.cancelled && !in_time(line.cancelled->at)) return bad("cancelled.at is not between 1970 and 9999");
  if (line.cancelled && !line.cancelled->day.ok()) return bad("cancelled.day is not a date");
  for (const auto& p : line.portions) {
    if (!amount(p.units) || p.units == Units{}) return bad("portions.units is out of range");
    if (!in_time(p.allocated_at) || !in_time(p.picked_at) || !in_time(p.shipped_at))
      return bad("a time of portions is not between 1970 and 9999");
    used += p.units;
  }
  if (used > line.ordered) return bad("portions and cancelled units exceed what was ordered");
  return {};
}

Status check_body(const OrderUpsert& o) {
  if (o.account.empty() || o.id.empty()) return bad("account or id is missing");
  if (!in_time(o.placed_at)) return bad("placed_at is not between 1970 and 9999");
  if (!o.placed_day.ok()) return bad("placed_day is not a date");
  if (!in_time(o.ship_by) || !in_time(o.deliver_by) || !in_time(o.closed_at))
    return bad("ship_by, deliver_by or closed_at is not between 1970 and 9999");
  if (o.lines.size() > max_lines) return bad("more than 1000 lines");
  for (std::size_t i = 0; i < o.lines.size(); ++i)
    if (auto ok = check_line(o.lines[i]); !ok) return fail_in("lines[" + std::to_string(i) + "]", ok.error());
  return {};
}

Status check_body(const CancelRequest& o) {
  if (o.account.empty() || o.order.empty()) return bad("account or order is missing");
  if (!in_time(o.requested_at)) return bad("requested_at is not between 1970 and 9999");
  return {};
}

Status check_body(const ShipmentUpdate& o) {
  if (o.carrier.empty() || o.tracking.empty()) return bad("carrier or tracking is missing");
  if (o.lines.size() > max_lines) return bad("more than 1000 lines");
  for (const auto& line : o.lines)
    if (!amount(line.units)) return bad("lines.units is out of range");
  return {};
}

Status check_body(const MessageUpsert& o) {
  if (o.account.empty() || o.id.empty()) return bad("account or id is missing");
  if (!in_time(o.received_at)) return bad("received_at is not between 1970 and 9999");
  return {};
}

Status check_body(const ReturnUpsert& o) {
  if (o.account.empty() || o.id.empty()) return bad("account or id is missing");
  if (!amount(o.units)) return bad("units is out of range");
  return {};
}

Status check_body(const ProductUpsert& o) { return o.sku.empty() ? bad("sku is missing") : Status{}; }

Status check_body(const PriceObserved& o) {
  if (o.account.empty() || o.listing.empty()) return bad("account or listing is missing");
  if (o.price.minor() < 0 || o.price.minor() > Money::max_minor) return bad("price is out of range");
  return {};
}

Status check_body(const AccountHealth& o) {
  if (o.account.empty()) return bad("account is missing");
  for (const auto& r : o.readings)
    if (!r.first_day.ok() || !r.last_day.ok()) return bad("readings.first_day or last_day is not a date");
  return {};
}

}  // namespace

std::string_view name_of(const Observation& observation) {
  static constexpr std::string_view names[] = {
      "stock_level",    "stock_count",    "pick_failed",     "receipt_upsert", "listing_state",
      "order_upsert",   "cancel_request", "shipment_update", "message_upsert", "return_upsert",
      "product_upsert", "price_observed", "account_health"};
  static_assert(std::size(names) == std::variant_size_v<Observation>);
  return names[observation.index()];
}

const Provenance& provenance_of(const Observation& observation) {
  return std::visit([](const auto& o) -> const Provenance& { return o.from; }, observation);
}

Status check(const Observation& observation) {
  auto ok = check_from(provenance_of(observation));
  if (ok) ok = std::visit([](const auto& o) { return check_body(o); }, observation);
  if (!ok) return fail_in(name_of(observation), ok.error());
  return {};
}

}  // namespace forestall::model
