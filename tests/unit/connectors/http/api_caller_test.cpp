// SPDX-License-Identifier: Apache-2.0
// The whole path of a call, on a clock that only the test moves.
#include "connectors/http/api_caller.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <memory>

#include "connectors/http/http_date.hpp"
#include "connectors/net/sleep.hpp"
#include "tests/support/http/fake_client.hpp"

namespace forestall::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr Operation read_items{.name = "readItems", .documented = {.per_second = 10, .burst = 5}};
constexpr Operation pause_item{
    .name = "pauseItem", .documented = {.per_second = 10, .burst = 5}, .idempotent = false, .act = true};

class CountingTokens final : public TokenSource {
 public:
  asio::awaitable<Result<AccessToken>> token(Monotonic) override {
    if (failure) co_return std::unexpected(*failure);
    co_return AccessToken{Secret("token-" + std::to_string(number)), number};
  }
  bool refused(std::uint64_t which) override {
    ++refusals;
    if (which == number && renewable) ++number;
    return renewable;
  }
  std::uint64_t number = 1;
  int refusals = 0;
  bool renewable = true;
  std::optional<Error> failure;
};

struct ApiCallerTest : testing::Test {
  asio::io_context io;
  ManualClock clock;
  SeededRandom random{1};
  MemoryLogSink sink;
  CountingTokens tokens;
  std::deque<Result<Response>> script;
  Result<Response> otherwise = test::json_response(200, "{}");
  test::FakeClient client{clock, [this](const Request&) {
                            if (script.empty()) return otherwise;
                            auto next = script.front();
                            script.pop_front();
                            return next;
                          }};
  ApiCaller caller{client, clock, random, Logger(sink, LogLevel::debug), &tokens, settings()};

  static CallerSettings settings() {
    CallerSettings s;
    s.name = "amazon";
    s.token_header = "x-amz-access-token";
    s.token_prefix = "";
    s.limit_header = "x-amzn-RateLimit-Limit";
    s.explain = [](const Response& response) {
      return response.body.size() < 30 ? response.body : std::string();
    };
    return s;
  }
  using Outcome = std::shared_ptr<std::optional<Result<Response>>>;
  Outcome start(const Operation& operation, std::chrono::nanoseconds timeout = 30s,
                std::string marketplace = "US") {
    auto outcome = std::make_shared<std::optional<Result<Response>>>();
    Request request;
    request.base = parse_base_url("https://api.example.com").value();
    request.path = "/items";
    asio::co_spawn(io, caller.call(operation, std::move(marketplace), std::move(request), timeout),
                   [outcome](std::exception_ptr, Result<Response> r) { outcome->emplace(std::move(r)); });
    settle();
    return outcome;
  }
  void settle() {
    io.restart();
    io.poll();
  }
  void advance(std::chrono::nanoseconds by) {
    clock.advance(by, [this] { settle(); });
  }
  static std::string word(const Outcome& outcome) {
    if (!outcome->has_value()) return "waiting";
    const auto& r = **outcome;
    return r ? std::to_string(r->status)
             : std::string(code_name(r.error().code)) + (r.error().retryable ? "?" : "");
  }
  CallCounters counted(const Operation& operation, std::string marketplace = "US") {
    return caller.counters()[{std::string(operation.name), std::move(marketplace)}];
  }
  std::uint64_t count(const Operation& operation, CallReason reason) {
    return counted(operation).attempts_by_reason[static_cast<std::size_t>(reason)];
  }
};

TEST_F(ApiCallerTest, SendsWithTheTokenAndCounts) {
  EXPECT_EQ(word(start(read_items)), "200");
  ASSERT_EQ(client.requests.size(), 1u);
  ASSERT_EQ(client.requests[0].secret_headers.size(), 1u);
  EXPECT_EQ(client.requests[0].secret_headers[0].name, "x-amz-access-token");
  EXPECT_EQ(client.requests[0].secret_headers[0].value.reveal(), "token-1");
  EXPECT_EQ(count(read_items, CallReason::ok), 1u);
  EXPECT_EQ(counted(read_items).last_success, clock.now());
  EXPECT_EQ(counted(read_items).bytes_in, 2u);
}

