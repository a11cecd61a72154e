// SPDX-License-Identifier: Apache-2.0
// The feeds of orders: one call of searchOrders a poll.
#include "connectors/amazon/connector.hpp"
#include "connectors/amazon/order_decoder.hpp"
#include "connectors/amazon/requests.hpp"

namespace forestall::amazon {

namespace {

http::Request request_of(const Place& place, const Search& search, bool amazons_too) {
  return search_orders(place, {.by = search.by,
                               .from = search.from,
                               .to = search.to,
                               .token = search.token,
                               .amazons_too = amazons_too});
}

// A 400 to a page's token means that the token is too old; to a first page it means that Amazon is unwell or
// that we are wrong, and stays an error.
bool refused(const Error& error, const Search& search) {
  return error.code == ErrorCode::invalid_argument && !search.token.empty();
}

}  // namespace

Task<ports::Page> Connector::search(const Search& search, Monotonic deadline, Found& found) {
  ports::Page page;
  auto response = co_await call(Op::search_orders, request_of(place_, search, amazons_too_), deadline);
  if (!response) {
    if (!refused(response.error(), search)) co_return std::unexpected(response.error());
    page.set_aside.push_back(response.error());
    found.token_refused = true;
    co_return page;
  }
  found.reading = reading_of(*response);
  auto decoded = decode_orders(response->body, place_, found.reading);
  if (!decoded) co_return fail_in("searchOrders", decoded.error());
  found.answer = std::move(*decoded);
  page.bytes = response->body.size();
  page.observations = std::move(found.answer.observations);
  page.set_aside = std::move(found.answer.set_aside);
  co_return page;
}

Task<ports::Page> Connector::poll_orders(ports::Cursor from, Monotonic deadline) {
  auto feed = OrderFeed::resume(from.text, clock_.now(), rules_);
  if (!feed) co_return std::unexpected(feed.error());
  Found found;
  auto page = co_await search(feed->search(), deadline, found);
  if (!page) co_return page;
  if (found.token_refused)
    feed->token_refused(*page);
  else
    feed->answered(found.answer, found.reading, *page);
  co_return page;
}

Task<ports::Page> Connector::poll_history(ports::Cursor from, Monotonic deadline) {
  auto feed = HistoryFeed::resume(from.text, clock_.now(), backfill_, rules_);
  if (!feed) co_return std::unexpected(feed.error());
  Found found;
  auto page = co_await search(feed->search(), deadline, found);
  if (!page) co_return page;
  if (found.token_refused)
    feed->token_refused(*page);
  else
    feed->answered(found.answer, *page);
  co_return page;
}

}  // namespace forestall::amazon
