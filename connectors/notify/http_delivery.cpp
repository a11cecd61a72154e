// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/http_delivery.hpp"

#include <fmt/format.h>

#include <utility>

#include "connectors/http/client.hpp"
#include "connectors/http/http_date.hpp"

namespace forestall::notify {
namespace {

using ports::Outcome;

constexpr Millis longest_retry_after = std::chrono::hours(6);
constexpr std::size_t most_answer = std::size_t{64} << 10;

class HttpNotifier final : public ports::Notifier {
 public:
  HttpNotifier(const ports::Context& context, HttpPlace place, HttpDialect dialect)
      : http_(context.http), clock_(context.clock), place_(std::move(place)), dialect_(dialect) {}

  boost::asio::awaitable<ports::Delivery> deliver(ports::Notice notice, std::vector<std::string>,
                                                  std::chrono::nanoseconds timeout) override {
    auto request = request_of(place_, dialect_, notice, clock_.now());
    request.options.timeout = timeout;
    const auto answer = co_await http_.send(std::move(request));
    auto delivery = delivery_of(answer, clock_.now());
    if (answer && dialect_.read_answer != nullptr)
      delivery = dialect_.read_answer(std::move(delivery), *answer);
    co_return delivery;
  }

 private:
  http::HttpClient& http_;
  Clock& clock_;
  HttpPlace place_;
  HttpDialect dialect_;
};

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

HttpPlace place_of(http::BaseUrl url, std::string_view below) {
  std::string path = std::exchange(url.path, {}) + std::string(below);
  return {.base = std::move(url), .path = path.empty() ? "/" : std::move(path)};
}

http::Request request_of(const HttpPlace& place, const HttpDialect& dialect, const ports::Notice& notice,
                         Instant now) {
  http::Request request{.method = http::Method::post, .base = place.base, .path = place.path};
  request.body = dialect.body_of(notice);
  if (dialect.headers_of != nullptr)
    request.headers = dialect.headers_of(notice, place.signing_secret, now, request.body);
  request.headers.push_back({"Content-Type", "application/json"});
  if (!place.token.empty())
    request.secret_headers.push_back(
        {"Authorization", Secret("Bearer " + std::string(place.token.reveal()))});
  request.options.max_body_bytes = most_answer;
  request.options.idempotent = false;
  request.options.secret_path = dialect.secret_path;
  return request;
}

std::unique_ptr<ports::Notifier> make_http_notifier(const ports::Context& context, HttpPlace place,
                                                    HttpDialect dialect) {
  return std::make_unique<HttpNotifier>(context, std::move(place), dialect);
}

}  // namespace forestall::notify
