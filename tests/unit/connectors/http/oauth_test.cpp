// SPDX-License-Identifier: Apache-2.0
// One refresh however many wait, early, shared in success and failure, and silent about secrets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>

#include "connectors/http/token_source.hpp"
#include "connectors/net/sleep.hpp"
#include "tests/support/http/fake_client.hpp"

namespace forestall::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::HasSubstr;

struct OAuthTest : testing::Test {
  asio::io_context io;
  ManualClock clock;
  MemoryLogSink sink;
  int issued = 0;
  int status = 200;
  std::string body;  // instead of a token, if not empty
  test::FakeClient client{clock, [this](const Request&) -> Result<Response> {
                            if (!body.empty() || status != 200) return test::json_response(status, body);
                            return test::json_response(
                                200, R"({"access_token":"Atza|)" + std::to_string(++issued) +
                                         R"(","token_type":"bearer","expires_in":3600})");
                          }};
  OAuthTokenSource source{client, clock, Logger(sink, LogLevel::debug), settings()};

  static OAuthSettings settings() {
    OAuthSettings s;
    s.base = parse_base_url("https://api.amazon.com").value();
    s.form = {{"grant_type", Secret("refresh_token")},
              {"refresh_token", Secret("Atzr|se+cret")},
              {"client_secret", Secret("hush/hush")}};
    s.name = "amazon";
    return s;
  }
  using Outcome = std::shared_ptr<std::optional<Result<AccessToken>>>;
  Outcome ask(std::chrono::nanoseconds patience = 30s) {
    auto outcome = std::make_shared<std::optional<Result<AccessToken>>>();
    asio::co_spawn(
        io, source.token(clock.monotonic() + patience),
        [outcome](std::exception_ptr, Result<AccessToken> token) { outcome->emplace(std::move(token)); });
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
  static std::string text(const Outcome& outcome) {
    if (!outcome->has_value()) return "waiting";
    const auto& token = **outcome;
    return token ? std::string(token->value.reveal()) : std::string(code_name(token.error().code));
  }
};

TEST_F(OAuthTest, AsksOnceForAllWhoWait) {
  client.delay = 1s;
  std::vector<Outcome> waiting;
  for (int i = 0; i < 50; ++i) waiting.push_back(ask());
  EXPECT_EQ(client.requests.size(), 1u);
  EXPECT_EQ(client.requests[0].body,
            "grant_type=refresh_token&refresh_token=Atzr%7Cse%2Bcret&client_secret=hush%2Fhush");
  advance(1s);
  for (const auto& outcome : waiting) EXPECT_EQ(text(outcome), "Atza|1");
  EXPECT_EQ(text(ask()), "Atza|1");
  EXPECT_EQ(client.requests.size(), 1u);
}

TEST_F(OAuthTest, RefreshesAt55MinutesWhileTheOldTokenServes) {
  EXPECT_EQ(text(ask()), "Atza|1");
  advance(55min - 1ms);
  EXPECT_EQ(text(ask()), "Atza|1");
  EXPECT_EQ(client.requests.size(), 1u);
  advance(1ms);
  client.delay = 2s;
  const auto leader = ask();
  EXPECT_EQ(text(leader), "waiting");
  EXPECT_EQ(text(ask()), "Atza|1") << "nobody else waits";
  advance(2s);
  EXPECT_EQ(text(leader), "Atza|2");
  EXPECT_EQ(text(ask()), "Atza|2");
}

TEST_F(OAuthTest, AFailedEarlyRefreshCostsNothingWhileTheTokenLives) {
  EXPECT_EQ(text(ask()), "Atza|1");
  advance(56min);
  status = 500;
  EXPECT_EQ(text(ask()), "Atza|1");
  advance(4min);
  EXPECT_EQ(text(ask()), "unavailable");
}

