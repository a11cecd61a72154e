// SPDX-License-Identifier: Apache-2.0
// A request and its answer as values: what handlers see of HTTP.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/ids.hpp"
#include "config/base/time.hpp"

namespace forestall::web {

enum class Method : std::uint8_t { get, post, put, del };
std::string_view method_name(Method method);  // "GET"

// Who asks, as far as a token proved it.
struct Caller {
  bool known = false;              // a valid token was shown
  std::optional<SellerId> seller;  // what the token is limited to; nullopt with known: every seller
  std::string name;                // of the token, for the audit: never the token
};

struct Request {
  Method method = Method::get;
  std::string path;                                                 // decoded, without query
  std::map<std::string, std::string, std::less<>> path_parameters;  // {seller} and the like
  std::map<std::string, std::string, std::less<>> query;            // of a repeated key the last
  std::string content_type;
  std::vector<std::pair<std::string, std::string>>
      headers;  // those the route wants, in lower case, where sent
  std::string body;
  Caller caller;

  std::string_view parameter(std::string_view name) const;  // of the path; empty where there is none
  std::optional<std::string_view> query_value(std::string_view name) const;
};

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers{};  // beside those every answer carries
  bool endless = false;  // no length is stated: a stream, which ends with its connection
};

Response json(std::string body, unsigned status = 200);
// RFC 9457 problem details: {"type":"about:blank","title":"Not
// Found","status":404,"code":"not_found","detail":"..."}.
Response problem(unsigned status, ErrorCode code, std::string_view detail);
// The status that fits the code; an internal error's detail stays in the log.
Response problem(const Error& error);
unsigned status_for(ErrorCode code);
std::string_view reason_phrase(unsigned status);

// The head of the answer and every header that all answers carry: security, length, date, connection.
std::string serialize_head(const Response& response, Instant now, bool keep_alive);

}  // namespace forestall::web
