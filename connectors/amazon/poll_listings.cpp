// SPDX-License-Identifier: Apache-2.0
// The feed of listings: all of them, twenty a call, or by report where there are more than Amazon pages
// through.
#include "connectors/amazon/connector.hpp"
#include "connectors/amazon/requests.hpp"

namespace forestall::amazon {

namespace {

constexpr std::uint64_t pageable = 1'000;
constexpr std::uint64_t most_pages = 200;  // Amazon may give fewer than twenty a page

}  // namespace

Task<ports::Page> Connector::poll_listings(ports::Cursor from, Monotonic deadline) {
  std::string token;
  PageChain chain;
  if (!from.text.empty()) {
    const auto text = CursorText::parse(from.text);
    if (!text) co_return std::unexpected(text.error());
    if (text->is("listings-report", 1)) co_return co_await poll_listings_report(*text, deadline);
    const auto read = PageChain::read(*text);
    if (!text->is("listings", 1) || !read)
      co_return fail(ErrorCode::conflict, "the cursor is none of this feed");
    token = text->text("token").value_or("");
    chain = *read;
  }
  auto response = co_await call(Op::search_listings, search_listings(place_, token), deadline);
  if (!response) {
    const bool too_old = response.error().code == ErrorCode::invalid_argument && !token.empty();
    if (!too_old) co_return std::unexpected(response.error());
    co_return fail(ErrorCode::conflict, response.error().detail);
  }
  auto decoded = decode_listings(response->body, place_, reading_of(*response));
  if (!decoded) co_return fail_in("searchListingsItems", decoded.error());
  ports::Page page;
  page.observations = std::move(decoded->observations);
  page.set_aside = std::move(decoded->set_aside);
  page.bytes = response->body.size();
  if (token.empty() && decoded->in_all > pageable)
    co_return co_await begin_listings_report(std::move(page), deadline);
  CursorText next("listings", 1);
  if (!decoded->next_token.empty()) {
    if (auto ok = chain.follow(decoded->next_token, most_pages); !ok) {
      page.set_aside.push_back(ok.error());
    } else {
      next.set("token", decoded->next_token);
      chain.write(next);
      page.more = true;
    }
  }
  page.next.text = next.str();
  co_return page;
}

}  // namespace forestall::amazon
