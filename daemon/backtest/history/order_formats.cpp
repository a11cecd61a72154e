// SPDX-License-Identifier: Apache-2.0
// Reading one row of each format; errors name the column.
#include "daemon/backtest/history/order_formats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "config/base/text.hpp"
#include "config/base/time.hpp"

namespace forestall::detail {

namespace {

constexpr std::size_t absent = std::string_view::npos;

struct Columns {
  HistoryFormat format;
  std::vector<std::string_view> required;
  std::vector<std::string_view> optional;
};
const std::array<Columns, 5>& known_formats() {
  static const std::array<Columns, 5> formats{{
      {HistoryFormat::generic, {"time", "order_id", "channel", "sku", "quantity"}, {"unit_price", "status"}},
      {HistoryFormat::amazon_report, {"amazon-order-id", "purchase-date", "sku", "quantity"}, {"item-price"}},
      {HistoryFormat::amazon_orders, {"order id", "date", "sku", "qty"}, {"amount"}},
      {HistoryFormat::online_retail, {"invoiceno", "stockcode", "quantity", "invoicedate", "unitprice"}, {}},
      {HistoryFormat::fresh_retail, {"sid", "dt", "sales_x100_by_hour", "stockout_by_hour"}, {}},
  }};
  return formats;
}

std::unexpected<Error> bad(std::string_view column, std::string_view value) {
  return fail(ErrorCode::parse, fmt::format("column {}: cannot read '{}'", column, printable(value, 60)));
}

Result<std::int64_t> quantity_of(std::string_view column, std::string_view text) {
  const auto value = parse_integer<std::int64_t>(trim(text));
  if (!value || *value > 1'000'000 || *value < -1'000'000) return bad(column, text);
  return *value;
}

// Minor units of a currency with two decimals; nullopt where it is no number from 0 to ten million.
std::optional<std::int64_t> price_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(std::abs(value) <= 1e7))
    return std::nullopt;
  return std::llround(value * 100);
}

}  // namespace

Result<OrderColumns> OrderColumns::find(std::span<const std::string_view> header) {
  std::vector<std::string> names;
  for (const std::string_view name : header) names.push_back(to_lower(trim(name)));
  const auto column = [&](std::string_view name) {
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? absent : static_cast<std::size_t>(found - names.begin());
  };
  std::string missing;
  std::size_t fewest = absent;
  for (const Columns& known : known_formats()) {
    OrderColumns result;
    result.format_ = known.format;
    result.width_ = names.size();
    std::string gone;
    std::size_t count = 0;
    for (const std::string_view name : known.required) {
      result.at_.push_back(column(name));
      if (result.at_.back() != absent) continue;
      gone += fmt::format("{}{}", gone.empty() ? "" : ", ", name);
      ++count;
    }
    for (const std::string_view name : known.optional) result.at_.push_back(column(name));
    if (count == 0) return result;
    if (count < fewest) fewest = count, missing = gone;
  }
  return fail(ErrorCode::parse, fmt::format("line 1: no known header; missing: {}", missing));
}

Result<std::optional<RawLine>> OrderColumns::read(std::span<const std::string_view> row) const {
  if (row.size() != width_)
    return fail(ErrorCode::parse, fmt::format("{} fields, the header has {}", row.size(), width_));
  switch (format_) {
    case HistoryFormat::generic:
      return read_generic(row);
    case HistoryFormat::amazon_report:
      return read_report(row);
    case HistoryFormat::amazon_orders:
      return read_amazon(row);
    case HistoryFormat::online_retail:
      return read_retail(row);
    case HistoryFormat::fresh_retail:
      break;
  }
  return fail(ErrorCode::internal, "unknown format");
}

Result<std::optional<RawLine>> OrderColumns::read_generic(std::span<const std::string_view> row) const {
  RawLine line{.order = trim(row[at_[1]]), .channel = trim(row[at_[2]]), .sku = trim(row[at_[3]])};
  const auto time = parse_instant(trim(row[at_[0]]));
  if (!time) return bad("time", row[at_[0]]);
  line.time = *time;
  if (line.order.empty()) return bad("order_id", row[at_[1]]);
  if (line.sku.empty()) return bad("sku", row[at_[3]]);
  const auto quantity = quantity_of("quantity", row[at_[4]]);
  if (!quantity) return std::unexpected(quantity.error());
  if (*quantity <= 0) return std::nullopt;
  line.quantity = *quantity;
  if (at_[5] != absent && !trim(row[at_[5]]).empty()) {
    const auto price = price_of(trim(row[at_[5]]));
    if (!price || *price < 0) return bad("unit_price", row[at_[5]]);
    line.price_minor = *price;
  }
  return line;
}

