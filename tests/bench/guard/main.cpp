// SPDX-License-Identifier: Apache-2.0
// The live guard at scale: a seller with many SKUs on three accounts, from nothing to the first decision of
// everything, a look ahead, then full sweeps where nothing changed. Memory is this process's alone: the
// ledger is filled by another one.
//
//   bench_guard [SKUs]
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "connectors/net/sleep.hpp"
#include "daemon/acting/seller_acts.hpp"
#include "tests/support/acting/scripted_channel.hpp"
#include "tests/support/ledger/sync_ledger.hpp"
#include "tests/support/redis/loop.hpp"
#include "tests/support/redis/redis_server.hpp"

namespace forestall::bench {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr int accounts = 3;
const auto seller_name = SellerId::literal("bench");
AccountId account_name(int i) { return AccountId::parse(fmt::format("market-{}", i)).value(); }
std::string sku_name(std::int64_t i) { return fmt::format("SKU-{:08}", i); }

// One in a hundred has three units left, the others 5 to 64; what is listed is what there is.
std::int64_t units_of(std::int64_t i) { return i % 100 == 0 ? 3 : 5 + i % 60; }

// One SKU in ten has sold one unit, some time within the last forty days.
bool has_sold(std::int64_t i) { return i % 10 == 7; }
model::OrderUpsert sale_of(std::int64_t i, Instant now) {
  model::OrderUpsert order;
  order.account = account_name(static_cast<int>(i / 10 % accounts));
  order.id = OrderId::literal(fmt::format("past-{}", i));
  order.placed_at = now - 2h - std::chrono::minutes(i * 7919 % (40 * 24 * 60));
  order.placed_day = std::chrono::floor<std::chrono::days>(order.placed_at);
  order.from = {SourceId::literal(order.account.str()), model::Version(1), order.placed_at + 1h};
  order.state = model::OrderState::shipped;
  order.closed_at = order.placed_at + 1h;
  model::OrderLine line;
  line.id = OrderLineId::literal("1");
  line.listing = ListingId::literal(sku_name(i));
  line.ordered = Units(1);
  line.portions.push_back({Units(1), {}, {}, order.closed_at});
  order.lines.push_back(std::move(line));
  return order;
}

void fill(const std::string& socket, std::int64_t skus, Instant now) {
  using namespace model;
  test::SyncRedis redis(socket);
  test::load_library(redis);
  test::SyncLedger ledger(redis, seller_name.str());
  const auto location = LocationId::literal("main");
  ledger.set_now(now);
  ledger.configure({{SourceId::literal("wms"), location, Pool::own, DeductsAt::ship, true}});
  constexpr std::int64_t slice = 500;
  for (std::int64_t at = 0; at < skus; at += slice) {
    std::vector<Observation> page;
    std::vector<std::string> mappings;
    for (auto i = at; i < std::min(at + slice, skus); ++i) {
      page.push_back(StockLevel{{SourceId::literal("wms"), Version::of(now), now},
                                SkuId::literal(sku_name(i)),
                                location,
                                Units(units_of(i)),
                                false});
      for (int a = 0; a < accounts; ++a) {
        const auto listing = ListingId::literal(sku_name(i));
        page.push_back(ListingState{{SourceId::literal(account_name(a).str()), Version::of(now), now},
                                    account_name(a),
                                    listing,
                                    Units(units_of(i)),
                                    ListingActivity::active,
                                    {}});
      }
    }
    ledger.observe(page);
    for (auto i = at; i < std::min(at + slice, skus); ++i)
      for (int a = 0; a < accounts; ++a)
        mappings.push_back(ledger::encode_mapping({account_name(a),
                                                   ListingId::literal(sku_name(i)),
                                                   {{SkuId::literal(sku_name(i)), Units(1)}},
                                                   Pool::own},
                                                  ledger.names()));
    ledger.call("forestall_map", ledger.leased(mappings));
    std::vector<Observation> sales;
    for (auto i = at; i < std::min(at + slice, skus); ++i)
      if (has_sold(i)) sales.push_back(sale_of(i, now));
    ledger.observe(sales);
    ledger.returned.clear();
    ledger.events.clear();
  }
  ledger.call("forestall_release", {ledger.token()});
  redis.call({"DEL", ledger.prefix() + ":dirty"});
}

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}
double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}
double resident_mib() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  long pages = 0, resident = 0;
  const int read = std::fscanf(file, "%ld %ld", &pages, &resident);
  std::fclose(file);
  return read == 2 ? static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1048576
                   : 0;
}

// The loop, turn by turn. On a busy machine a turn also takes what others took meanwhile: its own processor
// time is shown beside it.
struct Turns {
  test::Loop& loop;
  double longest = 0, longest_own = 0;
  std::uint64_t above = 0, turns = 0;

  template <class Predicate>
  double until(Predicate&& holds) {
    longest = longest_own = 0;
    above = turns = 0;
    const auto begin = Steady::now();
    const double own_begin = thread_seconds();
    loop.io.restart();
    while (!holds()) {
      const auto start = Steady::now();
      const auto own = thread_seconds();
      if (loop.io.poll_one() == 0) {
        loop.io.restart();
        loop.io.run_one_for(1ms);
        continue;
      }
      const double took = seconds_since(start);
      longest = std::max(longest, took);
      longest_own = std::max(longest_own, thread_seconds() - own);
      if (took > 0.005) ++above;
      ++turns;
    }
    own_seconds = thread_seconds() - own_begin;
    return seconds_since(begin);
  }
  double own_seconds = 0;
};

