// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/http_delivery.hpp"

#include <fmt/format.h>

#include <utility>

#include "connectors/http/http_date.hpp"

namespace forestall::notify {
namespace {

using ports::Outcome;

constexpr Millis longest_retry_after = std::chrono::hours(6);

}  // namespace

ports::Delivery delivery_of(const Result<http::Response>& result, Instant now) {
  if (!result) {
    const auto& error = result.error();
    switch (error.code) {
      case ErrorCode::invalid_argument:
        return {.outcome = Outcome::refused, .detail = to_string(error)};
      case ErrorCode::timeout:
      case ErrorCode::unavailable:
      case ErrorCode::cancelled:
      case ErrorCode::rate_limited:
        return {.outcome = Outcome::not_reached, .detail = to_string(error)};
      default:
        return {.outcome = Outcome::unknown, .detail = to_string(error)};
    }
  }
  const int status = result->status;
  if (status >= 200 && status < 300) return {};
  ports::Delivery delivery{.outcome = Outcome::refused, .detail = fmt::format("answered {}", status)};
  if (status == 429) delivery.outcome = Outcome::not_reached;
  if (status == 408 || status >= 500) delivery.outcome = Outcome::unknown;
  if (delivery.outcome != Outcome::refused)
    if (const auto header = http::find_header(result->headers, "retry-after"))
      delivery.retry_after = http::parse_retry_after(*header, now, longest_retry_after);
  return delivery;
}

boost::asio::awaitable<Result<http::Response>> post_json(http::HttpClient& client, http::Request request,
                                                         std::chrono::nanoseconds timeout) {
  request.method = http::Method::post;
  request.headers.push_back({"Content-Type", "application/json"});
  request.options.timeout = timeout;
  request.options.max_body_bytes = std::size_t{64} << 10;
  request.options.idempotent = false;
  auto result = co_await client.send(std::move(request));
  co_return result;
}

std::pair<http::BaseUrl, std::string> split_path(http::BaseUrl url, std::string_view below) {
  std::string path = std::exchange(url.path, {}) + std::string(below);
  return {std::move(url), path.empty() ? "/" : std::move(path)};
}

}  // namespace forestall::notify
