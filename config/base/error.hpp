// SPDX-License-Identifier: Apache-2.0
// What goes wrong, as a value: every fallible call returns Result<T>. Exceptions are for programming errors.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace forestall {

// The kinds of failure that callers tell apart. Logs, metrics and tests use code_name().
enum class ErrorCode : std::uint8_t {
  invalid_argument,  // the caller's value is out of range or malformed
  parse,             // bytes from outside do not follow their format
  not_found,         // the thing named does not exist
  unauthenticated,   // who we are is not accepted (expired token, wrong password)
  forbidden,         // we are known but may not do this
  rate_limited,      // the other side asks us to slow down
  timeout,           // the deadline passed before anything was sent, or on a read that may be repeated
  unavailable,       // the other side refuses, is down, or answers with a server error
  outcome_unknown,   // a request may or may not have taken effect: never resend blindly
  conflict,          // the state is not what the request expected
  too_large,         // a stated limit on size, depth or count is exceeded
  cancelled,         // we are stopping, or the caller gave up
  io,                // the operating system refuses (disk full, permission)
  unsupported,       // a version or capability we do not have
  internal,          // a bug of ours, noticed
};

// The stable snake_case word for a code ("rate_limited").
std::string_view code_name(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal;
  bool retryable = false;  // the same call may succeed later, unchanged, and repeating it is harmless
  std::string detail;      // one line for people; names the place; never holds a secret or personal data
};

inline bool operator==(const Error& a, const Error& b) {
  return a.code == b.code && a.retryable == b.retryable && a.detail == b.detail;
}

// "rate_limited: 429 from searchOrders (may be retried)"
std::string to_string(const Error& error);

template <class T>
using Result = std::expected<T, Error>;

using Status = Result<void>;

// Return these: `return fail(ErrorCode::parse, "line 3: ...");`
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string detail) {
  return std::unexpected(Error{code, false, std::move(detail)});
}
[[nodiscard]] inline std::unexpected<Error> fail_retryable(ErrorCode code, std::string detail) {
  return std::unexpected(Error{code, true, std::move(detail)});
}
// Passes an error on with the place in front: "orders.csv: line 3: ...".
[[nodiscard]] std::unexpected<Error> fail_in(std::string_view place, Error error);

}  // namespace forestall
