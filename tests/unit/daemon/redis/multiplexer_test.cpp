// SPDX-License-Identifier: Apache-2.0
// The multiplexer byte by byte, without a socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/redis/multiplexer.hpp"
#include "daemon/redis/request.hpp"

namespace forestall::redis {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct MultiplexerTest : testing::Test {
  static MultiplexerLimits limits() {
    MultiplexerLimits l;
    l.silence = 5s;
    l.ping_every = 10s;
    return l;
  }

  Multiplexer::Id submit(std::string_view text, std::chrono::nanoseconds timeout = 1s,
                         Repeat repeat = Repeat::never) {
    Request request("ECHO", text);
    const auto id = mux.submit({request.bytes(), 1, now + timeout, repeat, nullptr}, now);
    EXPECT_TRUE(id.has_value());
    return id.value_or(0);
  }
  std::string write_all() {
    std::string sent;
    for (auto bytes = mux.stage(now); !bytes.empty(); bytes = mux.stage(now)) {
      sent += bytes;
      mux.written(bytes.size());
    }
    return sent;
  }
  void receive(std::string_view bytes) { mux.received(bytes, now, out); }
  void advance(std::chrono::nanoseconds by) {
    now += by;
    mux.tick(now, out);
    EXPECT_GT(mux.next_tick(), now) << "a timer that is always due starves the loop";
  }
  // "1=+one 3=!outcome_unknown", and forgets them.
  std::string answers() {
    std::string text;
    for (const auto& answer : out.answers) {
      if (!text.empty()) text += ' ';
      text += std::to_string(answer.id) + '=';
      if (!answer.replies) {
        text += '!';
        text += code_name(answer.replies.error().code);
        continue;
      }
      for (const auto& reply : *answer.replies) text += reply.describe();
    }
    out.answers.clear();
    return text;
  }

