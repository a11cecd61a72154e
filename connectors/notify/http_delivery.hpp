// SPDX-License-Identifier: Apache-2.0
// What sinks that speak HTTP share: posting, and what the answer means.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "connectors/http/client.hpp"
#include "connectors/ports/notifier.hpp"

namespace forestall::notify {

// 2xx: delivered. 408 and 5xx: nobody knows, since gateways answer so after the other side has taken it. 429:
// not delivered, with its Retry-After. Redirects and other 4xx: refused. No answer: what http::HttpClient
// says of a request that is not idempotent. Pure.
ports::Delivery delivery_of(const Result<http::Response>& result, Instant now);

// Posts `request` with its body as application/json, once.
boost::asio::awaitable<Result<http::Response>> post_json(http::HttpClient& client, http::Request request,
                                                         std::chrono::nanoseconds timeout);

// Host and whole path of a URL that is no prefix but the very place to post to.
std::pair<http::BaseUrl, std::string> split_path(http::BaseUrl url, std::string_view below = {});

}  // namespace forestall::notify
