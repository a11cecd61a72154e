// SPDX-License-Identifier: Apache-2.0
// SMTP without a socket: replies in, steps out.
#include "connectors/notify/smtp/dialogue.hpp"

#include <gmock/gmock.h>

#include "connectors/notify/smtp/reply.hpp"

namespace forestall::notify::smtp {
namespace {

using ports::Outcome;
using testing::HasSubstr;
using Do = Step::Do;

Reply reply(int code, std::vector<std::string> lines = {"x"}) { return {code, std::move(lines)}; }

Errand errand() {
  return {.start_tls = false,
          .from = "f@x.org",
          .to = {"a@x.org", "b@x.org"},
          .mail = "Subject: x\r\n\r\nhi\r\n"};
}

// Says the replies one after the other; the last step.
Step play(Dialogue& d, const std::vector<Reply>& replies) {
  auto step = d.begin();
  for (const auto& one : replies) {
    EXPECT_NE(step.what, Do::finish) << one.to_string();
    if (step.what == Do::start_tls) step = d.on_tls();
    if (step.what == Do::write_mail) d.commit();
    step = d.on_reply(one);
  }
  return step;
}

TEST(ReplyReaderTest, ReadsRepliesInAnyPieces) {
  const std::string text = "220 hello\r\n250-one\r\n250-two\r\n250 three\r\n354\r\n550-no\n550 such user\n";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    ReplyReader reader;
    std::vector<std::string> read;
    for (std::size_t at = 0; at < text.size(); at += size) {
      ASSERT_TRUE(reader.feed(std::string_view(text).substr(at, size)));
      while (const auto one = reader.next()) read.push_back(one->to_string());
    }
    EXPECT_THAT(read, testing::ElementsAre("220 hello", "250 one two three", "354 ", "550 no such user"));
    EXPECT_FALSE(reader.holds_anything());
  }
}

TEST(ReplyReaderTest, RefusesWhatIsNoReply) {
  for (const std::string text : {"hello\r\n", "25\r\n", "250_x\r\n", "199 x\r\n", "600 x\r\n",
                                 "250-a\r\n251 b\r\n", "-50 x\r\n", "\r\n", "HTTP/1.1 200 OK\r\n"}) {
    ReplyReader reader;
    EXPECT_EQ(reader.feed(text).error().code, ErrorCode::parse) << text;
    EXPECT_FALSE(reader.feed("250 ok\r\n")) << "goes on after it broke";
  }
  ReplyReader endless;
  EXPECT_EQ(endless.feed(std::string(3000, 'x')).error().code, ErrorCode::too_large);
  ReplyReader many;
  std::string lines;
  for (int i = 0; i < 200; ++i) lines += "250-x\r\n";
  EXPECT_EQ(many.feed(lines).error().code, ErrorCode::too_large);
}

TEST(DialogueTest, DeliversToWhoIsAccepted) {
  Dialogue d(errand());
  auto step = play(d, {reply(220), reply(250), reply(250), reply(250), reply(550), reply(354), reply(250)});
  ASSERT_EQ(step.what, Do::finish);
  EXPECT_EQ(step.result.outcome, Outcome::delivered);
  EXPECT_THAT(step.result.reached, testing::ElementsAre("a@x.org"));
  EXPECT_THAT(step.result.refused_for_good, testing::ElementsAre("b@x.org"));
}

TEST(DialogueTest, WhoIsNotTakenNowIsLeftForTheNextAttempt) {
  Dialogue d(errand());
  auto step = play(d, {reply(220), reply(250), reply(250), reply(250), reply(450), reply(354), reply(250)});
  EXPECT_EQ(step.result.outcome, Outcome::not_reached);
  EXPECT_THAT(step.result.reached, testing::ElementsAre("a@x.org"));
}

TEST(DialogueTest, NobodyAcceptedIsRefusedOrLater) {
  Dialogue no(errand());
  EXPECT_EQ(play(no, {reply(220), reply(250), reply(250), reply(550), reply(551)}).result.outcome,
            Outcome::refused);
  Dialogue later(errand());
  EXPECT_EQ(play(later, {reply(220), reply(250), reply(250), reply(550), reply(450)}).result.outcome,
            Outcome::not_reached);
}

TEST(DialogueTest, NobodyIsWrittenOffUntilSomebodyHasIt) {
  Dialogue no(errand());
  const auto all = play(no, {reply(220), reply(250), reply(250), reply(550, {"no such user"}), reply(554)});
  EXPECT_THAT(all.result.refused_for_good, testing::IsEmpty());
  EXPECT_THAT(all.result.detail, HasSubstr("554"));
  Dialogue later(errand());
  EXPECT_THAT(
      play(later, {reply(220), reply(250), reply(250), reply(550), reply(450)}).result.refused_for_good,
      testing::IsEmpty());

  // The last two of three: the first had it from an attempt before.
  auto rest = errand();
  rest.others_have_it = true;
  Dialogue never(rest);
  const auto end = play(never, {reply(220), reply(250), reply(250), reply(550), reply(550)});
  EXPECT_EQ(end.result.outcome, Outcome::delivered);
  EXPECT_THAT(end.result.refused_for_good, testing::ElementsAre("a@x.org", "b@x.org"));
  Dialogue again(rest);
  const auto mixed = play(again, {reply(220), reply(250), reply(250), reply(550), reply(450)});
  EXPECT_EQ(mixed.result.outcome, Outcome::not_reached);
  EXPECT_THAT(mixed.result.refused_for_good, testing::ElementsAre("a@x.org"));
}

TEST(DialogueTest, EveryNoHasItsMeaning) {
  const std::vector<Reply> good = {reply(220), reply(250), reply(250), reply(250),
                                   reply(250), reply(354), reply(250)};
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int code : {421, 451, 554}) {
      auto replies = good;
      replies[at] = reply(code);
      replies.resize(at + 1);
      // A recipient alone does not decide.
      if (at == 3 || at == 4) {
        if (code != 421) continue;
      }
      Dialogue d(errand());
      const auto step = play(d, replies);
      ASSERT_EQ(step.what, Do::finish) << at << " " << code;
      EXPECT_EQ(step.result.outcome, code == 554 ? Outcome::refused : Outcome::not_reached)
          << at << " " << code;
    }
  }
}

