// SPDX-License-Identifier: Apache-2.0
// Parsed observation -> durable intent: orders at a steady rate through the real ledger, rule and journal on
// a real redis-server that syncs every write (appendfsync always), as the managed one does.
//
//   bench_acting [observations a second] [seconds] [observations a page]
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <vector>

#include "connectors/net/sleep.hpp"
#include "daemon/acting/seller_acts.hpp"
#include "tests/support/acting/scripted_channel.hpp"
#include "tests/support/redis/loop.hpp"
#include "tests/support/redis/redis_server.hpp"

namespace forestall::bench {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;

constexpr int skus = 20'000;
const auto shop = AccountId::literal("shop");
const auto web = AccountId::literal("web");

struct Run {
  test::RedisServer server{test::RedisOptions{.durable = true}};
  test::Loop loop;
  std::unique_ptr<redis::Client> client;
  std::unique_ptr<ledger::Ledger> ledger;
  flow::Flow flow{loop.clock};
  test::ScriptedChannel channel{shop, loop.clock};
  test::ScriptedChannel other{web, loop.clock};
  std::unique_ptr<acting::SellerActs> acts;
  std::vector<double> applied;  // milliseconds from parsed to applied
  std::uint64_t pages = 0, late_pages = 0;
  std::uint64_t version = 0;
};

std::string name(std::uint64_t i) { return fmt::format("SKU-{:06}", i); }

void must(const auto& result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
}

model::StockLevel stock(Run& run, std::uint64_t i, std::int64_t units) {
  return {{SourceId::literal("wms"), model::Version(++run.version), run.loop.clock.now()},
          SkuId::literal(name(i)),
          LocationId::literal("main"),
          Units(units),
          false};
}

model::ListingState listed(Run& run, const AccountId& account, std::uint64_t i, std::int64_t units) {
  model::ListingState state;
  state.from = {SourceId::literal(account.str()), model::Version(++run.version), run.loop.clock.now()};
  state.account = account;
  state.listing = ListingId::literal(name(i));
  state.quantity = Units(units);
  state.activity = model::ListingActivity::active;
  return state;
}

model::OrderUpsert order(Run& run, std::uint64_t number, std::uint64_t i) {
  model::OrderUpsert o;
  o.from = {SourceId::literal("shop"), model::Version(++run.version), run.loop.clock.now()};
  o.account = shop;
  o.id = OrderId::literal(fmt::format("o-{}", number));
  o.placed_at = run.loop.clock.now();
  o.placed_day = std::chrono::year{2026} / 1 / 5;
  model::OrderLine line;
  line.id = OrderLineId::literal("1");
  line.listing = ListingId::literal(name(i));
  line.ordered = Units(1);
  o.lines.push_back(line);
  return o;
}

// Every fifth SKU is scarce: a sale at one account lowers the listing at the other. The rest have plenty.
std::int64_t units_of(std::uint64_t i) { return i % 5 == 0 ? 90 : 100'000; }

void prepare(Run& run) {
  redis::ClientConfig config;
  config.endpoint = redis::parse_endpoint(run.server.url()).value();
  run.client = std::make_unique<redis::Client>(run.loop.io.get_executor(), config, run.loop.clock,
                                               run.loop.random, Logger(run.loop.lines, LogLevel::warning));
  run.loop.spawn(run.client->run());
  const Logger log(run.loop.lines, LogLevel::warning);
  run.ledger = std::make_unique<ledger::Ledger>(
      *run.client, run.loop.clock, log,
      ledger::LedgerOptions{.seller = SellerId::literal("acme"), .owner = "bench", .lease_ttl = 1h});
  must(run.loop.run(run.ledger->open()));
  must(run.loop.run(run.ledger->configure({{SourceId::literal("wms"), LocationId::literal("main"),
                                            model::Pool::own, model::DeductsAt::ship, true}})));
  config::SellerSettings seller_settings;
  seller_settings.id = SellerId::literal("acme");
  auto& seller = run.flow.add(seller_settings);
  seller.ledger = run.ledger.get();
  seller.open = seller.mapped = seller.stock_read = true;
  for (const auto& [id, channel] : {std::pair(shop, &run.channel), std::pair(web, &run.other)}) {
    config::AccountSettings settings;
    settings.id = id;
    settings.seller = seller_settings.id;
    settings.mode = config::Mode::guard;
    auto& account = run.flow.add(settings);
    account.marketplace = channel;
    account.backfilled = true;
  }
  for (std::uint64_t at = 0; at < skus; at += 500) {
    std::vector<ledger::Mapping> mappings;
    std::vector<model::Observation> page;
    for (auto i = at; i < at + 500; ++i) {
      page.push_back(stock(run, i, units_of(i)));
      for (const auto& account : {shop, web}) {
        mappings.push_back(
            {account, ListingId::literal(name(i)), {{SkuId::literal(name(i)), Units(1)}}, model::Pool::own});
        page.push_back(listed(run, account, i, std::min<std::int64_t>(100, units_of(i))));
      }
    }
    must(run.loop.run(run.ledger->map(std::move(mappings))));
    must(run.loop.run(run.flow.apply(seller, page)));
  }
}

awaitable<void> page_of(Run& run, std::vector<model::Observation> page) {
  const auto parsed = run.loop.clock.monotonic();
  auto ok = co_await run.flow.apply(run.flow.sellers().front(), page);
  must(ok);
  run.applied.push_back(
      std::chrono::duration<double, std::milli>(run.loop.clock.monotonic() - parsed).count());
}

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::size_t>(q * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(at));
  return values[at];
}

// From the histogram: the upper bound of the bucket that holds it.
double bucket_of(const acting::Latency& latency, double q) {
  std::uint64_t all = 0;
  for (const auto n : latency.counts) all += n;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < latency.counts.size(); ++i) {
    seen += latency.counts[i];
    if (static_cast<double>(seen) >= q * static_cast<double>(all))
      return i < latency.bounds.size() ? 1000 * latency.bounds[i] : 1e9;
  }
  return 0;
}

