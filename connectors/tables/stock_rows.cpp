// SPDX-License-Identifier: Apache-2.0
// Rows of stock, counts, failed picks and receipts.
#include <fmt/format.h>

#include <array>

#include "connectors/tables/rows.hpp"

namespace forestall::tables {
namespace {

using model::Observation;

constexpr std::string_view about_as_of =
    "when it was so: a time like 2026-11-23T03:30:13Z, or without an offset in the source's zone; else the "
    "file's time";
constexpr std::string_view about_location = "where the stock lies; else the source's own";

// The row's place; nullopt: it is another source's.
Result<std::optional<LocationId>> place(Table::Cells& cells, std::size_t column) {
  auto said = cells.optional_id<LocationId>(column);
  if (!said) return std::unexpected(std::move(said.error()));
  if (!*said) return std::optional(cells.given().location);
  if (cells.given().only_location && **said != cells.given().location) return std::nullopt;
  return *said;
}

constexpr std::array stock_columns{
    Column{"sku", true, "the seller's own stock-keeping unit"},
    Column{"on_hand", true, "whole units on the books, may be negative; empty: the source does not say"},
    Column{"as_of", false, about_as_of},
    Column{"location", false, about_location},
};

ReadRow read_stock(Table::Cells& cells) {
  const auto where = place(cells, 3);
  if (!where) return std::unexpected(where.error());
  if (!*where) return std::nullopt;
  auto sku = cells.id<SkuId>(0);
  if (!sku) return std::unexpected(std::move(sku.error()));
  const auto on_hand = cells.optional_units(1);
  if (!on_hand) return std::unexpected(on_hand.error());
  auto from = cells.from(2);
  if (!from) return std::unexpected(std::move(from.error()));
  return Observation(model::StockLevel{std::move(*from), std::move(*sku), **where, *on_hand, false});
}

constexpr std::array counts_columns{
    Column{"sku", true, "what was counted"},
    Column{"counted", true, "whole units, in the sense of the location's books"},
    Column{"as_of", false, about_as_of},
    Column{"location", false, about_location},
};

ReadRow read_count(Table::Cells& cells) {
  const auto where = place(cells, 3);
  if (!where) return std::unexpected(where.error());
  if (!*where) return std::nullopt;
  auto sku = cells.id<SkuId>(0);
  if (!sku) return std::unexpected(std::move(sku.error()));
  const auto counted = cells.units(1);
  if (!counted) return std::unexpected(counted.error());
  auto from = cells.from(2);
  if (!from) return std::unexpected(std::move(from.error()));
  return Observation(model::StockCount{std::move(*from), std::move(*sku), **where, *counted});
}

constexpr std::array failed_picks_columns{
    Column{"sku", true, "what was not there"},
    Column{"units", true, "whole units missing; 0 withdraws the report"},
    Column{"as_of", false, about_as_of},
    Column{"location", false, about_location},
    Column{"account", false, "whose order it was; with order and line"},
    Column{"order", false, "the channel's order number"},
    Column{"line", false, "the channel's order line"},
};

// A warehouse that does not know the channel's order says only what was missing and when. Its report then
// stands under the source's own name: account = the source, order = "no-order", line = the time, numbered
// where the same SKU is reported several times for one instant. So a file that repeats earlier rows counts
// nothing twice.
Status name_report(model::PickFailed& pick, Table::Cells& cells) {
  const auto order = cells.optional_id<OrderId>(5);
  if (!order) return std::unexpected(order.error());
  if (*order) {
    auto account = cells.id<AccountId>(4);
    if (!account) return std::unexpected(std::move(account.error()));
    auto line = cells.id<OrderLineId>(6);
    if (!line) return std::unexpected(std::move(line.error()));
    pick.account = std::move(*account);
    pick.order = **order;
    pick.line = std::move(*line);
    return {};
  }
  pick.account = AccountId::literal(pick.from.source.str());
  pick.order = OrderId::literal("no-order");
  auto line = to_string(pick.from.true_at);
  if (const auto nth = cells.repeat_of(line + '\x1f' + pick.sku.str()); nth > 0)
    line += fmt::format(" {}", nth + 1);
  pick.line = OrderLineId::literal(line);
  return {};
}

ReadRow read_failed_pick(Table::Cells& cells) {
  const auto where = place(cells, 3);
  if (!where) return std::unexpected(where.error());
  if (!*where) return std::nullopt;
  model::PickFailed pick;
  auto sku = cells.id<SkuId>(0);
  if (!sku) return std::unexpected(std::move(sku.error()));
  pick.sku = std::move(*sku);
  const auto units = cells.units(1);
  if (!units) return std::unexpected(units.error());
  pick.missing = *units;
  auto from = cells.from(2);
  if (!from) return std::unexpected(std::move(from.error()));
  pick.from = std::move(*from);
  pick.location = **where;
  pick.pool = cells.given().pool;
  if (auto ok = name_report(pick, cells); !ok) return std::unexpected(std::move(ok.error()));
  return Observation(std::move(pick));
}

constexpr std::array receipts_columns{
    Column{"receipt", true, "the number of the delivery"},
    Column{"sku", true, "what it brings"},
    Column{"expected", true, "whole units in all; 0 if called off"},
    Column{"line", false, "tells rows of one SKU apart; a delivery that comes in parts has a row for each"},
    Column{"arrived", false, "whole units that came in"},
    Column{"arrived_at", false, "when; needed where arrived is not 0"},
    Column{"expected_at", false, "when it is expected; a day alone means its end"},
    Column{"closed_at", false, "when it was settled that nothing more comes"},
    Column{"backs_preorder", false, "yes: what has not arrived may be sold as pre-order"},
    Column{"as_of", false, about_as_of},
    Column{"location", false, about_location},
};

Status read_arrival(model::ReceiptUpsert& receipt, const Table::Cells& cells) {
  const auto arrived = cells.optional_units(4);
  if (!arrived) return std::unexpected(arrived.error());
  const auto at = cells.time(5);
  if (!at) return std::unexpected(at.error());
  if (!*arrived || **arrived == Units{}) return {};
  if (!*at) return cells.bad(5, {ErrorCode::parse, false, "is missing, and something arrived"});
  receipt.arrived.push_back({**arrived, **at});
  return {};
}

Status read_dates(model::ReceiptUpsert& receipt, const Table::Cells& cells) {
  const auto expected_at = cells.time(6, DayMeans::end);
  if (!expected_at) return std::unexpected(expected_at.error());
  receipt.expected_at = *expected_at;
  const auto closed_at = cells.time(7);
  if (!closed_at) return std::unexpected(closed_at.error());
  receipt.closed_at = *closed_at;
  if (cells.text(8).empty()) return {};
  const auto preorder = yes_or_no(cells.text(8));
  if (!preorder) return cells.bad(8, preorder.error());
  receipt.backs_preorder = *preorder;
  return {};
}

ReadRow read_receipt(Table::Cells& cells) {
  const auto where = place(cells, 10);
  if (!where) return std::unexpected(where.error());
  if (!*where) return std::nullopt;
  model::ReceiptUpsert receipt;
  auto number = cells.id<ReceiptId>(0);
  if (!number) return std::unexpected(std::move(number.error()));
  auto sku = cells.id<SkuId>(1);
  if (!sku) return std::unexpected(std::move(sku.error()));
  const auto line = cells.text(3);
  auto id =
      ReceiptId::parse(fmt::format("{}/{}{}{}", number->str(), sku->str(), line.empty() ? "" : "/", line));
  if (!id) return cells.bad(0, {ErrorCode::parse, false, "with sku and line " + id.error().detail});
  receipt.id = std::move(*id);
  receipt.sku = std::move(*sku);
  const auto expected = cells.units(2);
  if (!expected) return std::unexpected(expected.error());
  receipt.expected = *expected;
  if (auto ok = read_arrival(receipt, cells); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = read_dates(receipt, cells); !ok) return std::unexpected(std::move(ok.error()));
  auto from = cells.from(9);
  if (!from) return std::unexpected(std::move(from.error()));
  receipt.from = std::move(*from);
  receipt.location = **where;
  receipt.pool = cells.given().pool;
  return Observation(std::move(receipt));
}

}  // namespace

const Shape stock_shape{"stock", stock_columns, read_stock};
const Shape counts_shape{"counts", counts_columns, read_count};
const Shape failed_picks_shape{"failed-picks", failed_picks_columns, read_failed_pick};
const Shape receipts_shape{"receipts", receipts_columns, read_receipt};

}  // namespace forestall::tables
