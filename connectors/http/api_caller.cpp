// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/api_caller.hpp"

#include <fmt/format.h>

#include "config/base/text.hpp"
#include "connectors/http/http_date.hpp"
#include "connectors/net/sleep.hpp"

namespace forestall::http {
namespace asio = boost::asio;

namespace {

// Gives a permit back unused if the call is cancelled on its way.
class PermitHolder {
 public:
  PermitHolder(CircuitBreaker& breaker, Clock& clock)
      : breaker_(breaker), clock_(clock), permit_(breaker.admit(clock.monotonic())) {}
  ~PermitHolder() { settle(CallResult::ignored); }
  PermitHolder(const PermitHolder&) = delete;
  PermitHolder& operator=(const PermitHolder&) = delete;
  const CircuitBreaker::Permit& permit() const { return permit_; }
  void settle(CallResult result) {
    if (!settled_) breaker_.record(permit_, result, clock_.monotonic());
    settled_ = true;
  }

 private:
  CircuitBreaker& breaker_;
  Clock& clock_;
  CircuitBreaker::Permit permit_;
  bool settled_ = false;
};

// Gives a reservation back if the call is cancelled while it waits.
struct Slot {
  TokenBucket& bucket;
  TokenBucket::Reservation reservation;
  bool used = false;
  ~Slot() {
    if (!used) bucket.give_back(reservation);
  }
};

// Whether it shows that the other side is not working.
CallResult health(CallReason reason) {
  switch (reason) {
    case CallReason::transport:
    case CallReason::timeout:
    case CallReason::malformed:
    case CallReason::unexpected_content:
    case CallReason::empty_body:
    case CallReason::server_error:
      return CallResult::failed;
    case CallReason::ok:
    case CallReason::not_found:
    case CallReason::conflict:
      return CallResult::succeeded;
    default:
      return CallResult::ignored;
  }
}

std::string seconds_text(std::chrono::nanoseconds wait) {
  return fmt::format("{:.1f} s", std::chrono::duration<double>(wait).count());
}

}  // namespace

ApiCaller::ApiCaller(HttpClient& client, Clock& clock, Random& random, Logger log, TokenSource* tokens,
                     CallerSettings settings)
    : client_(client),
      clock_(clock),
      random_(random),
      log_(std::move(log)),
      tokens_(tokens),
      settings_(std::move(settings)),
      skew_(settings_.skew_limit) {}

TokenBucket& ApiCaller::bucket_of(const Operation& operation) {
  return buckets_.try_emplace(std::string(operation.name), operation.documented).first->second;
}

ApiCaller::Lane& ApiCaller::lane_of(const Operation& operation, const std::string& marketplace) {
  const std::pair key(std::string(operation.name), marketplace);
  return lanes_.try_emplace(key, Lane{key.first, marketplace, CircuitBreaker(settings_.breaker)})
      .first->second;
}

Monotonic ApiCaller::next_free(const Operation& operation) {
  return bucket_of(operation).next_free(clock_.monotonic());
}

BreakerState ApiCaller::breaker(const Operation& operation, std::string_view marketplace) {
  return lane_of(operation, std::string(marketplace)).breaker.state(clock_.monotonic());
}

std::map<std::pair<std::string, std::string>, CallCounters> ApiCaller::counters() const {
  std::map<std::pair<std::string, std::string>, CallCounters> all;
  for (const auto& [key, lane] : lanes_) all.emplace(key, lane.counters);
  return all;
}

asio::awaitable<Result<Response>> ApiCaller::call(const Operation& operation, std::string marketplace,
                                                  Request request, std::chrono::nanoseconds timeout) {
  const Monotonic deadline = clock_.monotonic() + timeout;
  Lane& lane = lane_of(operation, marketplace);
  request.options.idempotent = operation.idempotent;
  request.options.request_id_headers.insert(request.options.request_id_headers.end(),
                                            settings_.request_id_headers.begin(),
                                            settings_.request_id_headers.end());
  ++lane.counters.calls;
  budget_.first_attempt();
  bool token_renewed = false;
  for (int attempts = 1;; ++attempts) {
    Attempt made = co_await attempt(operation, lane, request, deadline);
    ++lane.counters.attempts;
    ++lane.counters.attempts_by_reason[static_cast<std::size_t>(made.verdict.reason)];
    if (made.verdict.reason == CallReason::ok) {
      lane.counters.last_success = clock_.now();
      co_return std::move(*made.response);
    }
    const Error error = describe(operation, made);
    const bool refused =
        made.verdict.reason == CallReason::unauthenticated || made.verdict.reason == CallReason::forbidden;
    if (refused && tokens_ != nullptr && !token_renewed && tokens_->refused(made.token)) {
      token_renewed = true;  // nothing was done; once more with a new token
      ++lane.counters.retries;
      continue;
    }
    const bool ours = made.verdict.reason == CallReason::bucket_empty ||
                      made.verdict.reason == CallReason::breaker_open ||
                      made.verdict.reason == CallReason::no_token;
    RetryDecision decision;
    if (ours)  // waiting here would only hold up the caller: the time to come back is in the text
      decision.verdict = RetryVerdict::not_retryable;
    else
      decision = decide_retry(settings_.retry, attempts, error, made.retry_after,
                              deadline - clock_.monotonic(), budget_, random_);
    if (decision.verdict != RetryVerdict::retry) {
      const bool expected = made.verdict.reason == CallReason::not_found ||
                            made.verdict.reason == CallReason::bucket_empty ||
                            made.verdict.reason == CallReason::cancelled;
      log_.log(expected ? LogLevel::info : LogLevel::warning, "api_call_failed",
               {{"credential", settings_.name},
                {"operation", operation.name},
                {"marketplace", lane.marketplace},
                {"reason", reason_name(made.verdict.reason)},
                {"retry", verdict_name(decision.verdict)},
                {"attempts", attempts},
                {"error", error}});
      co_return std::unexpected(error);
    }
    ++lane.counters.retries;
    log_.info("api_call_retried", {{"credential", settings_.name},
                                   {"operation", operation.name},
                                   {"marketplace", lane.marketplace},
                                   {"reason", reason_name(made.verdict.reason)},
                                   {"wait", std::chrono::ceil<Millis>(decision.wait)}});
    co_await net::sleep_for(clock_, decision.wait);
  }
}

asio::awaitable<std::optional<Verdict>> ApiCaller::wait_for_slot(TokenBucket& bucket, Monotonic deadline) {
  for (;;) {
    const Monotonic now = clock_.monotonic();
    // At the deadline itself there is no time left to send.
    const auto reservation = bucket.reserve(now, deadline - std::chrono::nanoseconds(1));
    if (!reservation)
      co_return Verdict{
          CallReason::bucket_empty,
          Error{ErrorCode::rate_limited, true,
                fmt::format("our own limit has no slot for {}", seconds_text(bucket.next_free(now) - now))}};
    Slot slot{bucket, *reservation};
    if (reservation->when > now) co_await net::sleep_until(clock_, reservation->when);
    slot.used = true;
    if (bucket.holds(*reservation)) co_return std::nullopt;
  }
}

asio::awaitable<ApiCaller::Attempt> ApiCaller::attempt(const Operation& operation, Lane& lane,
                                                       const Request& request, Monotonic deadline) {
  Attempt made;
  const auto refuse = [&](CallReason reason, ErrorCode code, bool retryable, std::string detail) {
    made.verdict = {reason, Error{code, retryable, std::move(detail)}};
    return made;
  };
  if (operation.act && skew_.verdict() == SkewVerdict::too_large)
    co_return refuse(CallReason::clock_skew, ErrorCode::unavailable, false,
                     "the clocks are more than a minute apart: nothing is changed");
  const auto kept_failing = [&](Monotonic retry_at) {
    return refuse(
        CallReason::breaker_open, ErrorCode::unavailable, true,
        fmt::format("it kept failing: not called for {}", seconds_text(retry_at - clock_.monotonic())));
  };
  // Asked before a slot is spent, and again after the wait for it.
  if (lane.breaker.state(clock_.monotonic()) == BreakerState::open)
    co_return kept_failing(lane.breaker.admit(clock_.monotonic()).retry_at);
  if (auto empty = co_await wait_for_slot(bucket_of(operation), deadline)) {
    made.verdict = std::move(*empty);
    co_return made;
  }
  const BreakerState before = lane.breaker.state(clock_.monotonic());
  PermitHolder holder(lane.breaker, clock_);
  if (!holder.permit().allowed) co_return kept_failing(holder.permit().retry_at);
  Request sent = request;
  if (tokens_ != nullptr) {
    auto token = co_await tokens_->token(deadline);
    if (!token) {
      made.verdict = {CallReason::no_token, token.error()};
      co_return made;
    }
    made.token = token->number;
    sent.secret_headers.push_back(
        {settings_.token_header, Secret(settings_.token_prefix + std::string(token->value.reveal()))});
  }
  sent.options.timeout =
      std::min<std::chrono::nanoseconds>(sent.options.timeout, deadline - clock_.monotonic());
  lane.counters.bytes_out += sent.body.size();
  Result<Response> result = co_await client_.send(std::move(sent));
  made.verdict = classify(result, operation.expect, operation.idempotent);
  if (result) {
    lane.counters.bytes_in += result->body.size();
    made.response = std::move(*result);
    learn(operation, *made.response, made);
  }
  holder.settle(health(made.verdict.reason));
  const BreakerState after = lane.breaker.state(clock_.monotonic());
  if (after != before && (after == BreakerState::open || after == BreakerState::closed))
    log_.notice("breaker_changed", {{"credential", settings_.name},
                                    {"operation", operation.name},
                                    {"marketplace", lane.marketplace},
                                    {"state", state_name(after)}});
  co_return made;
}

void ApiCaller::learn(const Operation& operation, const Response& response, Attempt& made) {
  const Monotonic now = clock_.monotonic();
  TokenBucket& bucket = bucket_of(operation);
  if (const auto date = find_header(response.headers, "date"))
    skew_.observe(*date, response.sent, response.received, now);
  if (!settings_.limit_header.empty())
    if (const auto limit = find_header(response.headers, settings_.limit_header))
      bucket.observe_limit(*limit, now);
  if (response.status != 429 && response.status != 503) return;
  if (const auto header = find_header(response.headers, "retry-after"))
    made.retry_after = parse_retry_after(*header, clock_.now(), std::chrono::hours(24));
  if (response.status == 429)
    bucket.empty(now, std::min(made.retry_after.value_or(Millis(0)), settings_.retry.retry_after_cap));
}

Error ApiCaller::describe(const Operation& operation, const Attempt& made) const {
  Error error = made.verdict.error;
  std::string why;
  if (made.response && settings_.explain) why = settings_.explain(*made.response);
  error.detail = why.empty() ? fmt::format("{}: {}", operation.name, error.detail)
                             : fmt::format("{}: {} ({})", operation.name, error.detail, printable(why, 160));
  return error;
}

}  // namespace forestall::http
