// SPDX-License-Identifier: Apache-2.0
// A mail as bytes: nothing of a notice breaks out of its place.
#include "connectors/notify/smtp/mail.hpp"

#include <gmock/gmock.h>

#include "config/base/text.hpp"
#include "connectors/notify/smtp/encode.hpp"
#include "tests/unit/connectors/notify/notices.hpp"

namespace forestall::notify::smtp {
namespace {

using testing::HasSubstr;
using testing::Not;

const Envelope envelope{"forestall@example.com", {"a@example.com", "b@example.com"}};

TEST(MailTest, EveryLineIsOneThatMailMayHold) {
  const auto mail = mail_of(hostile_notice(), envelope);
  std::size_t at = 0;
  while (at < mail.size()) {
    const auto end = mail.find("\r\n", at);
    ASSERT_NE(end, std::string::npos) << "a line that does not end";
    const auto line = mail.substr(at, end - at);
    EXPECT_LE(line.size(), 78u) << line;
    EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return c >= 0x20 && c < 0x7f; })) << line;
    at = end + 2;
  }
}

TEST(MailTest, NothingBeginsAnotherHeader) {
  const auto mail = mail_of(hostile_notice(), envelope);
  const auto head = mail.substr(0, mail.find("\r\n\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("\nBcc")));
  EXPECT_THAT(head, HasSubstr("Subject: =?UTF-8?B?"));
  EXPECT_THAT(head, HasSubstr("To: a@example.com,\r\n b@example.com"));
  EXPECT_THAT(head, HasSubstr("Message-ID: <fa-19a-00c0ffee@example.com>"));
  EXPECT_THAT(head, HasSubstr("Date: Mon, 23 Nov 2026 00:00:00 +0000"));
  EXPECT_THAT(head, HasSubstr("Importance: high"));
  EXPECT_THAT(head, HasSubstr("Auto-Submitted: auto-generated"));
}

TEST(MailTest, TheSameNoticeIsTheSameMail) {
  EXPECT_EQ(mail_of(hostile_notice(), envelope), mail_of(hostile_notice(), envelope));
}

TEST(MailTest, TheHtmlPartHoldsNoElementOfOthers) {
  const auto mail = mail_of(hostile_notice(), envelope);
  const auto html = mail.substr(mail.find("text/html"));
  EXPECT_THAT(html, Not(HasSubstr("<script>")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(html, HasSubstr("width=3Ddevice-width"));
}

TEST(MailTest, LinesThatBeginWithADotAreDoubled) {
  EXPECT_EQ(dot_stuffed(".\r\na\r\n..b"), "..\r\na\r\n...b\r\n");
  EXPECT_EQ(dot_stuffed("a\r\n"), "a\r\n");
}

TEST(EncodeTest, HeaderTextIsFoldedOrEncoded) {
  EXPECT_EQ(header_text("plain words", 9), "plain words");
  EXPECT_EQ(header_text("a\r\nb\tc", 9), "a  b c");
  EXPECT_EQ(header_text("\xc3\x9c", 9), "=?UTF-8?B?w5w=?=");
  EXPECT_THAT(header_text("=?UTF-8?Q?evil?=", 9), testing::StartsWith("=?UTF-8?B?"));
  const auto folded =
      header_text("one two three four five six seven eight nine ten eleven twelve thirteen 14 15", 9);
  EXPECT_THAT(folded, HasSubstr("\r\n "));
  std::string many;
  for (int i = 0; i < 100; ++i) many += "\xe2\x82\xac";
  for (const auto line : split(header_text(many, 9), '\n')) EXPECT_LE(line.size(), 77u);
}

TEST(EncodeTest, QuotedPrintable) {
  EXPECT_EQ(quoted_printable("a=b \n\xc3\xbc"), "a=3Db=20\r\n=C3=BC");
  const auto text = quoted_printable(std::string(200, 'x'));
  for (const auto line : split(text, '\n')) EXPECT_LE(line.size(), 77u);
}

}  // namespace
}  // namespace forestall::notify::smtp