// Amazon's way: the price is of all units, and a cancelled item has the quantity 0; its shopper wanted at
// least one unit before they changed their mind.
Result<std::optional<RawLine>> OrderColumns::with_quantity(RawLine line, std::string_view column,
                                                           std::span<const std::string_view> row) const {
  const auto quantity = quantity_of(column, row[at_[3]]);
  if (!quantity || *quantity < 0) return bad(column, row[at_[3]]);
  line.quantity_missing = *quantity == 0;
  line.quantity = std::max<std::int64_t>(1, *quantity);
  if (at_[4] != absent && *quantity > 0)
    if (const auto price = price_of(trim(row[at_[4]])); price && *price > 0)
      line.price_minor = *price / *quantity;
  return line;
}

Result<std::optional<RawLine>> OrderColumns::read_report(std::span<const std::string_view> row) const {
  RawLine line{.order = trim(row[at_[0]]), .sku = trim(row[at_[2]])};
  const auto time = parse_instant(trim(row[at_[1]]));
  if (!time) return bad("purchase-date", row[at_[1]]);
  line.time = *time;
  if (line.order.empty()) return bad("amazon-order-id", row[at_[0]]);
  if (line.sku.empty()) return std::nullopt;
  return with_quantity(std::move(line), "quantity", row);
}

Result<std::optional<RawLine>> OrderColumns::read_amazon(std::span<const std::string_view> row) const {
  RawLine line{.order = trim(row[at_[0]]), .sku = trim(row[at_[2]]), .day_only = true};
  const auto day = parse_civil_date(trim(row[at_[1]]));
  if (!day) return bad("Date", row[at_[1]]);
  line.time = Instant(std::chrono::sys_days(*day));
  if (line.order.empty()) return bad("Order ID", row[at_[0]]);
  if (line.sku.empty()) return std::nullopt;
  return with_quantity(std::move(line), "Qty", row);
}

// Invoices that begin with C are cancellations, negative quantities write-offs, price 0 both or gifts; codes
// that do not begin with a digit are postage, fees and the like.
Result<std::optional<RawLine>> OrderColumns::read_retail(std::span<const std::string_view> row) const {
  RawLine line{.order = trim(row[at_[0]]), .sku = trim(row[at_[1]])};
  const auto quantity = quantity_of("Quantity", row[at_[2]]);
  if (!quantity) return std::unexpected(quantity.error());
  const std::string_view text = trim(row[at_[3]]);
  const auto time = text.size() == 16
                        ? parse_instant(fmt::format("{}T{}:00Z", text.substr(0, 10), text.substr(11)))
                        : bad("InvoiceDate", row[at_[3]]);
  if (!time) return bad("InvoiceDate", row[at_[3]]);
  const auto price = price_of(trim(row[at_[4]]));
  if (!price) return bad("UnitPrice", row[at_[4]]);
  const bool product = !line.sku.empty() && line.sku[0] >= '0' && line.sku[0] <= '9';
  const bool sale = !line.order.empty() && line.order[0] >= '0' && line.order[0] <= '9';
  if (!product || !sale || *quantity <= 0 || *price <= 0) return std::nullopt;
  line.time = *time;
  line.quantity = *quantity;
  line.price_minor = *price;
  return line;
}

Result<HourlyRow> OrderColumns::read_hours(std::span<const std::string_view> row) const {
  if (row.size() != width_)
    return fail(ErrorCode::parse, fmt::format("{} fields, the header has {}", row.size(), width_));
  HourlyRow read{.sku = trim(row[at_[0]])};
  if (read.sku.empty()) return bad("sid", row[at_[0]]);
  const auto day = parse_civil_date(trim(row[at_[1]]));
  if (!day) return bad("dt", row[at_[1]]);
  read.day = Instant(std::chrono::sys_days(*day));
  const auto hours = split(row[at_[2]], '|');
  if (hours.size() != read.units.size()) return bad("sales_x100_by_hour", row[at_[2]]);
  for (std::size_t hour = 0; hour < hours.size(); ++hour) {
    if (hours[hour].empty()) continue;
    const auto hundredths = parse_integer<std::int32_t>(hours[hour]);
    if (!hundredths || *hundredths < 0 || *hundredths > 100'000)
      return bad("sales_x100_by_hour", row[at_[2]]);
    // Something that was sold is at least one unit.
    read.units[hour] = *hundredths == 0 ? 0 : std::max(1, (*hundredths + 5) / 10);
    read.rounded += *hundredths % 10 != 0;
  }
  const std::string_view out = trim(row[at_[3]]);
  if (out.size() != read.units.size() || out.find_first_not_of("01") != std::string_view::npos)
    return bad("stockout_by_hour", row[at_[3]]);
  read.censored = static_cast<std::uint32_t>(std::ranges::count(out, '1'));
  return read;
}

}  // namespace forestall::detail
