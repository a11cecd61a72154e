// SPDX-License-Identifier: Apache-2.0
// Dates as HTTP writes them, and Retry-After, which is a date or a number of seconds.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "config/base/time.hpp"

namespace forestall::http {

// RFC 9110 5.6.7, all three forms: "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT" (a year
// more than 50 years ahead of `now` is in the past century), "Sun Nov  6 08:49:37 1994". The day of the week
// is not checked. nullopt for anything else.
std::optional<Instant> parse_http_date(std::string_view text, Instant now);
std::string http_date(Instant instant);  // the first form

// How long to wait from `now` on: not negative, at most `cap`. nullopt where the header is neither form.
std::optional<Millis> parse_retry_after(std::string_view text, Instant now, Millis cap);

}  // namespace forestall::http
