// SPDX-License-Identifier: Apache-2.0
// Building answers.
#include "tests/sandbox/amazon/answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

namespace forestall::sandbox {

Answer json_answer(const boost::json::value& body, int status) {
  return {.status = status, .body = boost::json::serialize(body)};
}

Answer error_answer(int status, std::string_view code, std::string_view message, std::string_view details) {
  boost::json::object error{{"code", code}, {"message", message}};
  if (!details.empty()) error["details"] = details;
  return json_answer(boost::json::object{{"errors", boost::json::array{error}}}, status);
}

Answer bad_input(std::string_view message) { return error_answer(400, "InvalidInput", message); }
Answer not_found(std::string_view message) { return error_answer(404, "NOT_FOUND", message); }

std::optional<std::string> unknown_word(const Request& request, std::string_view parameter,
                                        std::span<const std::string_view> known) {
  for (const std::string& word : request.list(parameter))
    if (std::ranges::find(known, word) == known.end()) return word;
  return std::nullopt;
}

std::string decimal(std::int64_t minor) { return fmt::format("{}.{:02}", minor / 100, minor % 100); }

}  // namespace forestall::sandbox
