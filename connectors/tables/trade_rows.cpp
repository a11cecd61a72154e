// SPDX-License-Identifier: Apache-2.0
// Rows of products, prices, cancel requests, returns and messages.
#include <array>

#include "connectors/tables/rows.hpp"

namespace forestall::tables {
namespace {

using model::Observation;

constexpr std::string_view about_as_of = "when it was so; else the time of the file";
constexpr std::string_view about_account = "an [[account]] of the seller";

constexpr std::array products_columns{
    Column{"sku", true, "the seller's own stock-keeping unit"},
    Column{"cost", false, "of one unit: 12.50, or \"12.50 EUR\""},
    Column{"currency", false, "of the cost, like EUR"},
    Column{"as_of", false, about_as_of},
};

ReadRow read_product(Table::Cells& cells) {
  auto sku = cells.id<SkuId>(0);
  if (!sku) return std::unexpected(std::move(sku.error()));
  const auto cost = cells.money(1, 2, std::nullopt);
  if (!cost) return std::unexpected(cost.error());
  auto from = cells.from(3);
  if (!from) return std::unexpected(std::move(from.error()));
  return Observation(model::ProductUpsert{std::move(*from), std::move(*sku), *cost, cells.attributes()});
}

constexpr std::array prices_columns{
    Column{"account", true, about_account},
    Column{"listing", true, "the channel's own name of the offer"},
    Column{"price", true, "of one unit of the listing"},
    Column{"currency", false, "else the account's"},
    Column{"as_of", false, about_as_of},
};

ReadRow read_price(Table::Cells& cells) {
  auto account = cells.account(0);
  if (!account) return std::unexpected(std::move(account.error()));
  auto listing = cells.id<ListingId>(1);
  if (!listing) return std::unexpected(std::move(listing.error()));
  const auto price = cells.money(2, 3, cells.currency_of(*account));
  if (!price) return std::unexpected(price.error());
  if (!*price) return cells.bad(2, {ErrorCode::parse, false, "is missing"});
  auto from = cells.from(4);
  if (!from) return std::unexpected(std::move(from.error()));
  return Observation(
      model::PriceObserved{std::move(*from), std::move(*account), std::move(*listing), **price});
}

// Fills optional times, in the order of the pairs; the first that is bad is the error.
struct TimeCell {
  std::size_t column;
  std::optional<Instant>* into;
  DayMeans day = DayMeans::start;
};
Status read_times(const Table::Cells& cells, std::initializer_list<TimeCell> all) {
  for (const auto& cell : all) {
    const auto time = cells.time(cell.column, cell.day);
    if (!time) return std::unexpected(time.error());
    *cell.into = *time;
  }
  return {};
}

Result<Instant> needed_time(const Table::Cells& cells, std::size_t column) {
  const auto time = cells.time(column);
  if (!time) return std::unexpected(time.error());
  if (!*time) return cells.bad(column, {ErrorCode::parse, false, "is missing"});
  return **time;
}

constexpr std::array cancel_requests_columns{
    Column{"account", true, about_account},
    Column{"order", true, "the channel's order number"},
    Column{"requested_at", true, "when the buyer asked"},
    Column{"line", false, "one line of the order; else all of it"},
    Column{"reason", false,
           "no_stock, buyer_changed_mind, price_error, payment, late, wrong_item, other or unknown"},
    Column{"state", false, "open, granted, refused or withdrawn; else open"},
    Column{"answer_by", false, "until when it has to be answered; a day alone means its end"},
    Column{"answered_at", false, "when it was"},
    Column{"as_of", false, about_as_of},
};

ReadRow read_cancel_request(Table::Cells& cells) {
  model::CancelRequest request;
  auto account = cells.account(0);
  if (!account) return std::unexpected(std::move(account.error()));
  auto order = cells.id<OrderId>(1);
  if (!order) return std::unexpected(std::move(order.error()));
  const auto requested = needed_time(cells, 2);
  if (!requested) return std::unexpected(requested.error());
  auto line = cells.optional_id<OrderLineId>(3);
  if (!line) return std::unexpected(std::move(line.error()));
  const auto reason = cells.word(4, model::CancelReason::unknown);
  if (!reason) return std::unexpected(reason.error());
  const auto state = cells.word(5, model::RequestState::open);
  if (!state) return std::unexpected(state.error());
  if (auto ok = read_times(cells, {{6, &request.answer_by, DayMeans::end}, {7, &request.answered_at}}); !ok)
    return std::unexpected(std::move(ok.error()));
  auto from = cells.from(8);
  if (!from) return std::unexpected(std::move(from.error()));
  request.from = std::move(*from);
  request.account = std::move(*account);
  request.order = std::move(*order);
  if (*line) request.line = std::move(**line);
  request.reason = *reason;
  request.state = *state;
  request.requested_at = *requested;
  return Observation(std::move(request));
}

constexpr std::array returns_columns{
    Column{"account", true, about_account},
    Column{"return", true, "the number of the return"},
    Column{"order", true, "the channel's order number"},
    Column{"units", true, "whole units of the line"},
    Column{"requested_at", true, "when the buyer asked"},
    Column{"line", false, "the line of the order"},
    Column{"state", false,
           "requested, authorised, on_its_way, received, refunded, exchanged, refused or withdrawn; else "
           "requested"},
    Column{"answer_by", false, "until when it has to be answered; a day alone means its end"},
    Column{"received_at", false, "when it came back"},
    Column{"refund_by", false, "until when it has to be refunded; a day alone means its end"},
    Column{"closed_at", false, "when nothing was left to do"},
    Column{"as_of", false, about_as_of},
};

ReadRow read_return(Table::Cells& cells) {
  model::ReturnUpsert made;
  auto account = cells.account(0);
  if (!account) return std::unexpected(std::move(account.error()));
  auto number = cells.id<ReturnId>(1);
  if (!number) return std::unexpected(std::move(number.error()));
  auto order = cells.id<OrderId>(2);
  if (!order) return std::unexpected(std::move(order.error()));
  const auto units = cells.units(3);
  if (!units) return std::unexpected(units.error());
  const auto requested = needed_time(cells, 4);
  if (!requested) return std::unexpected(requested.error());
  auto line = cells.optional_id<OrderLineId>(5);
  if (!line) return std::unexpected(std::move(line.error()));
  const auto state = cells.word(6, model::ReturnState::requested);
  if (!state) return std::unexpected(state.error());
  if (auto ok = read_times(cells, {{7, &made.answer_by, DayMeans::end},
                                   {8, &made.received_at},
                                   {9, &made.refund_by, DayMeans::end},
                                   {10, &made.closed_at}});
      !ok)
    return std::unexpected(std::move(ok.error()));
  auto from = cells.from(11);
  if (!from) return std::unexpected(std::move(from.error()));
  made.from = std::move(*from);
  made.account = std::move(*account);
  made.id = std::move(*number);
  made.order = std::move(*order);
  if (*line) made.line = std::move(**line);
  made.units = *units;
  made.state = *state;
  made.requested_at = *requested;
  return Observation(std::move(made));
}

constexpr std::array messages_columns{
    Column{"account", true, about_account},
    Column{"message", true, "the number of the thread that waits for an answer; never what it says"},
    Column{"received_at", true, "when the buyer wrote"},
    Column{"order", false, "the channel's order number"},
    Column{"answer_by", false, "until when it has to be answered; a day alone means its end"},
    Column{"answered_at", false, "when it was"},
    Column{"as_of", false, about_as_of},
};

ReadRow read_message(Table::Cells& cells) {
  model::MessageUpsert message;
  auto account = cells.account(0);
  if (!account) return std::unexpected(std::move(account.error()));
  auto number = cells.id<MessageId>(1);
  if (!number) return std::unexpected(std::move(number.error()));
  const auto received = needed_time(cells, 2);
  if (!received) return std::unexpected(received.error());
  auto order = cells.optional_id<OrderId>(3);
  if (!order) return std::unexpected(std::move(order.error()));
  if (auto ok = read_times(cells, {{4, &message.answer_by, DayMeans::end}, {5, &message.answered_at}}); !ok)
    return std::unexpected(std::move(ok.error()));
  auto from = cells.from(6);
  if (!from) return std::unexpected(std::move(from.error()));
  message.from = std::move(*from);
  message.account = std::move(*account);
  message.id = std::move(*number);
  message.order = std::move(*order);
  message.received_at = *received;
  return Observation(std::move(message));
}

}  // namespace

const Shape products_shape{"products", products_columns, read_product};
const Shape prices_shape{"prices", prices_columns, read_price};
const Shape cancel_requests_shape{"cancel-requests", cancel_requests_columns, read_cancel_request};
const Shape returns_shape{"returns", returns_columns, read_return};
const Shape messages_shape{"messages", messages_columns, read_message};

}  // namespace forestall::tables
