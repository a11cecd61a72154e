// SPDX-License-Identifier: Apache-2.0
// The sink that speaks HTTP: one post a notice, and what the answer means. What is posted, and what else an
// answer says, each kind tells with pure functions.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/secret.hpp"
#include "connectors/http/message.hpp"
#include "connectors/ports/context.hpp"
#include "connectors/ports/notifier.hpp"

namespace forestall::notify {

// 2xx: delivered. 408 and 5xx: nobody knows, since gateways answer so after the other side has taken it. 429:
// not delivered, with its Retry-After. Redirects and other 4xx: refused. No answer: what http::HttpClient
// says of a request that is not idempotent. Pure.
ports::Delivery delivery_of(const Result<http::Response>& result, Instant now);

// How a kind of sink speaks. Pure functions all.
struct HttpDialect {
  std::string (*body_of)(const ports::Notice& notice);
  // Of this message and this attempt: its id, its signature. Null: none.
  std::vector<http::Header> (*headers_of)(const ports::Notice& notice, const Secret& signing_secret,
                                          Instant now, std::string_view body) = nullptr;
  // What an answer says beyond its status. Null: nothing.
  ports::Delivery (*read_answer)(ports::Delivery by_status, const http::Response& answer) = nullptr;
  bool secret_path = false;  // who knows the URL may post
};

// Where to post to, and what proves that it is we who do.
struct HttpPlace {
  http::BaseUrl base{};  // without a path
  std::string path{};
  Secret token{};           // Authorization: Bearer; may be empty
  Secret signing_secret{};  // may be empty
};

// `url` is no prefix but the very place, or the one above `below` ("/api/v2/alerts").
HttpPlace place_of(http::BaseUrl url, std::string_view below = {});

// The whole request; its body as application/json. Never idempotent: a lost answer is unknown, and whoever
// tries again does so under the same id. Pure.
http::Request request_of(const HttpPlace& place, const HttpDialect& dialect, const ports::Notice& notice,
                         Instant now);

std::unique_ptr<ports::Notifier> make_http_notifier(const ports::Context& context, HttpPlace place,
                                                    HttpDialect dialect);

}  // namespace forestall::notify
