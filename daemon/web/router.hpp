// SPDX-License-Identifier: Apache-2.0
// The table of routes and which of them a request means. Pure.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/web/event_hub.hpp"
#include "daemon/web/message.hpp"

namespace forestall::web {

enum class Access : std::uint8_t {
  open,    // anybody who reaches the port: metrics, health
  read,    // shows a seller's affairs: a token where the port can be reached from other machines
  own,     // as read, for any valid token: the handler shows no more than what the caller's token covers
  change,  // changes state: always a token, valid for the {seller} of the path, or for all where it names
           // none
};

struct QueryParameter {
  std::string_view name;
  std::string_view description;
  bool required = false;
};

// May wait (for Redis); is cancelled at the request's deadline. A lambda that is a coroutine and captures
// must live in the table as long as the server, which it does.
using Handler = std::function<boost::asio::awaitable<Response>(const Request&)>;

// Opens a stream of server-sent events, or says why not. Readers are counted against the server's limit.
using OpenEvents = std::function<std::expected<std::unique_ptr<EventReader>, Response>(const Request&)>;

struct Route {
  Method method = Method::get;
  std::string_view pattern;  // "/api/v1/sellers/{seller}/holds"; a segment in braces takes any one segment
  Access access = Access::read;
  std::string_view summary;  // one line, for the OpenAPI page
  Handler handler;
  std::vector<QueryParameter> query{};
  std::string_view response_schema{};  // JSON Schema of a 200; empty: any object
  std::string_view request_schema{};   // JSON Schema of the body; empty: none is read
  std::size_t max_body =
      0;  // bytes; 0: the server's limit where there is a request schema, else none allowed
  std::vector<std::string_view> wanted_headers{};  // in lower case: what else of the header the handler sees
  std::string_view media_type = "application/json";  // of a 200
  OpenEvents events{};                               // instead of a handler: the answer is a stream
};

// A handler that never waits.
Handler immediate(std::function<Response(const Request&)> answer);

struct Match {
  const Route* route = nullptr;
  Request request;  // path, path parameters and query filled in
};

// The route for a request line's method and target ("/a%20b?x=1"), HEAD counting as GET; else the answer to
// give: 400 for a target that is no path, 404, 405 with Allow.
std::expected<Match, Response> match(std::span<const Route> routes, std::string_view method,
                                     std::string_view target);

}  // namespace forestall::web
