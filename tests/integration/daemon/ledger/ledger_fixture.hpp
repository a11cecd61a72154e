// SPDX-License-Identifier: Apache-2.0
// A ledger over the real client against a real redis-server, and the observations that its tests speak of.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/ledger/ledger.hpp"
#include "tests/support/ledger/sync_redis.hpp"
#include "tests/support/redis/loop.hpp"
#include "tests/support/redis/redis_server.hpp"

namespace forestall::test {
using namespace model;
using namespace std::chrono_literals;

inline const Instant noon = Instant(std::chrono::sys_days(std::chrono::year{2026} / 3 / 1)) + 12h;
inline const auto account = AccountId::literal("amazon-us");

inline Observation stock(std::uint64_t version, std::int64_t units, const char* sku = "CUP") {
  return StockLevel{{SourceId::literal("wms"), Version(version), noon},
                    SkuId::literal(sku),
                    LocationId::literal("berlin"),
                    Units(units),
                    false};
}

inline OrderUpsert order(std::string id, std::uint64_t version, std::int64_t units,
                         Instant placed = noon + 1min) {
  OrderUpsert o;
  o.from = {SourceId::literal("amazon-us"), Version(version), placed};
  o.account = account;
  o.id = OrderId::literal(id);
  o.placed_at = placed;
  o.placed_day = std::chrono::year{2026} / 3 / 1;
  o.ship_by = placed + 24h;
  OrderLine line;
  line.id = OrderLineId::literal("1");
  line.listing = ListingId::literal("CUP");
  line.ordered = Units(units);
  o.lines.push_back(line);
  return o;
}

inline const std::vector<ledger::Feed> feeds = {
    {SourceId::literal("wms"), LocationId::literal("berlin"), Pool::own, DeductsAt::ship, true}};
inline const ledger::Mapping same_text = {
    account, ListingId::literal("CUP"), {{SkuId::literal("CUP"), Units(1)}}, Pool::own};

// The machine's time for waiting, the test's own date.
class Calendar final : public Clock {
 public:
  explicit Calendar(Clock& machine) : machine_(machine) {}
  Instant now() const override { return date; }
  Monotonic monotonic() const override { return machine_.monotonic(); }
  TimerId wake_at(Monotonic when, std::move_only_function<void()> wake) override {
    return machine_.wake_at(when, std::move(wake));
  }
  void cancel(TimerId id) override { machine_.cancel(id); }

  Instant date = noon + 24h;

 private:
  Clock& machine_;
};

class LedgerTest : public ::testing::Test {
 protected:
  explicit LedgerTest(bool durable = false)
      : server_(RedisOptions{.durable = durable}), sync_(server_.socket()) {
    redis::ClientConfig config;
    config.endpoint = redis::parse_endpoint(server_.url()).value();
    config.backoff.base = 5ms;
    client_ = std::make_unique<redis::Client>(loop_.io.get_executor(), config, loop_.clock, loop_.random,
                                              loop_.log);
    loop_.spawn(client_->run());
  }
  ~LedgerTest() override {
    client_->stop();
    loop_.join();
  }

  std::unique_ptr<ledger::Ledger> make(const std::string& owner) {
    return std::make_unique<ledger::Ledger>(
        *client_, calendar_, loop_.log,
        ledger::LedgerOptions{
            .seller = SellerId::literal("acme"), .owner = owner, .lease_ttl = Millis(60'000)});
  }
  template <class T>
  Result<T> run(ledger::Task<T> task) {
    return loop_.run(std::move(task));
  }
  // A ledger that is open, with one place and one mapped listing.
  std::unique_ptr<ledger::Ledger> ready(const std::string& owner) {
    auto ledger = make(owner);
    auto ok = run(ledger->open());
    EXPECT_TRUE(ok) << to_string(ok.error());
    EXPECT_TRUE(run(ledger->configure(feeds)));
    EXPECT_TRUE(run(ledger->map({same_text})));
    return ledger;
  }
  Units available(const ledger::Ledger& ledger) {
    const auto sku = ledger.mirror().find_sku("CUP");
    return sku ? ledger.mirror().state(*sku, Pool::own)->available : Units(-999);
  }

  RedisServer server_;
  SyncRedis sync_;
  Loop loop_;
  Calendar calendar_{loop_.clock};
  std::unique_ptr<redis::Client> client_;
};

}  // namespace forestall::test
