// SPDX-License-Identifier: Apache-2.0
// Answers in Amazon's shapes: JSON bodies, its error lists, and words that several operations check.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tests/sandbox/exchange.hpp"

namespace forestall::sandbox {

Answer json_answer(const boost::json::value& body, int status = 200);
// {"errors":[{"code":...,"message":...,"details":...}]}
Answer error_answer(int status, std::string_view code, std::string_view message,
                    std::string_view details = "");
Answer bad_input(std::string_view message);
Answer not_found(std::string_view message);

// The first value of a list parameter that is not among the known words.
std::optional<std::string> unknown_word(const Request& request, std::string_view parameter,
                                        std::span<const std::string_view> known);
// "12.99" from 1299.
std::string decimal(std::int64_t minor);

}  // namespace forestall::sandbox
