// SPDX-License-Identifier: Apache-2.0
// The real forestall-sandbox as a child, and the calls that tests make to it.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/ask/ask.hpp"
#include "tests/support/process/child_process.hpp"

namespace forestall::test {

struct Called {
  AskedReply reply;
  boost::json::value json;  // null where the body is none
  int status() const { return reply.status; }
  // The value at "/a/0/b" (RFC 6901); throws where there is none.
  const boost::json::value& at(std::string_view pointer) const { return json.at_pointer(pointer); }
  std::string text(std::string_view pointer) const { return std::string(at(pointer).as_string()); }
  std::int64_t number(std::string_view pointer) const { return at(pointer).to_number<std::int64_t>(); }
};

class RunningSandbox {
 public:
  // In lock-step unless the arguments name a speed. Throws where it does not start.
  explicit RunningSandbox(std::vector<std::string> arguments = {});

  // Amazon, as account 1, 2, ...: a token is fetched where the last one is old.
  Called amazon(const std::string& target, std::string method = "GET", std::string body = "", int account = 1,
                std::chrono::milliseconds within = patience);
  // Without asking for a token.
  Called raw(Ask ask) const;
  Called control(const std::string& target, std::string method = "GET", std::string body = "") const;
  Called token(int account, std::string_view secret = "", std::string_view refresh = "") const;
  void advance(std::string_view by) const;

  // A patch of one record of fulfillment_availability.
  Called patch_quantity(std::string_view sku, std::int64_t quantity, int account = 1,
                        std::string_view op = "merge", std::string_view more = "");
  // What shoppers see by getListingsItem; nullopt without a DEFAULT record.
  std::optional<std::int64_t> live_quantity(std::string_view sku, int account = 1);
  std::string listing_target(std::string_view sku, int account = 1, std::string_view more = "") const;

  std::uint16_t port() const { return port_; }
  ChildProcess& child() { return child_; }

 private:
  ChildProcess child_;
  std::uint16_t port_ = 0;
  std::vector<std::string> tokens_;
};

}  // namespace forestall::test
