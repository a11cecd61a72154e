// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/classify.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace forestall::http {
namespace {

Result<Response> answer(int status, std::string type, std::string body) {
  Response response{.status = status, .body = std::move(body)};
  if (!type.empty()) response.headers = {{"Content-Type", std::move(type)}};
  return response;
}

std::string word(const Verdict& verdict) {
  if (verdict.reason == CallReason::ok) return "ok";
  return std::string(reason_name(verdict.reason)) + " " + std::string(code_name(verdict.error.code)) +
         (verdict.error.retryable ? "?" : "");
}
std::string read(int status, std::string type = "application/json", std::string body = "{}") {
  return word(classify(answer(status, std::move(type), std::move(body)), Expect::json, true));
}
std::string act(int status, std::string type = "application/json", std::string body = "{}") {
  return word(classify(answer(status, std::move(type), std::move(body)), Expect::json, false));
}

TEST(Classify, SuccessIsJsonOrNothing) {
  EXPECT_EQ(read(200), "ok");
  EXPECT_EQ(read(200, "application/hal+json; charset=UTF-8"), "ok");
  EXPECT_EQ(read(202, "", " {}"), "ok");
  EXPECT_EQ(read(204, "", ""), "ok");
  EXPECT_EQ(word(classify(answer(200, "text/plain", ""), Expect::any, true)), "ok");
}

TEST(Classify, ASuccessThatCannotBeReadIsNone) {
  EXPECT_EQ(read(200, "text/html", "<html>"), "unexpected_content unavailable?");
  EXPECT_EQ(act(200, "text/html", "<html>"), "unexpected_content outcome_unknown");
  EXPECT_EQ(read(200, "", "<html>"), "unexpected_content unavailable?");
  EXPECT_EQ(read(200, "application/json", " \r\n"), "empty_body unavailable?");
  EXPECT_EQ(act(200, "application/json", ""), "empty_body outcome_unknown");
}

TEST(Classify, RefusalsSayThatNothingWasDone) {
  EXPECT_EQ(act(400), "bad_request invalid_argument");
  EXPECT_EQ(act(401), "unauthenticated unauthenticated");
  EXPECT_EQ(act(403, "text/html", "<html>"), "forbidden forbidden");
  EXPECT_EQ(act(404), "not_found not_found");
  EXPECT_EQ(act(409), "conflict conflict");
  EXPECT_EQ(act(422), "bad_request invalid_argument");
  EXPECT_EQ(act(429), "rate_limited rate_limited?");
  EXPECT_EQ(act(302), "redirect unsupported");
  EXPECT_EQ(act(304), "redirect unsupported");
}

TEST(Classify, AServerErrorLeavesAnActOpen) {
  for (const int status : {500, 502, 503, 504, 599}) {
    EXPECT_EQ(read(status, "text/html", "<html>"), "server_error unavailable?");
    EXPECT_EQ(act(status), "server_error outcome_unknown");
  }
  EXPECT_EQ(act(501), "server_error unsupported");
  EXPECT_EQ(act(408), "timeout outcome_unknown");
}

TEST(Classify, FailuresOfTheClientKeepTheirError) {
  EXPECT_EQ(word(classify(fail_retryable(ErrorCode::timeout, "x"), Expect::json, true)), "timeout timeout?");
  EXPECT_EQ(word(classify(fail(ErrorCode::outcome_unknown, "x"), Expect::json, false)),
            "transport outcome_unknown");
  EXPECT_EQ(word(classify(fail(ErrorCode::too_large, "x"), Expect::json, true)), "too_large too_large");
  EXPECT_EQ(word(classify(fail(ErrorCode::parse, "x"), Expect::json, true)), "malformed parse");
  EXPECT_EQ(word(classify(fail(ErrorCode::cancelled, "x"), Expect::json, true)), "cancelled cancelled");
}

TEST(Classify, EveryReasonHasItsOwnWord) {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < call_reason_count; ++i) words.insert(reason_name(static_cast<CallReason>(i)));
  EXPECT_EQ(words.size(), call_reason_count);
  EXPECT_EQ(reason_name(CallReason::server_error), "server_error");
}

}  // namespace
}  // namespace forestall::http