TEST_F(ApiCallerTest, NeverSendsFasterThanTheBucket) {
  std::vector<Outcome> calls;
  for (int i = 0; i < 25; ++i) calls.push_back(start(read_items));
  EXPECT_EQ(client.requests.size(), 5u);
  advance(2s);
  for (const auto& call : calls) EXPECT_EQ(word(call), "200");
  for (std::size_t i = 5; i < client.sent_at.size(); ++i)
    EXPECT_EQ(client.sent_at[i].time_since_epoch(), (i - 4) * 100ms);
}

TEST_F(ApiCallerTest, ReturnsAtOnceWhereTheBucketHasNoSlotInTime) {
  for (int i = 0; i < 5; ++i) start(read_items);
  const auto late = start(read_items, 100ms);
  EXPECT_EQ(word(late), "rate_limited?");
  EXPECT_THAT((**late).error().detail, HasSubstr("readItems: our own limit has no slot for 0.1 s"));
  EXPECT_EQ(count(read_items, CallReason::bucket_empty), 1u);
  EXPECT_EQ(client.requests.size(), 5u);
}

TEST_F(ApiCallerTest, A429EmptiesTheBucketForEverybodyAndIsRetried) {
  script = {test::json_response(429, "{}", {{"Retry-After", "3"}})};
  const auto first = start(read_items);
  EXPECT_EQ(word(first), "waiting");
  const auto second = start(read_items);
  advance(2999ms);
  EXPECT_EQ(client.requests.size(), 1u) << "no burst after a 429";
  advance(2s);
  EXPECT_EQ(word(first), "200");
  EXPECT_EQ(word(second), "200");
  EXPECT_GE(client.sent_at[1].time_since_epoch(), 3s);
  EXPECT_GE(client.sent_at[2] - client.sent_at[1], 100ms);
}

TEST_F(ApiCallerTest, AVoidReservationWaitsAnew) {
  client.delay = 50ms;
  for (int i = 0; i < 5; ++i) start(read_items);
  const auto waiting = start(read_items);  // for the slot at 100 ms
  script = {test::json_response(429, "{}", {{"Retry-After", "10"}})};
  advance(200ms);
  EXPECT_EQ(client.requests.size(), 5u);
  advance(10s);
  EXPECT_EQ(word(waiting), "200");
}

TEST_F(ApiCallerTest, TheLimitHeaderIsFollowedAndNonsenseIgnored) {
  otherwise = test::json_response(200, "{}", {{"x-amzn-RateLimit-Limit", "string"}});
  start(read_items);
  EXPECT_EQ(caller.bucket(read_items).rate().per_second, 10);
  otherwise = test::json_response(200, "{}", {{"X-Amzn-RateLimit-Limit", "2.0"}});
  start(read_items);
  EXPECT_EQ(caller.bucket(read_items).rate().per_second, 2);
}

TEST_F(ApiCallerTest, ReadsAreRetriedAndActsAreNot) {
  script = {test::json_response(500, "{}"), fail_retryable(ErrorCode::unavailable, "reset")};
  const auto read = start(read_items);
  advance(10s);
  EXPECT_EQ(word(read), "200");
  EXPECT_EQ(client.requests.size(), 3u);
  EXPECT_EQ(counted(read_items).retries, 2u);

  script = {test::json_response(500, "{}")};
  const auto act = start(pause_item);
  advance(10s);
  EXPECT_EQ(word(act), "outcome_unknown");
  EXPECT_EQ(client.requests.size(), 4u);
  script = {test::json_response(429, "{}")};
  const auto limited = start(pause_item);
  advance(10s);
  EXPECT_EQ(word(limited), "200") << "a 429 did nothing";
}

