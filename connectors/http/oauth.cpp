// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/base/text.hpp"
#include "connectors/http/token_source.hpp"
#include "connectors/json/document.hpp"

namespace forestall::http {
namespace asio = boost::asio;

namespace {

// RFC 6749 5.2: the error is one of a few words. Anything else is not repeated: it might echo what was sent.
std::string error_word(const Response& response) {
  auto document = json::Document::parse(response.body, {.bytes = 1 << 16, .depth = 8});
  if (!document || !document->root().is_object()) return "no reason given";
  const auto word = document->root()["error"].maybe_text().value_or("");
  const bool plain = !word.empty() && word.size() <= 40 &&
                     word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
  return plain ? std::string(word) : "no reason given";
}

bool fits_a_header(std::string_view token) {
  return !token.empty() && std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

OAuthTokenSource::OAuthTokenSource(HttpClient& client, Clock& clock, Logger log, OAuthSettings settings)
    : client_(client), clock_(clock), log_(std::move(log)), settings_(std::move(settings)) {}

asio::awaitable<Result<AccessToken>> OAuthTokenSource::token(Monotonic deadline) {
  for (;;) {
    const Monotonic now = clock_.monotonic();
    if (usable(now) && (now < refresh_at_ || refreshing_)) co_return *current_;
    if (!refreshing_) {
      if (now < hold_until_) {
        if (usable(now)) co_return *current_;
        co_return std::unexpected(last_failure_);
      }
      auto fresh = co_await refresh(deadline);
      // An early refresh that fails costs nothing yet.
      if (!fresh && usable(clock_.monotonic())) co_return *current_;
      co_return fresh;
    }
    const auto failures = failures_ended_;
    if (!co_await landed_.wait_until(clock_, deadline))
      co_return fail_retryable(ErrorCode::timeout, fmt::format("waiting for a token of {}", settings_.name));
    if (failures_ended_ != failures && !usable(clock_.monotonic())) co_return std::unexpected(last_failure_);
  }
}

asio::awaitable<Result<AccessToken>> OAuthTokenSource::refresh(Monotonic deadline) {
  struct Flight {
    explicit Flight(OAuthTokenSource& s) : source(s) { source.refreshing_ = true; }
    ~Flight() {
      source.refreshing_ = false;
      source.landed_.notify_all();
    }
    OAuthTokenSource& source;
  } flight(*this);
  ++refreshes_;
  const auto left = deadline - clock_.monotonic();
  const auto timeout = std::min<std::chrono::nanoseconds>(left, settings_.timeout);
  const auto response = co_await client_.send(make_request(timeout));
  auto fresh = accept(response);
  // That this caller was in a hurry says nothing to the others: the next one tries.
  const bool only_hurried = !fresh && fresh.error().code == ErrorCode::timeout && timeout < settings_.timeout;
  if (!fresh && !only_hurried) failed(fresh.error());
  co_return fresh;
}

Request OAuthTokenSource::make_request(std::chrono::nanoseconds timeout) const {
  Request request;
  request.method = Method::post;
  request.base = settings_.base;
  request.path = settings_.path;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  request.secret_headers = settings_.headers;
  for (const auto& [name, value] : settings_.form) {
    if (!request.body.empty()) request.body += '&';
    request.body.append(percent_encode(name)).append("=").append(percent_encode(value.reveal()));
  }
  request.options.timeout = timeout;
  request.options.max_body_bytes = 1 << 16;
  request.options.idempotent = true;  // a second token does not undo the first
  return request;
}

Result<AccessToken> OAuthTokenSource::accept(const Result<Response>& response) {
  const auto place = fmt::format("the token endpoint of {}", settings_.name);
  if (!response) return fail_in(place, response.error());
  const int status = response->status;
  if (status == 429) return fail_retryable(ErrorCode::rate_limited, place + " answered 429");
  if (status >= 500)
    return fail_retryable(ErrorCode::unavailable, fmt::format("{} answered {}", place, status));
  if (status != 200)
    return fail(ErrorCode::unauthenticated,
                fmt::format("{} answered {}: {}", place, status, error_word(*response)));
  auto document = json::Document::parse(response->body, {.bytes = 1 << 16, .depth = 8, .string_bytes = 8192});
  // What does not parse is not quoted: it may hold the token.
  const auto unreadable =
      fail_retryable(ErrorCode::unavailable, place + " gave an answer without a usable token");
  if (!document) return unreadable;
  const auto root = document->root();
  const std::string value(root["access_token"].text());
  // RFC 6749 has a number; UPS writes it as text.
  const auto life_node = root["expires_in"];
  std::int64_t seconds = 3600;
  if (life_node.is_text()) {
    const std::string_view text = life_node.text();
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || seconds < 1) return unreadable;
  } else {
    seconds = life_node.maybe_integer(1, std::int64_t{10} * 365 * 86'400).value_or(3600);
  }
  if (document->failed() || !fits_a_header(value)) return unreadable;
  const Monotonic now = clock_.monotonic();
  const auto life =
      std::chrono::duration<double>(static_cast<double>(std::min<std::int64_t>(seconds, 86'400)));
  fetched_at_ = now;
  refresh_at_ = now + std::chrono::duration_cast<std::chrono::nanoseconds>(life * settings_.refresh_at_share);
  expires_at_ = now + std::chrono::duration_cast<std::chrono::nanoseconds>(life);
  current_ = AccessToken{Secret(value), ++last_number_};
  failures_in_a_row_ = 0;
  hold_until_ = Monotonic{};
  log_.info("token_refreshed", {{"credential", settings_.name}, {"life_s", seconds}});
  return *current_;
}

void OAuthTokenSource::failed(const Error& error) {
  using std::chrono::seconds;
  ++failures_ended_;
  last_failure_ = error;
  const int doublings = std::min(failures_in_a_row_++, 8);
  const auto pause = error.code == ErrorCode::unauthenticated
                         ? settings_.refusal_pause
                         : std::chrono::nanoseconds(seconds(1)) * (1 << doublings);
  hold_until_ = clock_.monotonic() + pause;
  log_.warning("token_refresh_failed", {{"credential", settings_.name}, {"error", error}});
}

bool OAuthTokenSource::refused(std::uint64_t number) {
  if (!current_ || current_->number != number) return true;  // there is, or will be, another one
  if (clock_.monotonic() - fetched_at_ < settings_.least_age) return false;
  current_.reset();
  return true;
}

}  // namespace forestall::http
