// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/message.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace forestall::web {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Instant when = parse_instant("1994-11-06T08:49:37Z").value();

TEST(Message, EveryAnswerCarriesItsLengthADateAndTheSecurityHeaders) {
  const auto head = serialize_head(json("{}"), when, true);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\n")) << head;
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  for (const char* line :
       {"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "Content-Length: 2\r\n", "Connection: keep-alive\r\n",
        "Content-Type: application/json\r\n", "X-Content-Type-Options: nosniff\r\n",
        "X-Frame-Options: DENY\r\n", "Referrer-Policy: no-referrer\r\n", "Cache-Control: no-store\r\n",
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"})
    EXPECT_THAT(head, HasSubstr(line));
  EXPECT_THAT(serialize_head(json("{}"), when, false), HasSubstr("Connection: close\r\n"));
}

TEST(Message, APageMayStateItsOwnPolicy) {
  Response page{.content_type = "text/html",
                .body = "x",
                .headers = {{"Content-Security-Policy", "default-src 'self'"}}};
  const auto head = serialize_head(page, when, true);
  EXPECT_THAT(head, HasSubstr("Content-Security-Policy: default-src 'self'\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("'none'")));
}

TEST(Message, NothingOfTheOutsideCanAddAHeader) {
  const Response split{.body = "", .headers = {{"X", "a\r\nSet-Cookie: b"}}};
  EXPECT_THROW(serialize_head(split, when, true), std::logic_error);
}

TEST(Message, AProblemNamesItsCodeAndStaysOneLineOfJson) {
  const auto refused = problem(Error{ErrorCode::not_found, false, "no SKU \"A\n\""});
  EXPECT_EQ(refused.status, 404u);
  EXPECT_EQ(refused.content_type, "application/problem+json");
  EXPECT_EQ(refused.body, R"({"type":"about:blank","title":"Not Found","status":404,"code":"not_found",)"
                          R"("detail":"no SKU \"A\\x0a\""})");
}

TEST(Message, OurOwnFaultsStayInTheLog) {
  EXPECT_THAT(problem(Error{ErrorCode::internal, false, "null at ledger.cpp:12"}).body,
              Not(HasSubstr("ledger")));
}

TEST(Message, EveryCodeHasAStatusWithAPhrase) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
    const auto status = status_for(static_cast<ErrorCode>(code));
    EXPECT_GE(status, 400u);
    EXPECT_NE(reason_phrase(status), "Status") << status;
  }
}

}  // namespace
}  // namespace forestall::web
