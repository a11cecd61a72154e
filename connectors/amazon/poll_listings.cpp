// SPDX-License-Identifier: Apache-2.0
// The feed of listings: every listing, twenty a call.
#include "connectors/amazon/connector.hpp"
#include "connectors/amazon/cursor.hpp"
#include "connectors/amazon/requests.hpp"

namespace forestall::amazon {

Task<ports::Page> Connector::poll_listings(ports::Cursor from, Monotonic deadline) {
  std::string token;
  PageChain chain;
  if (!from.text.empty()) {
    const auto text = CursorText::parse(from.text);
    if (!text) co_return std::unexpected(text.error());
    const auto read = PageChain::read(*text);
    if (!text->is("listings", 1) || !read)
      co_return fail(ErrorCode::conflict, "the cursor is none of this feed");
    token = text->text("token").value_or("");
    chain = *read;
  }
  ports::Page page;
  auto response = co_await call(Op::search_listings, search_listings(place_, token), deadline);
  if (!response) {
    const bool too_old = response.error().code == ErrorCode::invalid_argument && !token.empty();
    if (!too_old) co_return std::unexpected(response.error());
    co_return fail(ErrorCode::conflict, response.error().detail);
  }
  auto decoded = decode_listings(response->body, place_, reading_of(*response));
  if (!decoded) co_return fail_in("searchListingsItems", decoded.error());
  page.observations = std::move(decoded->observations);
  page.set_aside = std::move(decoded->set_aside);
  page.bytes = response->body.size();
  CursorText next("listings", 1);
  if (!decoded->next_token.empty()) {
    if (auto ok = chain.follow(decoded->next_token, 60); !ok) {
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
