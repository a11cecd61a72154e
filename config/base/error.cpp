// SPDX-License-Identifier: Apache-2.0
#include "config/base/error.hpp"

#include <fmt/format.h>

namespace forestall {

std::string_view code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::parse:
      return "parse";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::unauthenticated:
      return "unauthenticated";
    case ErrorCode::forbidden:
      return "forbidden";
    case ErrorCode::rate_limited:
      return "rate_limited";
    case ErrorCode::timeout:
      return "timeout";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::outcome_unknown:
      return "outcome_unknown";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::too_large:
      return "too_large";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::io:
      return "io";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

std::string to_string(const Error& error) {
  return fmt::format("{}: {}{}", code_name(error.code), error.detail,
                     error.retryable ? " (may be retried)" : "");
}

std::unexpected<Error> fail_in(std::string_view place, Error error) {
  error.detail = fmt::format("{}: {}", place, error.detail);
  return std::unexpected(std::move(error));
}

}  // namespace forestall
