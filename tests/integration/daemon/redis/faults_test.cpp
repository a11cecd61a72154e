// SPDX-License-Identifier: Apache-2.0
// What breaks on the way: killed and paused servers, links cut at every byte, ports that never answer.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <csignal>
#include <numeric>
#include <thread>

#include "tests/integration/daemon/redis/redis_test.hpp"
#include "tests/support/tcp_proxy/tcp_proxy.hpp"

namespace forestall::redis {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::SizeIs;

// Counts upwards on the server and checks that each answer is its own.
struct LoadCaller {
  std::uint64_t acknowledged = 0;
  std::uint64_t unknown = 0;
  std::uint64_t other_errors = 0;
  std::uint64_t mismatches = 0;
  std::int64_t last = 0;
};

asio::awaitable<void> load(Client& redis, int id, const bool& stop, LoadCaller& me) {
  const auto key = fmt::format("counter:{}", id);
  std::uint64_t i = 0;
  while (!stop) {
    const auto mark = fmt::format("{}-{}", id, ++i);
    const auto replies = co_await redis.batch(Request("ECHO", mark).add("INCR", key), {.timeout = 10s});
    if (!replies) {
      ++(replies.error().code == ErrorCode::outcome_unknown ? me.unknown : me.other_errors);
      continue;
    }
    const auto echoed = (*replies)[0].expect_text("ECHO");
    const auto counted = (*replies)[1].expect_integer("INCR");
    if (!echoed || *echoed != mark || !counted || *counted <= me.last) {
      ++me.mismatches;
      continue;
    }
    me.last = *counted;
    ++me.acknowledged;
  }
}

TEST(RedisFaults, KilledUnderLoadNothingAcknowledgedIsLostAndNoAnswerIsAnothers) {
  constexpr int callers = 16;
  constexpr int kills = 25;
  test::Loop loop;
  test::RedisServer server({.durable = true});
  RunningClient redis(loop, config_for(server.url()));
  std::vector<LoadCaller> all(callers);
  bool stop = false;
  for (int i = 0; i < callers; ++i) loop.spawn(load(redis.client, i, stop, all[static_cast<std::size_t>(i)]));
  const auto acknowledged = [&] {
    return std::accumulate(all.begin(), all.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const LoadCaller& c) { return sum + c.acknowledged; });
  };
  for (int i = 0; i < kills; ++i) {
    const auto before = acknowledged();
    loop.run_until([&] { return acknowledged() > before + 200; });
    // From another thread, at a moment nobody chose, while requests are on their way.
    const auto delay = std::chrono::microseconds(loop.random.below(3000));
    std::thread killer([pid = server.pid(), delay] {
      std::this_thread::sleep_for(delay);
      ::kill(pid, SIGKILL);
    });
    loop.run_until([&] { return !redis->state().connected; });
    killer.join();
    server.kill();
    server.start();
  }
  stop = true;
  loop.run_until([&] { return redis->state().connected; });
  std::uint64_t unknown = 0;
  for (int i = 0; i < callers; ++i) {
    const auto& caller = all[static_cast<std::size_t>(i)];
    const auto stored =
        redis.call(Request("GET", fmt::format("counter:{}", i)))->expect_integer("GET").value();
    EXPECT_EQ(caller.mismatches, 0u);
    EXPECT_EQ(caller.other_errors, 0u);
    EXPECT_GE(stored, static_cast<std::int64_t>(caller.acknowledged)) << "an acknowledged write is lost";
    EXPECT_LE(stored, static_cast<std::int64_t>(caller.acknowledged + caller.unknown)) << "done twice";
    unknown += caller.unknown;
  }
  EXPECT_GT(unknown, 0u) << "no kill met anybody: the test proves nothing";
  EXPECT_EQ(redis->counters().outcome_unknown, unknown);
  EXPECT_GE(redis->counters().connects, static_cast<std::uint64_t>(kills));
}

TEST(RedisFaults, APausedServerIsFoundByDeadlineAndSilenceAndComesBack) {
  test::Loop loop;
  test::RedisServer server;
  auto config = config_for(server.url());
  config.limits.silence = 300ms;
  config.connect_timeout = 200ms;
  RunningClient redis(loop, config);
  ASSERT_TRUE(redis.call(Request("SET", "k", "v")));
  server.pause();
  EXPECT_EQ(redis.call(Request("INCR", "n"), {.timeout = 100ms}).error().code, ErrorCode::outcome_unknown);
  const auto read = redis.call(Request("GET", "k"), {.timeout = 100ms, .repeat = Repeat::harmless});
  EXPECT_EQ(read.error().code, ErrorCode::timeout);
  EXPECT_TRUE(read.error().retryable);
  loop.run_until([&] { return !redis->state().connected && redis->state().failed_attempts >= 2; });
  EXPECT_EQ(redis->state().last_error->code, ErrorCode::timeout);
  // Waits for the server, and is answered once it is back.
  std::optional<Result<Reply>> waiting;
  loop.spawn(redis->call(Request("GET", "k")), [&](Result<Reply> reply) { waiting = std::move(reply); });
  loop.run_for(50ms);
  EXPECT_FALSE(waiting);
  server.resume();
  loop.run_until([&] { return waiting.has_value(); });
  EXPECT_EQ((*waiting)->expect_text("GET").value(), "v");
}

