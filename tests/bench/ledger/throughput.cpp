// SPDX-License-Identifier: Apache-2.0
// Order upserts per second through the daemon's client and decoder, beside redis-benchmark calling the same
// function with the same arguments.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <random>

#include "daemon/ledger/replies.hpp"
#include "tests/bench/ledger/setup.hpp"

namespace forestall::bench {
namespace {

namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

constexpr std::uint64_t range = 100'000;
constexpr int callers = 50;
constexpr int batch = 16;

struct Work {
  const std::vector<std::string>& head;  // the words before the observations
  const std::vector<std::string>& orders;
  std::size_t next = 0;
  std::size_t per_call = 1;  // observations in one FCALL
  int active = 0;
  std::map<char, std::int64_t> outcomes;
};

// Sends `batch` calls at a time, like a connection of redis-benchmark -P 16.
asio::awaitable<void> caller(redis::Client& client, Work& work) {
  while (work.next < work.orders.size()) {
    redis::Request request;
    std::size_t calls = 0;
    for (; calls < (work.per_call > 1 ? 1 : batch) && work.next < work.orders.size(); ++calls) {
      const auto n = std::min(work.per_call, work.orders.size() - work.next);
      request.begin(work.head.size() + n);
      for (const auto& word : work.head) request.word(word);
      for (std::size_t i = 0; i < n; ++i) request.word(work.orders[work.next++]);
    }
    const auto replies = co_await client.batch(std::move(request), {.timeout = std::chrono::seconds(60)});
    if (!replies || replies->size() != calls) {
      fmt::print(stderr, "call failed: {}\n", replies ? "answers are missing" : to_string(replies.error()));
      std::exit(1);
    }
    for (const auto& reply : *replies) {
      const auto applied = reply.kind() == redis::Reply::Kind::bulk
                               ? ledger::decode_applied(*reply.text())
                               : Result<ledger::Applied>(fail(ErrorCode::internal, reply.describe()));
      if (!applied) {
        fmt::print(stderr, "call failed: {}\n", to_string(applied.error()));
        std::exit(1);
      }
      for (const auto outcome : applied->outcomes) ++work.outcomes[static_cast<char>(outcome)];
    }
  }
  --work.active;
}

double ours(test::Loop& loop, redis::Client& client, Work& work) {
  const auto start = Steady::now();
  work.active = callers;
  for (int i = 0; i < callers; ++i) loop.spawn(caller(client, work));
  while (work.active > 0) loop.io.run_one();
  loop.io.restart();
  return static_cast<double>(work.orders.size()) /
         std::chrono::duration<double>(Steady::now() - start).count();
}

double theirs(Server& server, const std::vector<std::string>& head, std::int64_t n) {
  std::vector<std::string> words = {"redis-benchmark",       "-s", server.redis.socket(), "-c",
                                    std::to_string(callers), "-P", std::to_string(batch), "-n",
                                    std::to_string(n),       "-r", std::to_string(range), "--csv"};
  words.insert(words.end(), head.begin(), head.end());
  words.push_back(order_pattern());
  const auto done = test::run(words, {}, std::chrono::minutes(5));
  const auto line =
      done.out.find("\",\"", done.out.find("\n"));  // the row after the heading: "name","rate",...
  if (line == std::string::npos || done.out.find("ERR") != std::string::npos) {
    fmt::print(stderr, "redis-benchmark: {}{}\n", done.out, done.err);
    std::exit(1);
  }
  return std::strtod(done.out.c_str() + line + 3, nullptr);
}

std::vector<std::string> random_orders(std::int64_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto pattern = order_pattern();
  std::vector<std::string> orders;
  for (std::int64_t i = 0; i < n; ++i)
    orders.push_back(fill_in(pattern, {random() % range, random() % range, random() % range}));
  return orders;
}

// Each order once: first seen.
std::vector<std::string> distinct_orders(std::int64_t n, std::uint64_t from) {
  std::mt19937_64 random(from);
  const auto pattern = order_pattern();
  std::vector<std::string> orders;
  for (std::int64_t i = 0; i < n; ++i)
    orders.push_back(fill_in(pattern, {from + static_cast<std::uint64_t>(i), 1, random() % range}));
  return orders;
}

void print(const char* what, double per_second, const std::map<char, std::int64_t>& outcomes) {
  std::string text;
  for (const auto& [letter, n] : outcomes) text += fmt::format(" {}:{}", letter, n);
  fmt::print("  {:<64} {:>9.0f}/s  {}\n", what, per_second, text);
  std::fflush(stdout);
}

}  // namespace

void run_throughput(bool durable, std::int64_t orders, const std::string& folder) {
  Server server(durable, folder);
  test::SyncLedger ledger(server.sync, seller);
  fill(ledger, static_cast<std::int64_t>(range), 1);
  test::Loop loop;
  redis::ClientConfig config;
  config.endpoint = redis::parse_endpoint(server.redis.url()).value();
  redis::Client client(loop.io.get_executor(), config, loop.clock, loop.random, loop.log);
  loop.spawn(client.run());
  loop.run_until([&] { return client.state().connected; });

  const std::vector<std::string> head = {
      "FCALL",
      "forestall_observe",
      "1",
      ledger.prefix(),
      ledger.token(),
      std::to_string(start_of_time().time_since_epoch().count() + 3'600'000),
      "",
      ""};
  fmt::print("{} orders, {} SKUs, Unix socket, {}\n", orders, range,
             durable ? "appendfsync always" : "no AOF");
  // Peers alternate, so that both see the same data and the same neighbours on the machine.
  double best_ours = 0, best_theirs = 0;
  for (int round = 0; round < 3; ++round) {
    best_theirs = std::max(best_theirs, theirs(server, head, orders));
    const auto random = random_orders(orders, static_cast<std::uint64_t>(round) + 1);
    Work work{head, random, 0, 1, 0, {}};
    best_ours = std::max(best_ours, ours(loop, client, work));
    if (round == 2) {
      print("redis-benchmark -c 50 -P 16, random orders, versions and SKUs", best_theirs, {});
      print("ours, 50 callers x 16 calls of one order each, the same", best_ours, work.outcomes);
    }
  }
  fmt::print("  ratio {:.2f} (best of 3 alternating rounds)\n", best_ours / best_theirs);

  for (const std::size_t per_call : {std::size_t{1}, std::size_t{16}, std::size_t{100}}) {
    const auto first = distinct_orders(orders, 1'000'000'000ULL * per_call);
    Work work{head, first, 0, per_call, 0, {}};
    const auto before = server_seconds(server);
    const auto rate = ours(loop, client, work);
    const auto busy = server_seconds(server) - before;
    print(fmt::format("ours, first-seen orders, {} a call", per_call).c_str(), rate, work.outcomes);
    fmt::print("  {:<64} {:>9.0f} per second of the server's processor\n", "",
               static_cast<double>(orders) / busy);
    Work again{head, first, 0, per_call, 0, {}};
    print(fmt::format("ours, the same again (duplicates), {} a call", per_call).c_str(),
          ours(loop, client, again), again.outcomes);
  }
  client.stop();
  loop.join();
}

}  // namespace forestall::bench