TEST_F(ApiCallerTest, NeverReturnsAfterItsDeadline) {
  otherwise = fail_retryable(ErrorCode::unavailable, "down");
  for (const auto timeout : {std::chrono::nanoseconds(1s), std::chrono::nanoseconds(3s)}) {
    const auto begun = clock.monotonic();
    const auto outcome = start(read_items, timeout, std::to_string(timeout.count()));
    while (word(outcome) == "waiting" && clock.monotonic() < begun + 60s) advance(10ms);
    EXPECT_LE(clock.monotonic(), begun + timeout);
  }
  client.delay = 1h;
  const auto begun = clock.monotonic();
  const auto outcome = start(read_items, 5s, "DE");
  advance(5s);
  EXPECT_EQ(word(outcome), "timeout?");
  EXPECT_EQ(clock.monotonic(), begun + 5s);
}

TEST_F(ApiCallerTest, AnExpiredTokenIsReplacedOnce) {
  script = {test::json_response(403, "{}")};
  EXPECT_EQ(word(start(pause_item)), "200") << "the refused act did nothing";
  EXPECT_EQ(client.requests[1].secret_headers[0].value.reveal(), "token-2");
  script = {test::json_response(401, "{}"), test::json_response(401, "{}")};
  EXPECT_EQ(word(start(read_items)), "unauthenticated");
  EXPECT_EQ(client.requests.size(), 4u);
  tokens.renewable = false;
  script = {test::json_response(403, R"({"code":"Unauthorized"})")};
  const auto forbidden = start(read_items);
  EXPECT_EQ(word(forbidden), "forbidden");
  EXPECT_EQ((**forbidden).error().detail, R"(readItems: answered 403 ({"code":"Unauthorized"}))");
  EXPECT_EQ(client.requests.size(), 5u);
}

TEST_F(ApiCallerTest, WithoutATokenNothingIsSent) {
  tokens.failure = Error{ErrorCode::unauthenticated, false, "refused"};
  EXPECT_EQ(word(start(read_items)), "unauthenticated");
  EXPECT_EQ(client.requests.size(), 0u);
  EXPECT_EQ(count(read_items, CallReason::no_token), 1u);
  EXPECT_EQ(caller.breaker(read_items, "US"), BreakerState::closed);
}

TEST_F(ApiCallerTest, WhatIsDownIsLeftAloneInOneMarketplaceOnly) {
  otherwise = test::json_response(400, "{}");
  for (int i = 0; i < 20; ++i) {
    start(read_items);
    advance(1s);
  }
  EXPECT_EQ(caller.breaker(read_items, "US"), BreakerState::closed) << "a refusal is no outage";
  otherwise = Response{.status = 503, .headers = {{"Content-Type", "text/html"}}, .body = "<html>"};
  for (int i = 0; i < 5; ++i) {
    start(read_items);
    advance(10s);
  }
  EXPECT_EQ(caller.breaker(read_items, "US"), BreakerState::open);
  const auto sent = client.requests.size();
  const auto refused = start(read_items);
  EXPECT_EQ(word(refused), "unavailable?");
  EXPECT_THAT((**refused).error().detail, HasSubstr("it kept failing"));
  EXPECT_EQ(client.requests.size(), sent);
  EXPECT_EQ(count(read_items, CallReason::breaker_open) > 0, true);
  EXPECT_EQ(caller.breaker(read_items, "DE"), BreakerState::closed);
  otherwise = test::json_response(200, "{}");
  EXPECT_EQ(word(start(read_items, 30s, "DE")), "200");
  advance(5min);
  EXPECT_EQ(word(start(read_items)), "200");
  EXPECT_EQ(caller.breaker(read_items, "US"), BreakerState::closed);
  EXPECT_GE(sink.count("breaker_changed"), 2u);
}