TEST(RedisFaults, APortThatAcceptsAndNeverAnswersIsFoundByTheDeadline) {
  test::Loop loop;
  test::RedisServer server;
  test::TcpProxy proxy(server.socket(), test::Faults::black_hole());
  auto config = config_for(fmt::format("redis://127.0.0.1:{}", proxy.port()));
  config.connect_timeout = 100ms;
  RunningClient redis(loop, config);
  const auto reply = redis.call(Request("GET", "k"), {.timeout = 300ms});
  EXPECT_EQ(reply.error().code, ErrorCode::timeout);
  EXPECT_TRUE(reply.error().retryable);
  EXPECT_FALSE(redis->state().connected);
  loop.run_until([&] { return redis->state().failed_attempts >= 2; });
  proxy.set({});
  EXPECT_TRUE(redis.call(Request("PING")));
}

TEST(RedisFaults, ALinkThatGoesDeafAfterTheHandshakeIsFoundByPing) {
  test::Loop loop;
  test::RedisServer server;
  test::TcpProxy proxy(server.socket());
  auto config = config_for(fmt::format("redis://127.0.0.1:{}", proxy.port()));
  config.limits.ping_every = 50ms;
  {
    config.limits.silence = 20s;  // however busy the machine is
    RunningClient redis(loop, config);
    ASSERT_TRUE(redis.call(Request("PING")));
    loop.run_until([&] { return redis->counters().pings >= 3; });
    EXPECT_EQ(redis->counters().disconnects, 0u) << "answered pings keep the connection";
  }
  config.limits.silence = 500ms;
  RunningClient redis(loop, config);
  ASSERT_TRUE(redis.call(Request("PING"), {.repeat = Repeat::harmless}));
  for (const auto& fault : {test::Faults{.lose_answers = true}, test::Faults{.stall_to_server = true},
                            test::Faults{.stall_to_client = true}, test::Faults::black_hole()}) {
    const auto before = redis->counters().disconnects;
    proxy.set(fault);
    loop.run_until([&] { return redis->counters().disconnects > before; });
    EXPECT_THAT(redis->state().last_error->detail, HasSubstr("no answer for"));
    proxy.set({});
    ASSERT_TRUE(redis.call(Request("PING"), {.repeat = Repeat::harmless}));
  }
}

TEST(RedisFaults, LatencyOnlyMakesItSlow) {
  test::Loop loop;
  test::RedisServer server;
  test::TcpProxy proxy(server.socket(), {.latency = 5ms});
  RunningClient redis(loop, config_for(fmt::format("redis://127.0.0.1:{}", proxy.port())));
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(redis.call(Request("INCR", "n"))->expect_integer("").value(), i);
}

// A short script whose every command tells whether it got its own answer, sent as the link breaks after `n`
// bytes.
struct Outcome {
  std::optional<Result<Reply>> echo, incr;
  std::optional<Result<std::vector<Reply>>> batch;
  bool done() const { return echo && incr && batch; }
};

// Whether the command that must not be repeated was left in doubt.
bool break_link(test::RedisServer& server, std::uint64_t n, bool towards_server, bool reset) {
  SCOPED_TRACE(
      fmt::format("{} cut after {} bytes, reset {}", towards_server ? "requests" : "replies", n, reset));
  test::Loop loop;
  test::TcpProxy proxy(server.socket());
  RunningClient redis(loop, config_for(fmt::format("redis://127.0.0.1:{}", proxy.port())));
  EXPECT_TRUE(redis.call(Request("DEL", "n")));
  const auto counts = proxy.counts();
  proxy.set({.cut_to_server = towards_server ? std::optional(counts.to_server + n) : std::nullopt,
             .cut_to_client = towards_server ? std::nullopt : std::optional(counts.to_client + n),
             .reset = reset});
  Outcome out;
  loop.spawn(redis->call(Request("ECHO", "one"), {.repeat = Repeat::harmless}),
             [&](auto r) { out.echo = std::move(r); });
  loop.spawn(redis->call(Request("INCR", "n")), [&](auto r) { out.incr = std::move(r); });
  loop.spawn(redis->batch(Request("ECHO", "two").add("ECHO", "three"), {.repeat = Repeat::harmless}),
             [&](auto r) { out.batch = std::move(r); });
  const auto before = redis->counters().disconnects;
  loop.run_until([&] { return out.done() || redis->counters().disconnects > before; });
  proxy.set({});
  loop.run_until([&] { return out.done(); });
  EXPECT_EQ(out.echo->value().expect_text("").value(), "one");
  EXPECT_THAT(out.batch->value(), SizeIs(2));
  EXPECT_EQ(out.batch->value()[0].expect_text("").value(), "two");
  EXPECT_EQ(out.batch->value()[1].expect_text("").value(), "three");
  const auto stored = redis.call(Request("INCRBY", "n", 0))->expect_integer("").value();
  if (out.incr->has_value()) {
    EXPECT_EQ(out.incr->value().expect_integer("").value(), 1);
    EXPECT_EQ(stored, 1);
    return false;
  }
  EXPECT_EQ(out.incr->error().code, ErrorCode::outcome_unknown);
  EXPECT_LE(stored, 1);
  return true;
}

