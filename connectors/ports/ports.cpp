// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <functional>

#include "connectors/ports/context.hpp"
#include "connectors/ports/marketplace.hpp"
#include "connectors/ports/page_guard.hpp"

namespace forestall::ports {

std::string_view feed_name(Feed feed) {
  static constexpr std::array<std::string_view, 8> names = {
      "orders", "order_history", "listings", "parcels", "messages", "returns", "health", "channel_stock"};
  return names[static_cast<std::size_t>(feed)];
}

Result<http::BaseUrl> base_url(const config::Url& url) {
  if (url.scheme != "http" && url.scheme != "https")
    return fail(ErrorCode::invalid_argument, fmt::format("{}: expected https", to_string(url)));
  return http::BaseUrl{url.scheme == "https", url.host, url.port, url.path};
}

Status PageGuard::enter(std::string_view token) {
  if (!seen_.insert(std::hash<std::string_view>{}(token)).second)
    return fail(ErrorCode::parse, fmt::format("the same page is offered again after {} pages", pages_));
  if (pages_ == most_pages_) return fail(ErrorCode::parse, fmt::format("more than {} pages", most_pages_));
  ++pages_;
  return {};
}

}  // namespace forestall::ports