TEST_F(ApiCallerTest, ClocksThatDisagreeStopActsOnly) {
  otherwise = test::json_response(200, "{}", {{"Date", http_date(clock.now() + 90s)}});
  EXPECT_EQ(word(start(read_items)), "200");
  EXPECT_EQ(word(start(pause_item)), "unavailable");
  EXPECT_EQ(count(pause_item, CallReason::clock_skew), 1u);
  EXPECT_EQ(client.requests.size(), 1u);
  EXPECT_EQ(word(start(read_items)), "200");
}

TEST_F(ApiCallerTest, ACancelledCallGivesBackWhatItHeld) {
  using namespace asio::experimental::awaitable_operators;
  otherwise = fail_retryable(ErrorCode::unavailable, "down");
  for (int i = 0; i < 5; ++i) {
    start(read_items);
    advance(10s);
  }
  ASSERT_EQ(caller.breaker(read_items, "US"), BreakerState::open);
  advance(5min);
  otherwise = test::json_response(200, "{}");
  client.delay = 10s;
  auto hurried = [](ApiCallerTest& t) -> asio::awaitable<void> {
    Request request;
    request.path = "/items";
    co_await (t.caller.call(read_items, "US", std::move(request), 30s) || net::sleep_for(t.clock, 1s));
  };
  asio::co_spawn(io, hurried(*this), asio::detached);  // the probe
  settle();
  const auto second = start(read_items);
  EXPECT_EQ(word(second), "unavailable?") << "one probe only";
  advance(1s);
  const auto next = start(read_items);
  advance(10s);
  EXPECT_EQ(word(next), "200") << "the cancelled probe left its place";
  EXPECT_EQ(clock.pending(), 0u);
}

// A whole day of an API that fails, limits and recovers at random: the deadline, the bucket and the retry
// budget hold throughout.
TEST_F(ApiCallerTest, ADayOfTroubleKeepsEveryPromise) {
  SeededRandom dice(99);
  test::FakeClient trouble(clock, [&](const Request&) -> Result<Response> {
    switch (dice.below(8)) {
      case 0:
        return test::json_response(429, "{}");
      case 1:
        return test::json_response(503, "<html>", {{"Retry-After", "7"}});
      case 2:
        return fail_retryable(ErrorCode::timeout, "x");
      case 3:
        return test::json_response(401, "{}");
      default:
        return test::json_response(200, "{}");
    }
  });
  trouble.delay = 80ms;
  ApiCaller day(trouble, clock, random, Logger(sink, LogLevel::error), &tokens, settings());
  struct Running {
    Monotonic deadline;
    std::shared_ptr<bool> done = std::make_shared<bool>(false);
  };
  std::vector<Running> running;
  int calls = 0;
  for (int second = 0; second < 86'400; second += 2) {
    if (dice.below(3) == 0) {
      const auto timeout = std::chrono::seconds(1 + dice.below(20));
      Running r{clock.monotonic() + timeout};
      Request request;
      request.path = "/items";
      asio::co_spawn(io, day.call(read_items, "US", std::move(request), timeout),
                     [done = r.done](std::exception_ptr, Result<Response>) { *done = true; });
      settle();
      running.push_back(r);
      ++calls;
    }
    advance(2s);
    std::erase_if(running, [&](const Running& r) {
      if (!*r.done) EXPECT_LT(clock.monotonic(), r.deadline + 1ms);
      return *r.done;
    });
  }
  EXPECT_GT(calls, 10'000);
  EXPECT_LT(static_cast<double>(trouble.sent_at.size()), calls * 1.1 + 20 + tokens.refusals);
  for (std::size_t i = 0; i + 5 < trouble.sent_at.size(); ++i)
    ASSERT_GE(trouble.sent_at[i + 5] - trouble.sent_at[i], 100ms) << "burst 5, then ten a second";
}

}  // namespace
}  // namespace forestall::http
