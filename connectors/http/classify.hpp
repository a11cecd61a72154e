// SPDX-License-Identifier: Apache-2.0
// What an answer means: success, or one of a few reasons that logs, metrics and tests share. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "config/base/error.hpp"
#include "connectors/http/message.hpp"

namespace forestall::http {

enum class CallReason : std::uint8_t {
  ok,
  // Nothing was sent:
  bucket_empty,  // no slot of our rate limit before the deadline
  breaker_open,
  clock_skew,  // an act, and the clocks are more than a minute apart
  no_token,
  invalid_request,
  // No answer that can be used:
  transport,  // no connection, reset, cut short
  timeout,
  too_large,
  malformed,           // not HTTP, or broken compression
  unexpected_content,  // HTML where JSON was expected
  empty_body,
  cancelled,
  // An answer that says no:
  redirect,
  bad_request,
  unauthenticated,
  forbidden,
  not_found,
  conflict,
  rate_limited,
  server_error,
};
inline constexpr std::size_t call_reason_count = 21;
std::string_view reason_name(CallReason reason);  // "bucket_empty"

enum class Expect : std::uint8_t {
  json,  // a body of a JSON media type, unless the status is 204
  any,
};

struct Verdict {
  CallReason reason = CallReason::ok;
  Error error{};  // unless ok; outcome_unknown for an act that may have been carried out, whatever the reason
};

// `idempotent`: of the request. A 429 says that nothing was done, a 5xx or an unreadable success does not.
Verdict classify(const Result<Response>& result, Expect expect, bool idempotent);

}  // namespace forestall::http
