// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/classify.hpp"

#include <fmt/format.h>

#include "config/base/text.hpp"

namespace forestall::http {
namespace {

CallReason reason_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::timeout:
      return CallReason::timeout;
    case ErrorCode::too_large:
      return CallReason::too_large;
    case ErrorCode::parse:
    case ErrorCode::unsupported:
      return CallReason::malformed;
    case ErrorCode::cancelled:
      return CallReason::cancelled;
    case ErrorCode::invalid_argument:
      return CallReason::invalid_request;
    default:
      return CallReason::transport;
  }
}

bool is_json(const Response& response) {
  const auto type = media_type(response);
  // Some servers leave the type out; none sends HTML without one that says so.
  if (type.empty()) {
    const auto body = trim(response.body);
    return body.starts_with('{') || body.starts_with('[');
  }
  return type == "application/json" || type == "text/json" || type.ends_with("+json");
}

}  // namespace

std::string_view reason_name(CallReason reason) {
  static constexpr std::array<std::string_view, call_reason_count> names = {
      "ok",        "bucket_empty", "breaker_open", "clock_skew",      "no_token",           "invalid_request",
      "transport", "timeout",      "too_large",    "malformed",       "unexpected_content", "empty_body",
      "cancelled", "redirect",     "bad_request",  "unauthenticated", "forbidden",          "not_found",
      "conflict",  "rate_limited", "server_error"};
  return names[static_cast<std::size_t>(reason)];
}

Verdict classify(const Result<Response>& result, Expect expect, bool idempotent) {
  if (!result) return {reason_of(result.error().code), result.error()};
  const int status = result->status;
  const auto answered = [&](CallReason reason, ErrorCode code, bool retryable) {
    return Verdict{reason, Error{code, retryable, fmt::format("answered {}", status)}};
  };
  // The other side took the request but what it says about it cannot be used.
  const auto unclear = [&](CallReason reason, std::string detail) {
    if (idempotent) return Verdict{reason, Error{ErrorCode::unavailable, true, std::move(detail)}};
    return Verdict{reason, Error{ErrorCode::outcome_unknown, false, std::move(detail)}};
  };
  if (status >= 200 && status < 300) {
    if (expect == Expect::any || status == 204) return {};
    if (trim(result->body).empty())
      return unclear(CallReason::empty_body, fmt::format("answered {} without a body", status));
    if (!is_json(*result))
      return unclear(CallReason::unexpected_content, fmt::format("answered {} with \"{}\" instead of JSON",
                                                                 status, printable(media_type(*result), 60)));
    return {};
  }
  switch (status) {
    case 401:
      return answered(CallReason::unauthenticated, ErrorCode::unauthenticated, false);
    case 403:
      return answered(CallReason::forbidden, ErrorCode::forbidden, false);
    case 404:
    case 410:
      return answered(CallReason::not_found, ErrorCode::not_found, false);
    case 408:
      return unclear(CallReason::timeout, "answered 408");
    case 409:
    case 412:
      return answered(CallReason::conflict, ErrorCode::conflict, false);
    case 413:
      return answered(CallReason::bad_request, ErrorCode::too_large, false);
    case 429:
      return answered(CallReason::rate_limited, ErrorCode::rate_limited, true);
    case 501:
    case 505:
      return answered(CallReason::server_error, ErrorCode::unsupported, false);
    default:
      break;
  }
  if (status >= 500) return unclear(CallReason::server_error, fmt::format("answered {}", status));
  if (status >= 400) return answered(CallReason::bad_request, ErrorCode::invalid_argument, false);
  return answered(CallReason::redirect, ErrorCode::unsupported, false);
}

}  // namespace forestall::http
