// SPDX-License-Identifier: Apache-2.0
// A blocking HTTP client for tests: one request, one connection, a deadline. It reports what went wrong on
// the wire instead of hiding it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "tests/support/process/eventually.hpp"

namespace forestall::test {

struct AskedReply {
  int status = 0;                                // 0: no whole answer came
  std::map<std::string, std::string> headers{};  // names in lower case
  std::string body{};
  std::string
      broken{};  // why no whole answer came: "timeout", "end of stream", "connection reset by peer", ...

  std::string header(std::string_view lower_case_name) const {
    const auto found = headers.find(std::string(lower_case_name));
    return found == headers.end() ? "" : found->second;
  }
};

struct Ask {
  std::string method = "GET";
  std::string target = "/";
  std::string body{};
  std::map<std::string, std::string> headers{};  // User-Agent is "forestall-test" unless named; empty: none
  std::chrono::milliseconds within = patience;
};

AskedReply http(std::uint16_t port, const Ask& ask);

// Every byte outside the unreserved set as %XX (RFC 3986, section 2.3).
std::string percent_encoded(std::string_view text);

}  // namespace forestall::test