TEST(DialogueTest, OnlyAfterTheLastDotNobodyKnows) {
  Dialogue d(errand());
  EXPECT_EQ(d.lost("cut").outcome, Outcome::not_reached);
  auto step = play(d, {reply(220), reply(250), reply(250), reply(250), reply(250), reply(354)});
  ASSERT_EQ(step.what, Do::write_mail);
  EXPECT_EQ(d.lost("cut").outcome, Outcome::not_reached) << "the mail was not whole yet";
  d.commit();
  EXPECT_EQ(d.lost("cut").outcome, Outcome::unknown);
}

TEST(DialogueTest, NothingSecretGoesInTheClear) {
  auto e = errand();
  e.start_tls = true;
  e.login = {"me", Secret("hush")};
  Dialogue stripped(e);
  const auto no = play(stripped, {reply(220), reply(250, {"me", "AUTH PLAIN"})});
  EXPECT_EQ(no.result.outcome, Outcome::refused);
  EXPECT_THAT(no.result.detail, HasSubstr("STARTTLS"));

  Dialogue d(e);
  auto step = play(d, {reply(220), reply(250, {"me", "STARTTLS", "AUTH LOGIN"}), reply(220)});
  ASSERT_EQ(step.what, Do::start_tls);
  step = d.on_tls();
  EXPECT_THAT(std::string(step.bytes.reveal()), HasSubstr("EHLO "));
  // What was offered before the handshake counts no more.
  step = d.on_reply(reply(250, {"me", "AUTH PLAIN"}));
  EXPECT_EQ(step.bytes.reveal(), "AUTH PLAIN AG1lAGh1c2g=\r\n");
  EXPECT_EQ(d.on_reply(reply(235)).bytes.reveal(), "MAIL FROM:<f@x.org>\r\n");
}

TEST(DialogueTest, LogsInByWhatIsOffered) {
  auto e = errand();
  e.encrypted = true;
  e.start_tls = true;
  e.login = {"me", Secret("hush")};
  Dialogue d(e);
  auto step = play(d, {reply(220), reply(250, {"me", "auth login"})});
  EXPECT_EQ(step.bytes.reveal(), "AUTH LOGIN\r\n");
  EXPECT_EQ(d.on_reply(reply(334)).bytes.reveal(), "bWU=\r\n");
  EXPECT_EQ(d.on_reply(reply(334)).bytes.reveal(), "aHVzaA==\r\n");
  const auto no = d.on_reply(reply(535, {"wrong"}));
  EXPECT_EQ(no.result.outcome, Outcome::refused);
  EXPECT_THAT(no.result.detail, testing::Not(HasSubstr("hush")));
  Dialogue none(e);
  EXPECT_EQ(play(none, {reply(220), reply(250, {"me", "AUTH XOAUTH2"})}).result.outcome, Outcome::refused);
}

}  // namespace
}  // namespace forestall::notify::smtp