  Monotonic now{1h};
  Multiplexer mux{limits()};
  Multiplexer::Actions out;
};

const Error gone{ErrorCode::unavailable, true, "reset"};

TEST_F(MultiplexerTest, CoalescesRequestsAndAnswersInOrder) {
  mux.opened(now);
  submit("a");
  submit("b");
  const std::string bytes = write_all();
  EXPECT_EQ(bytes, Request("ECHO", "a").add("ECHO", "b").bytes());
  receive("+a\r");
  EXPECT_EQ(answers(), "");
  receive("\n+b\r\n");
  EXPECT_EQ(answers(), "1=+a 2=+b");
  EXPECT_EQ(mux.unanswered(), 0u);
  EXPECT_EQ(mux.queued_bytes(), 0u);
}

TEST_F(MultiplexerTest, NothingIsStagedWithoutAConnection) {
  submit("a");
  EXPECT_THAT(std::string(mux.stage(now)), IsEmpty());
  mux.opened(now);
  EXPECT_EQ(write_all(), Request("ECHO", "a").bytes());
}

TEST_F(MultiplexerTest, AnErrorReplyBelongsToItsCallerOnly) {
  mux.opened(now);
  submit("a");
  submit("b");
  write_all();
  receive("-ERR no\r\n+b\r\n");
  EXPECT_EQ(answers(), "1=-ERR no 2=+b");
  EXPECT_EQ(mux.counters().error_replies, 1u);
}

TEST_F(MultiplexerTest, ABatchIsAnsweredWhenAllOfItIs) {
  mux.opened(now);
  const auto batch = Request("ECHO", "a").add("ECHO", "b").add("ECHO", "c");
  ASSERT_TRUE(mux.submit({batch.bytes(), 3, now + 1s, Repeat::never, nullptr}, now));
  write_all();
  receive("+a\r\n-ERR b\r\n");
  EXPECT_EQ(answers(), "");
  receive("+c\r\n");
  EXPECT_EQ(answers(), "1=+a-ERR b+c");
}

TEST_F(MultiplexerTest, AbandonedBeforeSendingIsNeverSent) {
  mux.opened(now);
  const auto a = submit("a");
  submit("b");
  mux.abandon(a);
  EXPECT_EQ(write_all(), Request("ECHO", "b").bytes());
  receive("+b\r\n");
  EXPECT_EQ(answers(), "2=+b");
}

TEST_F(MultiplexerTest, AbandonedAfterSendingKeepsItsPlace) {
  mux.opened(now);
  submit("a");
  const auto b = submit("b");
  submit("c");
  write_all();
  mux.abandon(b);
  receive("+a\r\n+b\r\n+c\r\n");
  EXPECT_EQ(answers(), "1=+a 3=+c");
}

TEST_F(MultiplexerTest, AbandonedInTheMiddleOfItsBatchSwallowsTheRest) {
  mux.opened(now);
  const auto batch = Request("ECHO", "a").add("ECHO", "b");
  const auto id = mux.submit({batch.bytes(), 2, now + 1s, Repeat::never, nullptr}, now);
  submit("c");
  write_all();
  receive("+a\r\n");
  mux.abandon(*id);
  receive("+b\r\n+c\r\n");
  EXPECT_EQ(answers(), "2=+c");
}

TEST_F(MultiplexerTest, AnswersThatOvertakeTheReportOfTheirWriteCount) {
  mux.opened(now);
  submit("a");
  const std::size_t n = mux.stage(now).size();
  receive("+a\r\n");
  EXPECT_EQ(answers(), "1=+a");
  submit("b");
  mux.written(n);
  EXPECT_EQ(write_all(), Request("ECHO", "b").bytes());
  receive("+b\r\n");
  EXPECT_EQ(answers(), "2=+b");
}

TEST_F(MultiplexerTest, ALostConnectionSortsWhatWasSentFromWhatWasNot) {
  mux.opened(now);
  submit("written");
  submit("written, harmless", 1s, Repeat::harmless);
  const std::string sent = write_all();
  submit("half");
  submit("not a byte");
  ASSERT_FALSE(mux.stage(now).empty());
  mux.written(3);
  submit("waiting");
  mux.closed(Multiplexer::Sent::exactly, gone, out);
  EXPECT_EQ(answers(), "1=!outcome_unknown 3=!outcome_unknown");
  EXPECT_FALSE(mux.connected());

  mux.opened(now);
  EXPECT_EQ(write_all(),
            Request("ECHO", "written, harmless").add("ECHO", "not a byte").add("ECHO", "waiting").bytes());
  receive("+x\r\n+y\r\n+z\r\n");
  EXPECT_EQ(answers(), "2=+x 4=+y 5=+z");
  EXPECT_EQ(mux.counters().repeated, 1u);
}

TEST_F(MultiplexerTest, WhenTheTransportCannotCountEverythingStagedIsInDoubt) {
  mux.opened(now);
  submit("staged");
  ASSERT_FALSE(mux.stage(now).empty());
  submit("waiting");
  mux.closed(Multiplexer::Sent::unknown, gone, out);
  EXPECT_EQ(answers(), "1=!outcome_unknown");
  mux.opened(now);
  EXPECT_EQ(write_all(), Request("ECHO", "waiting").bytes());
}

TEST_F(MultiplexerTest, AHarmlessBatchIsAskedAgainAsAWhole) {
  mux.opened(now);
  const auto batch = Request("GET", "a").add("GET", "b");
  ASSERT_TRUE(mux.submit({batch.bytes(), 2, now + 1s, Repeat::harmless, nullptr}, now));
  write_all();
  receive("+old\r\n");
  mux.closed(Multiplexer::Sent::exactly, gone, out);
  mux.opened(now);
  EXPECT_EQ(write_all(), batch.bytes());
  receive("+new1\r\n+new2\r\n");
  EXPECT_EQ(answers(), "1=+new1+new2");
}

TEST_F(MultiplexerTest, HalfAReplyOfALostConnectionIsForgotten) {
  mux.opened(now);
  submit("a", 1s, Repeat::harmless);
  write_all();
  receive("$100\r\nabc");
  mux.closed(Multiplexer::Sent::exactly, gone, out);
  mux.opened(now);
  write_all();
  receive("+whole\r\n");
  EXPECT_EQ(answers(), "1=+whole");
}

TEST_F(MultiplexerTest, DeadlinesSayWhatIsKnown) {
  mux.opened(now);
  submit("sent", 1s);
  submit("sent, harmless", 1s, Repeat::harmless);
  write_all();
  submit("waiting", 1s);
  submit("longer", 2s);
  EXPECT_EQ(mux.next_tick(), now + 1s);
  advance(1s);
  EXPECT_EQ(answers(), "1=!outcome_unknown 2=!timeout 3=!timeout");
  EXPECT_EQ(mux.next_tick(), now + 1s);
  // Late replies of the expired are swallowed.
  write_all();
  receive("+late\r\n+late\r\n+longer\r\n");
  EXPECT_EQ(answers(), "4=+longer");
}

TEST_F(MultiplexerTest, AnExpiredRequestOfALostConnectionIsNotRepeated) {
  mux.opened(now);
  submit("a", 1s, Repeat::harmless);
  write_all();
  advance(1s);
  EXPECT_EQ(answers(), "1=!timeout");
  mux.closed(Multiplexer::Sent::exactly, gone, out);
  EXPECT_EQ(answers(), "");
  mux.opened(now);
  EXPECT_EQ(write_all(), "");
}

TEST_F(MultiplexerTest, WaitingInVainNamesWhatIsInTheWay) {
  mux.closed(Multiplexer::Sent::exactly, Error{ErrorCode::unauthenticated, false, "WRONGPASS"}, out);
  submit("a", 1s);
  now += 1s;
  mux.tick(now, out);
  ASSERT_THAT(out.answers, SizeIs(1));
  const Error error = out.answers[0].replies.error();
  EXPECT_EQ(error.code, ErrorCode::unauthenticated);
  EXPECT_TRUE(error.retryable);
  EXPECT_THAT(error.detail, HasSubstr("WRONGPASS"));
}

TEST_F(MultiplexerTest, SilenceEndsTheConnectionAndOnlySilence) {
  mux.opened(now);
  submit("slow", 1h);
  submit("slower", 1h);
  advance(1h);  // idle time before the write does not count
  out = {};
  submit("a", 1h);
  submit("b", 1h);
  write_all();
  advance(4s);
  receive("+a\r\n");  // an answer: the clock starts anew
  advance(4s);
  EXPECT_FALSE(out.close);
  advance(1s);
  ASSERT_TRUE(out.close);
  EXPECT_EQ(out.close->code, ErrorCode::timeout);
}

TEST_F(MultiplexerTest, AnIdleConnectionIsAsked) {
  mux.opened(now);
  advance(9s);
  EXPECT_EQ(write_all(), "");
  advance(1s);
  EXPECT_EQ(write_all(), Request("PING").bytes());
  advance(4s);
  EXPECT_FALSE(out.close);
  receive("+PONG\r\n");
  advance(9s);
  EXPECT_FALSE(out.close);
  advance(1s);
  EXPECT_EQ(write_all(), Request("PING").bytes());
  advance(5s);
  EXPECT_TRUE(out.close);
  EXPECT_EQ(answers(), "");
}

TEST_F(MultiplexerTest, AReplyNobodyAskedForIsAProtocolError) {
  mux.opened(now);
  receive("+hello\r\n");
  ASSERT_TRUE(out.close);
  EXPECT_EQ(out.close->code, ErrorCode::parse);
}

TEST_F(MultiplexerTest, AReplyToWhatWasNotSentIsAProtocolError) {
  mux.opened(now);
  submit("a");
  receive("+a\r\n");
  EXPECT_TRUE(out.close);
  EXPECT_EQ(answers(), "");
}

TEST_F(MultiplexerTest, GarbageClosesAndTheCallersLearnIt) {
  mux.opened(now);
  submit("a");
  write_all();
  receive("?\r\n");
  ASSERT_TRUE(out.close);
  mux.closed(Multiplexer::Sent::exactly, *out.close, out);
  EXPECT_EQ(answers(), "1=!outcome_unknown");
}

TEST_F(MultiplexerTest, AReplyThatIsTooLargeIsNotAskedForAgain) {
  auto small = limits();
  small.reply.max_bytes = 100;
  mux = Multiplexer(small);
  mux.opened(now);
  submit("small", 1s, Repeat::harmless);
  submit("large", 1s, Repeat::harmless);
  submit("next", 1s, Repeat::harmless);
  write_all();
  receive("+small\r\n$101\r\n");
  EXPECT_EQ(answers(), "1=+small 2=!too_large");
  ASSERT_TRUE(out.close);
  mux.closed(Multiplexer::Sent::exactly, *out.close, out);
  mux.opened(now);
  EXPECT_EQ(write_all(), Request("ECHO", "next").bytes());
  receive("+next\r\n");
  EXPECT_EQ(answers(), "3=+next");
}

TEST_F(MultiplexerTest, TheQueueIsBounded) {
  auto small = limits();
  small.queue_bytes = 100;
  small.queue_requests = 3;
  mux = Multiplexer(small);
  const auto try_submit = [&](std::size_t bytes) {
    return mux.submit({std::string(bytes, 'x'), 1, now + 1s, Repeat::never, nullptr}, now);
  };
  EXPECT_EQ(try_submit(101).error().code, ErrorCode::too_large);
  EXPECT_TRUE(try_submit(60));
  EXPECT_EQ(try_submit(41).error().code, ErrorCode::unavailable);
  EXPECT_TRUE(try_submit(41).error().retryable);
  EXPECT_TRUE(try_submit(1));
  EXPECT_TRUE(try_submit(1));
  EXPECT_EQ(try_submit(1).error().code, ErrorCode::unavailable);
  EXPECT_EQ(mux.counters().refused, 4u);
  EXPECT_EQ(try_submit(0).error().code, ErrorCode::invalid_argument);
}

TEST_F(MultiplexerTest, StopAnswersEverybody) {
  mux.opened(now);
  submit("sent");
  submit("sent, harmless", 1s, Repeat::harmless);
  write_all();
  submit("waiting");
  mux.stop(Error{ErrorCode::cancelled, false, "stopping"}, out);
  EXPECT_EQ(answers(), "1=!outcome_unknown 2=!cancelled 3=!cancelled");
  EXPECT_EQ(mux.unanswered(), 0u);
  EXPECT_FALSE(mux.submit({"x", 1, now + 1s, Repeat::never, nullptr}, now));
}

TEST_F(MultiplexerTest, AWriteIsBoundedSoThatTheRestStaysUnsent) {
  auto small = limits();
  small.write_bytes = 30;
  mux = Multiplexer(small);
  mux.opened(now);
  for (int i = 0; i < 5; ++i) submit("x");  // 27 bytes each... two pass 30
  const auto first = mux.stage(now);
  EXPECT_EQ(first.size(), 2 * Request("ECHO", "x").bytes().size());
}

}  // namespace
}  // namespace forestall::redis
