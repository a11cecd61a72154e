// SPDX-License-Identifier: Apache-2.0
// One seller with one scripted account, a real ledger and a real journal on a real redis-server, and the time
// of the world in the test's hand.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/acting/seller_acts.hpp"
#include "tests/support/acting/scripted_channel.hpp"
#include "tests/support/redis/loop.hpp"
#include "tests/support/redis/redis_server.hpp"
#include "tests/support/tcp_proxy/tcp_proxy.hpp"

namespace forestall::test {

// The machine's way to wait under the world's calendar, as the product's two clocks are.
class MachineClock final : public Clock {
 public:
  MachineClock(Clock& waits, Clock& world) : waits_(waits), world_(world) {}
  Instant now() const override { return world_.now(); }
  Monotonic monotonic() const override { return waits_.monotonic(); }
  TimerId wake_at(Monotonic when, std::move_only_function<void()> wake) override {
    return waits_.wake_at(when, std::move(wake));
  }
  void cancel(TimerId id) override { waits_.cancel(id); }

 private:
  Clock& waits_;
  Clock& world_;
};

class ActingRoom {
 public:
  // `breakable`: Redis is reached through `link`, which the test may break.
  explicit ActingRoom(config::Mode mode = config::Mode::guard, bool durable = false, bool breakable = false);
  ~ActingRoom();

  // A listing, its SKU of the same text, what the channel shows and what the warehouse has.
  void list(const std::string& name, std::int64_t shown, std::int64_t in_stock);
  void start();  // whoever acts
  void stop();   // as at SIGTERM
  void crash();  // as at SIGKILL: what is under way is cut off, then a new one is made (not started)
  void stock(const std::string& sku, std::int64_t units);
  // Placed now (or when it says), seen now, or shipped by then. The channel counts it down by itself.
  model::OrderUpsert order(const std::string& listing, std::int64_t units, bool counted = true,
                           std::optional<Instant> placed = {},
                           model::OrderState state = model::OrderState::open);
  void poll_listing(const std::string& listing);  // the listings feed reads it
  void watermark();                               // every order placed until now has been seen
  void apply(std::vector<model::Observation> observations);

  // Moves the world's time in steps until it holds, at most so long; false if it never did.
  bool until(const std::function<bool()>& holds, Millis at_most = std::chrono::minutes(30));
  void pass(Millis time);  // lets time go by
  // The current intent's state, or "none".
  std::string state(const std::string& listing);
  std::string hold(const std::string& listing);  // its kind, or "none"
  acting::SellerActs::Selection one(const std::string& listing) const;
  // Every intent that is not closed.
  std::size_t open_intents() const;

  const SellerId seller_id = SellerId::literal("acme");
  const AccountId shop = AccountId::literal("shop");
  RedisServer server;
  std::unique_ptr<TcpProxy> link;
  Loop loop;
  ManualClock clock;
  MachineClock machine{loop.clock, clock};
  std::unique_ptr<redis::Client> client;
  flow::Flow flow{machine};
  std::unique_ptr<ledger::Ledger> ledger;
  ScriptedChannel channel{shop, clock};
  flow::Seller* seller = nullptr;
  flow::Account* account = nullptr;
  std::unique_ptr<acting::SellerActs> acts;
  // Before each call: the default never waits.
  acting::TakeTurn take_turn;
  acting::Times times{};

 private:
  void make();
  void turn();
  bool waits_for_redis() const;
  std::unique_ptr<runtime::TaskGroup> tasks_;
  std::uint64_t version_ = 0;
  std::uint64_t orders_ = 0;
};

}  // namespace forestall::test
