// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/ledger/setup.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "daemon/ledger/pack.hpp"

namespace forestall::bench {
namespace {

test::RedisOptions options(bool durable, const std::string& folder) {
  test::RedisOptions o;
  o.durable = durable;
  o.data_folder = folder;
  return o;
}

}  // namespace

Server::Server(bool durable, const std::string& folder)
    : redis(options(durable, folder)), sync(redis.socket()) {
  test::load_library(sync);
}

std::int64_t Server::used_memory() {
  std::int64_t used = 0;
  for (int i = 0; i < 20; ++i) {  // until frees in the background are done
    const auto info = *sync.call({"INFO", "memory"})->text();
    const auto now = std::strtoll(info.c_str() + info.find("used_memory:") + 12, nullptr, 10);
    if (now == used) break;
    used = now;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return used;
}

double server_seconds(Server& server) {
  const auto info = *server.sync.call({"INFO", "cpu"})->text();
  const auto of = [&](const char* name) {
    return std::strtod(info.c_str() + info.find(name) + std::strlen(name), nullptr);
  };
  return of("used_cpu_sys:") + of("used_cpu_user:");
}

Instant start_of_time() { return Instant(std::chrono::sys_days(std::chrono::year{2026} / 3 / 1)); }
std::string sku_name(std::int64_t i) { return fmt::format("SKU-{:012}", i); }
std::string listing_name(int of, std::int64_t i) { return fmt::format("L{}-{:012}", of, i); }

void fill(test::SyncLedger& ledger, std::int64_t skus, int listings) {
  using namespace model;
  const auto location = LocationId::literal("main");
  ledger.set_now(start_of_time() + std::chrono::hours(1));
  ledger.configure({{SourceId::literal("wms"), location, Pool::own, DeductsAt::ship, true}});
  constexpr std::int64_t slice = 500;
  const auto account = AccountId::literal("amazon-us");
  for (std::int64_t at = 0; at < skus; at += slice) {
    const auto end = std::min(at + slice, skus);
    std::vector<Observation> page;
    std::vector<std::string> mappings;
    for (auto i = at; i < end; ++i) {
      const auto now = start_of_time();
      page.push_back(StockLevel{{SourceId::literal("wms"), Version::of(now), now},
                                SkuId::literal(sku_name(i)),
                                location,
                                Units(40),
                                false});
      for (int l = 0; l < listings; ++l)
        page.push_back(ListingState{{SourceId::literal("amazon-us"), Version::of(now), now},
                                    account,
                                    ListingId::literal(listing_name(l, i)),
                                    Units(40),
                                    ListingActivity::active,
                                    {}});
    }
    ledger.observe(page);
    if (listings == 0) continue;
    for (auto i = at; i < end; ++i)
      for (int l = 0; l < listings; ++l)
        mappings.push_back(ledger::encode_mapping({account,
                                                   ListingId::literal(listing_name(l, i)),
                                                   {{SkuId::literal(sku_name(i)), Units(1)}},
                                                   Pool::own},
                                                  ledger.names()));
    ledger.call("forestall_map", ledger.leased(mappings));
  }
}

std::string order_pattern() {
  ledger::Packer content;
  content.text("__rand_int__");  // version
  content.text(std::to_string(start_of_time().time_since_epoch().count() + 1000)).integer(20513).integer(2);
  content.text(std::to_string(start_of_time().time_since_epoch().count() + 86'400'000))
      .boolean(false)
      .boolean(false);
  content.array(6).text("1").text("L0-__rand_int__").integer(1).integer(1).boolean(false).boolean(false);
  ledger::Packer order;
  order.integer(2).integer(1).text("114-__rand_int__").text(content.bytes());
  return order.take();
}

std::string fill_in(std::string pattern, const std::vector<std::uint64_t>& numbers) {
  std::size_t at = 0;
  for (const auto n : numbers) {
    at = pattern.find("__rand_int__", at);
    pattern.replace(at, 12, fmt::format("{:012}", n));
  }
  return pattern;
}

}  // namespace forestall::bench