awaitable<Status> never(Clock& clock) {
  co_await net::sleep_for(clock, 24h);
  co_return Status{};
}

void measure(int rate, int seconds, int a_page) {
  Run run;
  prepare(run);
  run.acts = std::make_unique<acting::SellerActs>(acting::SellerActsPorts{
      .flow = run.flow,
      .seller = run.flow.sellers().front(),
      .redis = *run.client,
      .executor = run.loop.io.get_executor(),
      .clock = run.loop.clock,
      .machine = run.loop.clock,
      .random = run.loop.random,
      .log = Logger(run.loop.lines, LogLevel::warning),
      // The channel is not what is measured: no call is ever granted.
      .take_turn = [&clock = run.loop.clock](flow::Account&, ports::CallKind, scheduling::Purpose,
                                             double) { return never(clock); },
      .fatal = [](std::string_view) { std::abort(); }});
  run.flow.listen([&](const flow::Fresh& fresh) { run.acts->heard(fresh); });
  runtime::TaskGroup tasks(run.loop.io.get_executor(), Logger(run.loop.lines, LogLevel::warning), "bench",
                           [](auto) { std::abort(); });
  tasks.spawn("acts", runtime::OnFailure::stop_daemon, run.acts->run(nullptr));
  run.loop.run_until([&] { return run.acts->open() && run.acts->undecided() == 0; }, 120s);
  run.loop.run_for(1s);
  // What deciding everything once at the start wrote is not measured.
  const auto before = run.acts->latency();
  const auto intents_before =
      run.acts->floor().desks[0].figures.wished + run.acts->floor().desks[1].figures.wished;

  SeededRandom random(4);
  const auto begin = run.loop.clock.monotonic();
  const auto every = std::chrono::nanoseconds(1s) * a_page / rate;
  const auto pages = static_cast<std::uint64_t>(rate) * static_cast<std::uint64_t>(seconds) /
                     static_cast<std::uint64_t>(a_page);
  std::uint64_t number = 0;
  for (std::uint64_t p = 0; p < pages; ++p) {
    const auto due = begin + every * static_cast<std::int64_t>(p);
    if (run.loop.clock.monotonic() > due + 5ms) ++run.late_pages;
    while (run.loop.clock.monotonic() < due) {
      run.loop.io.restart();
      run.loop.io.run_one_for(
          std::chrono::duration_cast<std::chrono::microseconds>(due - run.loop.clock.monotonic()));
    }
    std::vector<model::Observation> page;
    for (int i = 0; i < a_page; ++i) page.push_back(order(run, ++number, random.below(skus)));
    run.loop.spawn(page_of(run, std::move(page)));
    run.loop.io.restart();
    run.loop.io.poll();
  }
  run.loop.run_until([&] { return run.acts->undecided() == 0; }, 60s);
  run.loop.run_for(500ms);
  const auto took = std::chrono::duration<double>(run.loop.clock.monotonic() - begin).count();
  auto latency = run.acts->latency();
  std::uint64_t intents = 0;
  for (std::size_t i = 0; i < latency.counts.size(); ++i) {
    latency.counts[i] -= before.counts[i];
    intents += latency.counts[i];
  }
  const auto wished =
      run.acts->floor().desks[0].figures.wished + run.acts->floor().desks[1].figures.wished - intents_before;
  fmt::print(
      "{} observations/s offered for {} s in pages of {}, {:.0f}/s done, pages begun more than 5 ms late: "
      "{}\n",
      rate, seconds, a_page, static_cast<double>(number) / took, run.late_pages);
  fmt::print("intents {} ({:.1f} % of the observations), of them measured from an observation {}\n", wished,
             100.0 * static_cast<double>(wished) / static_cast<double>(number), intents);
  fmt::print("parsed -> applied          p50 {:.2f} ms  p99 {:.2f} ms  max {:.2f} ms\n",
             quantile(run.applied, 0.5), quantile(run.applied, 0.99), quantile(run.applied, 1.0));
  fmt::print("parsed -> durable intent   p50 <= {} ms  p99 <= {} ms  p99.9 <= {} ms  mean {:.2f} ms\n",
             bucket_of(latency, 0.5), bucket_of(latency, 0.99), bucket_of(latency, 0.999),
             1000 * (latency.sum - before.sum) / static_cast<double>(std::max<std::uint64_t>(1, intents)));
  run.loop.run(run.acts->stop(1s));
  run.loop.run(tasks.stop());
  run.client->stop();
  run.loop.join();
}

}  // namespace
}  // namespace forestall::bench

int main(int argc, char** argv) {
  const int rate = argc > 1 ? std::atoi(argv[1]) : 2000;
  const int seconds = argc > 2 ? std::atoi(argv[2]) : 60;
  const int a_page = argc > 3 ? std::atoi(argv[3]) : 20;
  forestall::bench::measure(rate, seconds, a_page);
  return 0;
}
