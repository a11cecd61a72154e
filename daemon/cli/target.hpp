// SPDX-License-Identifier: Apache-2.0
// What commands ask the daemon about: whose, with which query, and what comes back.
#pragma once

#include <boost/json/object.hpp>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cli/command.hpp"
#include "daemon/cli/endpoint.hpp"

namespace forestall::cli {

// Percent-encoded, for a segment of a path or a value of a query.
std::string escaped(std::string_view text);

// "?a=b&c=d"; empty values are left out.
class Query {
 public:
  Query& add(std::string_view name, std::string_view value);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// The answer as an object; else complains and says how to leave.
std::expected<boost::json::object, Exit> object_of(Invocation& invocation, const Fetched& fetched);

// Every seller of the daemon.
std::expected<std::vector<std::string>, Exit> sellers(Invocation& invocation);
// --seller, else the only one there is; escaped.
std::expected<std::string, Exit> seller_of(Invocation& invocation);

}  // namespace forestall::cli
