// SPDX-License-Identifier: Apache-2.0
// Bytes of Redis a SKU, a further listing and an open order; a large seller loaded into the mirror.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <ctime>

#include "daemon/ledger/ledger.hpp"
#include "tests/bench/ledger/setup.hpp"

namespace forestall::bench {
namespace {

using Steady = std::chrono::steady_clock;
double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::int64_t resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  long pages = 0, resident = 0;
  const int read = std::fscanf(file, "%ld %ld", &pages, &resident);
  std::fclose(file);
  return read == 2 ? resident * ::sysconf(_SC_PAGESIZE) : 0;
}

// History and what is waiting to be decided are counted apart.
void settle(Server& server, const test::SyncLedger& ledger) {
  for (const auto* name : {"dirty", "history", "demand"})
    server.sync.call({"DEL", ledger.prefix() + ":" + name});
}

void open_orders(test::SyncLedger& ledger, std::int64_t n, std::int64_t skus) {
  using namespace model;
  const auto placed = start_of_time() + std::chrono::minutes(10);
  for (std::int64_t at = 0; at < n; at += 500) {
    std::vector<Observation> page;
    for (auto i = at; i < std::min(at + 500, n); ++i) {
      OrderUpsert o;
      o.account = AccountId::literal("amazon-us");
      o.from = {SourceId::literal("amazon-us"), Version::of(placed), placed};
      o.id = OrderId::literal(fmt::format("114-{:07}-{:07}", i / 10'000'000, i % 10'000'000));
      o.placed_at = placed;
      o.placed_day = std::chrono::year{2026} / 3 / 1;
      o.ship_by = placed + std::chrono::hours(24);
      o.deliver_by = placed + std::chrono::hours(96);
      OrderLine line;
      line.id = OrderLineId::literal(fmt::format("{:014}", i));
      line.listing = ListingId::literal(listing_name(0, i * 7 % skus));
      line.ordered = Units(1);
      o.lines.push_back(line);
      page.push_back(o);
    }
    ledger.observe(page);
    ledger.returned.clear();
    ledger.events.clear();
  }
}

void row(const char* what, double bytes, int most) {
  fmt::print("  {:<28} {:>6.0f} bytes, at most {}  {}\n", what, bytes, most, bytes <= most ? "ok" : "MISSED");
}

}  // namespace

void run_memory(const std::string& folder) {
  constexpr std::int64_t n = 100'000;
  fmt::print("Memory of Redis (used_memory), {} of each, history apart\n", n);
  double one = 0;
  {
    Server server(false, folder);
    test::SyncLedger ledger(server.sync, seller);
    const auto empty = server.used_memory();
    fill(ledger, n, 1);
    settle(server, ledger);
    const auto filled = server.used_memory();
    one = static_cast<double>(filled - empty) / n;
    row("SKU with one listing", one, 512);
    open_orders(ledger, n, n);
    const auto dirty = server.used_memory();
    const auto history = ledger.hash("history").size();
    settle(server, ledger);
    const auto settled = server.used_memory();
    row("open order (one line)", static_cast<double>(settled - filled) / n, 256);
    fmt::print("  {:<28} {:>6.0f} bytes an order until decided and replayed ({} SKUs)\n",
               "history and dirty set", static_cast<double>(dirty - settled) / n, history);
  }
  Server server(false, folder);
  test::SyncLedger ledger(server.sync, seller);
  const auto empty = server.used_memory();
  fill(ledger, n, 3);
  settle(server, ledger);
  row("further listing", (static_cast<double>(server.used_memory() - empty) / n - one) / 2, 224);
}

void run_scale(std::int64_t skus, const std::string& folder) {
  fmt::print("{} SKUs with 3 listings each, {} open orders\n", skus, skus / 10);
  Server server(false, folder);
  auto start = Steady::now();
  {
    test::SyncLedger ledger(server.sync, seller);
    fill(ledger, skus, 3);
    open_orders(ledger, skus / 10, skus);
    settle(server, ledger);
    ledger.call("forestall_release", {ledger.token()});
  }
  fmt::print("  filled in {:.1f} s; Redis {:.0f} MiB\n", seconds_since(start),
             static_cast<double>(server.used_memory()) / 1048576);
  test::Loop loop;
  redis::ClientConfig config;
  config.endpoint = redis::parse_endpoint(server.redis.url()).value();
  redis::Client client(loop.io.get_executor(), config, loop.clock, loop.random, loop.log);
  loop.spawn(client.run());
  loop.run_until([&] { return client.state().connected; });
  const auto before = resident_bytes();
  start = Steady::now();
  ledger::Ledger ledger(
      client, loop.clock, loop.log,
      {.seller = SellerId::literal(seller), .owner = "bench", .lease_ttl = Millis(600'000)});
  std::optional<Result<void>> opened;
  const auto clock_before = std::clock();
  const auto server_before = server_seconds(server);
  loop.spawn(ledger.open(), [&](Result<void> result) { opened = std::move(result); });
  // On a busy machine a turn also takes what others took meanwhile: its own processor time is shown beside
  // it.
  double longest = 0, longest_own = 0;
  while (!opened) {
    const auto turn = Steady::now();
    const auto own = thread_seconds();
    loop.io.poll_one();
    longest = std::max(longest, seconds_since(turn));
    longest_own = std::max(longest_own, thread_seconds() - own);
  }
  if (!*opened) fmt::print("  open failed: {}\n", to_string(opened->error()));
  fmt::print(
      "  opened in {:.1f} s (at most 60), longest turn {:.1f} ms (at most 5), {:.1f} ms of it or of another "
      "on "
      "the processor; resident {:.0f} MiB more (at most 1024), tables {:.0f} MiB; {} SKUs, {} listings, {} "
      "open "
      "orders\n",
      seconds_since(start), longest * 1e3, longest_own * 1e3,
      static_cast<double>(resident_bytes() - before) / 1048576,
      static_cast<double>(ledger.mirror().bytes()) / 1048576, ledger.mirror().skus(),
      ledger.mirror().listings(), ledger.mirror().open_orders());
  fmt::print("  processor time: ours {:.1f} s, Redis {:.1f} s\n",
             static_cast<double>(std::clock() - clock_before) / CLOCKS_PER_SEC,
             server_seconds(server) - server_before);
  client.stop();
  loop.join();
}

}  // namespace forestall::bench
