// SPDX-License-Identifier: Apache-2.0
// Members of an answer of the daemon, which may be older or newer than this program: whatever is not as
// expected is `otherwise`.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace forestall::cli {

// A text as it is, a whole number in digits, yes or no.
std::string text(const boost::json::object& object, std::string_view key, std::string_view otherwise = "");
std::int64_t number(const boost::json::object& object, std::string_view key, std::int64_t otherwise = 0);
bool truth(const boost::json::object& object, std::string_view key);
// The objects of a list, an object within: none or an empty one where there is none.
std::vector<boost::json::object> rows(const boost::json::object& object, std::string_view key);
boost::json::object part(const boost::json::object& object, std::string_view key);

}  // namespace forestall::cli
