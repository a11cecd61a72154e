// SPDX-License-Identifier: Apache-2.0
// Commands per second of the client on one connection, beside redis-benchmark with as many commands in
// flight, against the same server in the same run.
//
//   redis_client [seconds per row, default 2] [callers batch]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "daemon/redis/client.hpp"
#include "tests/support/redis/loop.hpp"
#include "tests/support/redis/redis_server.hpp"

namespace forestall {
namespace {

namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

struct Row {
  int callers;
  int batch;
};

struct Run {
  bool stop = false;
  std::uint64_t commands = 0;
  int active = 0;
  std::vector<float> micros;  // of one call
};

asio::awaitable<void> caller(redis::Client& client, int id, int batch, Run& run) {
  const std::string key = fmt::format("key:{:012}", id);
  while (!run.stop) {
    redis::Request request;
    for (int i = 0; i < batch; ++i) request.add("SET", key, "xxx");
    const auto start = Steady::now();
    const auto replies = co_await client.batch(std::move(request));
    if (!replies || replies->size() != static_cast<std::size_t>(batch) ||
        !replies->front().expect_ok("SET")) {
      fmt::print(stderr, "call failed: {}\n", replies ? "not OK" : to_string(replies.error()));
      std::exit(1);
    }
    run.micros.push_back(std::chrono::duration<float, std::micro>(Steady::now() - start).count());
    run.commands += static_cast<std::uint64_t>(batch);
  }
  --run.active;
}

struct Measured {
  double per_second = 0;
  float p50 = 0, p99 = 0;
};

Measured ours(test::Loop& loop, redis::Client& client, const Row& row, double seconds) {
  Run run;
  run.micros.reserve(4'000'000);
  const auto start = Steady::now();
  run.active = row.callers;
  for (int i = 0; i < row.callers; ++i) loop.spawn(caller(client, i, row.batch, run));
  loop.clock.wake_at(
      loop.clock.monotonic() + std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9)),
      [&run] { run.stop = true; });
  while (run.active > 0) loop.io.run_one();
  const double took = std::chrono::duration<double>(Steady::now() - start).count();
  std::ranges::sort(run.micros);
  const auto at = [&](double p) {
    return run.micros[static_cast<std::size_t>(p * static_cast<double>(run.micros.size() - 1))];
  };
  return {static_cast<double>(run.commands) / took, at(0.5), at(0.99)};
}

// redis-benchmark with `callers` connections of `batch` commands each, as many commands in all as take
// `seconds`.
double theirs(const test::RedisServer& server, const Row& row, double expected_per_second, double seconds) {
  const auto n = static_cast<std::uint64_t>(
      std::max(std::min(expected_per_second, 70'000.0 * row.batch) * seconds, 10'000.0));
  const auto done = test::run(
      {"redis-benchmark", "-s", server.socket(), "-c", std::to_string(row.callers), "-P",
       std::to_string(row.batch), "-n", std::to_string(n), "-t", "set", "-d", "3", "-r", "1000", "--csv"},
      {}, std::chrono::minutes(5));
  // The last line: "SET","123456.78",...
  const auto line = done.out.find("\"SET\",\"");
  if (line == std::string::npos) {
    fmt::print(stderr, "redis-benchmark: {}{}\n", done.out, done.err);
    std::exit(1);
  }
  return std::strtod(done.out.c_str() + line + 7, nullptr);
}

int bench(double seconds, std::vector<Row> rows) {
  test::RedisServer server;
  test::Loop loop;
  redis::ClientConfig config;
  config.endpoint = redis::parse_endpoint(server.url()).value();
  redis::Client client(loop.io.get_executor(), config, loop.clock, loop.random, loop.log);
  loop.spawn(client.run());
  loop.run_until([&] { return client.state().connected; });
  fmt::print("SET of 3 bytes over a Unix socket, no AOF; ours: one connection, theirs: one a caller\n");
  fmt::print("{:>8} {:>6} {:>14} {:>9} {:>9} {:>18} {:>6}\n", "callers", "batch", "ours cmd/s", "p50 us",
             "p99 us", "redis-benchmark", "ratio");
  for (const Row& row : rows) {
    ours(loop, client, row, 0.2);  // warm
    const auto mine = ours(loop, client, row, seconds);
    const double peer = theirs(server, row, mine.per_second, seconds);
    fmt::print("{:>8} {:>6} {:>14.0f} {:>9.1f} {:>9.1f} {:>18.0f} {:>6.2f}\n", row.callers, row.batch,
               mine.per_second, mine.p50, mine.p99, peer, mine.per_second / peer);
    std::fflush(stdout);
  }
  client.stop();
  loop.join();
  return 0;
}

}  // namespace
}  // namespace forestall

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::strtod(argv[1], nullptr) : 2.0;
  if (argc > 3) return forestall::bench(seconds, {{std::atoi(argv[2]), std::atoi(argv[3])}});
  return forestall::bench(seconds, {{1, 1}, {16, 1}, {256, 1}, {1, 16}, {16, 16}, {50, 16}, {256, 16}});
}
