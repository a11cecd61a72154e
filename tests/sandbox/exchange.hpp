// SPDX-License-Identifier: Apache-2.0
// One request and its answer, without a socket: what the sandbox decides, and how badly it is delivered.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/time.hpp"

namespace forestall::sandbox {

struct Request {
  std::string method{};
  std::vector<std::string> path{};  // decoded segments: "/a/b%2Fc" is {"a", "b/c"}
  std::vector<std::pair<std::string, std::string>> query{};
  std::string access_token{};  // x-amz-access-token
  std::string user_agent{};
  std::string authorization{};
  std::string body{};

  std::optional<std::string_view> parameter(std::string_view name) const;
  // A list parameter: comma separated, empty where absent.
  std::vector<std::string> list(std::string_view name) const;
  bool has(std::string_view name) const { return parameter(name).has_value(); }
};

enum class Delivery : std::uint8_t {
  whole,
  never,      // the connection stays open and silent
  reset,      // the connection is cut without a byte
  truncated,  // half of the body, then the cut
};

struct Answer {
  int status = 200;
  std::string body{};
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers{};
  Delivery delivery = Delivery::whole;
  Instant not_before{};  // virtual: a late answer
};

// "/a/b%2Fc?x=1%2C2" into path and query; a malformed escape stays as it is.
void parse_target(std::string_view target, Request& request);
// "a=1&b=x%20y" as the pairs of a query or a form body.
std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text);

}  // namespace forestall::sandbox