TEST(RedisFaults, CutAtEveryByteOfAnExchange) {
  test::RedisServer server;
  const std::uint64_t requests =
      Request("ECHO", "one").add("INCR", "n").add("ECHO", "two").add("ECHO", "three").bytes().size();
  constexpr std::uint64_t replies = 9 + 4 + 9 + 11;  // $3\r\none\r\n :1\r\n $3\r\ntwo\r\n $5\r\nthree\r\n
  std::uint64_t in_doubt = 0;
  for (std::uint64_t n = 1; n <= requests; ++n) in_doubt += break_link(server, n, true, n % 2 == 0);
  for (std::uint64_t n = 1; n <= replies; ++n) in_doubt += break_link(server, n, false, n % 2 == 0);
  EXPECT_GT(in_doubt, 10u) << "the cuts met nobody";
  EXPECT_LT(in_doubt, requests + replies);
}

TEST(RedisFaults, CutDuringTheHandshake) {
  test::RedisServer server;
  for (std::uint64_t n = 0; n < 3000; n += n < 64 ? 1 : 101) {
    SCOPED_TRACE(n);
    test::Loop loop;
    test::TcpProxy proxy(server.socket(), {.cut_to_client = n, .reset = n % 2 == 0});
    RunningClient redis(loop, config_for(fmt::format("redis://127.0.0.1:{}", proxy.port())));
    loop.run_until([&] { return redis->state().failed_attempts > 0; });
    proxy.set({});
    ASSERT_TRUE(redis.call(Request("PING"), {.repeat = Repeat::harmless}));
  }
}

TEST(RedisFaults, AReplyOverTheLimitFailsItsCallerOnly) {
  test::Loop loop;
  test::RedisServer server;
  auto config = config_for(server.url());
  config.limits.reply.max_bytes = 20'000;
  RunningClient redis(loop, config);
  ASSERT_TRUE(redis.call(Request("SET", "large", std::string(30'000, 'x'))));
  ASSERT_TRUE(redis.call(Request("SET", "small", "s")));
  std::optional<Result<Reply>> small;
  loop.spawn(redis->call(Request("GET", "small"), {.repeat = Repeat::harmless}),
             [&](auto r) { small = std::move(r); });
  const auto large = redis.call(Request("GET", "large"), {.repeat = Repeat::harmless});
  EXPECT_EQ(large.error().code, ErrorCode::too_large);
  loop.run_until([&] { return small.has_value(); });
  EXPECT_EQ(small->value().expect_text("").value(), "s");
  EXPECT_TRUE(redis.call(Request("PING")));
  EXPECT_EQ(redis->counters().disconnects, 1u);
}

TEST(RedisFaults, ACallerThatGivesUpShiftsNobodysAnswer) {
  test::Loop loop;
  test::RedisServer server;
  RunningClient redis(loop, config_for(server.url()));
  ASSERT_TRUE(redis.call(Request("PING")));
  int right = 0;
  int given_up = 0;
  constexpr int n = 300;
  std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
  for (int i = 0; i < n; ++i) {
    signals.push_back(std::make_unique<asio::cancellation_signal>());
    asio::co_spawn(
        loop.io, redis->call(Request("ECHO", i)),
        asio::bind_cancellation_slot(signals.back()->slot(), [&, i](std::exception_ptr, Result<Reply> reply) {
          if (!reply)
            given_up += reply.error().code == ErrorCode::cancelled;
          else
            right += reply->expect_integer("").value_or(-1) == i;
        }));
  }
  loop.io.restart();
  loop.io.run_one();  // some are sent, some not
  for (int i = 0; i < n / 2; ++i) loop.io.poll_one();
  for (std::size_t i = 0; i < signals.size(); i += 3) signals[i]->emit(asio::cancellation_type::terminal);
  loop.run_until([&] { return right + given_up == n; });
  EXPECT_EQ(right, n - given_up);
  EXPECT_GT(given_up, 0);
  EXPECT_TRUE(redis.call(Request("PING")));
}

}  // namespace
}  // namespace forestall::redis