TEST_F(OAuthTest, AFailureIsSharedAndNotRepeatedAtOnce) {
  status = 500;
  client.delay = 1s;
  std::vector<Outcome> waiting;
  for (int i = 0; i < 20; ++i) waiting.push_back(ask());
  advance(1s);
  for (const auto& outcome : waiting) EXPECT_EQ(text(outcome), "unavailable");
  EXPECT_EQ(text(ask()), "unavailable") << "held back";
  EXPECT_EQ(client.requests.size(), 1u);
  client.delay = 0s;
  status = 200;
  advance(1s);
  EXPECT_EQ(text(ask()), "Atza|1");
}

TEST_F(OAuthTest, ARefusedCredentialIsNamedAndLeftInPeaceForAMinute) {
  status = 400;
  body = R"({"error":"invalid_grant","error_description":"refresh token Atzr|se+cret is revoked"})";
  const auto refused = ask();
  ASSERT_TRUE(refused->has_value());
  EXPECT_EQ(text(refused), "unauthenticated");
  EXPECT_THAT((**refused).error().detail, HasSubstr("invalid_grant"));
  EXPECT_THAT((**refused).error().detail, Not(HasSubstr("cret")));
  for (int i = 0; i < 59; ++i) {
    advance(1s);
    ask();
  }
  EXPECT_EQ(client.requests.size(), 1u);
  advance(1s);
  ask();
  EXPECT_EQ(client.requests.size(), 2u);
  EXPECT_EQ(sink.count("cret"), 0u);
  EXPECT_EQ(sink.count("hush"), 0u);
}

TEST_F(OAuthTest, AnswersThatAreNoTokenAreErrorsThatQuoteNothing) {
  for (const char* wrong :
       {"{}", "[]", "<html>", R"({"access_token":""})", R"({"access_token":7})",
        R"({"access_token":"a\r\nb"})", R"({"access_token":"Atza|cret","expires_in":"soon"})",
        R"({"access_token":"Atza|cret","expires_in":-1})"}) {
    body = wrong;
    const auto outcome = ask();
    EXPECT_EQ(text(outcome), "unavailable") << wrong;
    EXPECT_THAT((**outcome).error().detail, Not(HasSubstr("cret")));
    advance(10min);
  }
}

TEST_F(OAuthTest, ARefusedTokenIsReplacedOnceAMinuteAtMost) {
  EXPECT_EQ(text(ask()), "Atza|1");
  EXPECT_FALSE(source.refused(1)) << "too young: the permission is missing, not the token";
  advance(60s);
  EXPECT_TRUE(source.refused(1));
  EXPECT_EQ(text(ask()), "Atza|2");
  EXPECT_TRUE(source.refused(1)) << "there is another one already";
  EXPECT_EQ(text(ask()), "Atza|2");
  EXPECT_FALSE(source.refused(2));
  EXPECT_EQ(client.requests.size(), 2u);
}

TEST_F(OAuthTest, WhenTheOneWhoAsksIsCancelledTheNextTakesOver) {
  client.delay = 10s;
  using namespace asio::experimental::awaitable_operators;
  auto hurried = [](OAuthTest& t) -> asio::awaitable<void> {
    co_await (t.source.token(t.clock.monotonic() + 30s) || net::sleep_for(t.clock, 1s));
  };
  asio::co_spawn(io, hurried(*this), asio::detached);
  settle();
  const auto patient = ask();
  advance(1s);
  EXPECT_EQ(client.requests.size(), 2u);
  advance(10s);
  EXPECT_EQ(text(patient), "Atza|1");
  EXPECT_EQ(clock.pending(), 0u);
}

TEST_F(OAuthTest, AHurriedCallersTimeoutIsItsOwn) {
  client.delay = 10s;
  const auto hurried = ask(1s);
  const auto patient = ask(30s);
  const auto waiting = ask(500ms);
  advance(500ms);
  EXPECT_EQ(text(waiting), "timeout");
  advance(500ms);
  EXPECT_EQ(text(hurried), "timeout");
  EXPECT_EQ(text(patient), "waiting");
  advance(10s);
  EXPECT_EQ(text(patient), "Atza|1");
}

}  // namespace
}  // namespace forestall::http