void row(const char* what, double seconds, const Turns& turns) {
  fmt::print(
      "{:<34} {:>7.2f} s, {:>6.2f} s of our processor; longest turn {:.1f} ms, {:.1f} ms of our processor, "
      "{} of "
      "{} above 5 ms; resident {:.0f} MiB\n",
      what, seconds, turns.own_seconds, turns.longest * 1e3, turns.longest_own * 1e3, turns.above,
      turns.turns, resident_mib());
  std::fflush(stdout);
}

awaitable<Status> never(Clock& clock) {
  co_await net::sleep_for(clock, 24h);
  co_return Status{};
}

void measure(std::int64_t skus) {
  test::RedisServer server;
  fmt::print("{} SKUs, each listed on {} accounts; resident before {:.0f} MiB\n", skus, accounts,
             resident_mib());
  std::fflush(stdout);
  if (const auto child = ::fork(); child == 0) {
    const auto now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
    fill(server.socket(), skus, now);
    std::_Exit(0);
  } else {
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0) throw std::runtime_error("not filled");
  }

  test::Loop loop;
  Turns turns{loop};
  const Logger log(loop.lines, LogLevel::warning);
  redis::ClientConfig config;
  config.endpoint = redis::parse_endpoint(server.url()).value();
  redis::Client client(loop.io.get_executor(), config, loop.clock, loop.random, log);
  loop.spawn(client.run());
  loop.run_until([&] { return client.state().connected; });
  flow::Flow flow{loop.clock};
  ledger::Ledger ledger(client, loop.clock, log, {.seller = seller_name, .owner = "bench", .lease_ttl = 1h});
  std::vector<std::unique_ptr<test::ScriptedChannel>> channels;
  config::SellerSettings seller_settings;
  seller_settings.id = seller_name;
  auto& seller = flow.add(seller_settings);
  seller.ledger = &ledger;
  for (int a = 0; a < accounts; ++a) {
    config::AccountSettings settings;
    settings.id = account_name(a);
    settings.seller = seller_settings.id;
    settings.mode = config::Mode::guard;
    auto& account = flow.add(settings);
    channels.push_back(std::make_unique<test::ScriptedChannel>(settings.id, loop.clock));
    account.marketplace = channels.back().get();
    account.backfilled = true;
    account.orders_complete_before = loop.clock.now() + 1s;
  }
  acting::SellerActs acts(
      {.flow = flow,
       .seller = seller,
       .redis = client,
       .executor = loop.io.get_executor(),
       .clock = loop.clock,
       .machine = loop.clock,
       .random = loop.random,
       .log = log,
       // The channels are not what is measured: no call is ever granted.
       .take_turn = [&clock = loop.clock](flow::Account&, ports::CallKind, scheduling::Purpose,
                                          double) { return never(clock); },
       .fatal = [](std::string_view) { std::abort(); }});
  flow.listen([&](const flow::Fresh& fresh) { acts.heard(fresh); });

  const auto start = Steady::now();
  bool opened = false;
  loop.spawn(ledger.open(), [&](Result<void> result) {
    if (!result) throw std::runtime_error(to_string(result.error()));
    opened = true;
  });
  row("ledger open", turns.until([&] { return opened; }), turns);
  seller.open = seller.mapped = seller.stock_read = true;
  runtime::TaskGroup tasks(loop.io.get_executor(), log, "bench", [](auto) { std::abort(); });
  tasks.spawn("acts", runtime::OnFailure::stop_daemon, acts.run(nullptr));
  row("journal open, beliefs replayed", turns.until([&] { return acts.open(); }), turns);
  turns.until([&] { return acts.decided() > 0; });
  fmt::print("start to first decision            {:>7.2f} s (at most 60)\n", seconds_since(start));
  row("everything decided for the first time", turns.until([&] { return !acts.sweeping(); }), turns);
  row("looked a day ahead, in spare time", turns.until([&] { return !acts.foresight().wanting(); }), turns);
  for (int i = 0; i < 2; ++i) {
    turns.until([end = Steady::now() + 1s] { return Steady::now() > end; });
    acts.sweep();
    row("full sweep, nothing changed (2 s)", turns.until([&] { return !acts.sweeping(); }), turns);
  }
  fmt::print("decisions {}, intents {}; resident {:.0f} MiB (at most 1024)\n", acts.decided(),
             acts.floor().desks[0].figures.wished + acts.floor().desks[1].figures.wished +
                 acts.floor().desks[2].figures.wished,
             resident_mib());
  loop.run(acts.stop(100ms));
  loop.run(tasks.stop());
  client.stop();
  loop.join();
}

}  // namespace
}  // namespace forestall::bench

int main(int argc, char** argv) {
  forestall::bench::measure(argc > 1 ? std::atoll(argv[1]) : 1'000'000);
  return 0;
}
