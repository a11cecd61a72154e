// SPDX-License-Identifier: Apache-2.0
// A sandbox, a durable Redis and the real daemon between them, which only observes.
#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/base/time.hpp"
#include "tests/integration/sandbox/running_sandbox.hpp"
#include "tests/support/daemon/tcp_client.hpp"
#include "tests/support/ledger/sync_redis.hpp"
#include "tests/support/process/environment.hpp"
#include "tests/support/redis/redis_server.hpp"

namespace forestall::test {

struct WorldOptions {
  std::vector<std::string> sandbox{};            // more arguments; in lock-step unless they name a speed
  std::map<std::string, std::string> replace{};  // texts of the configuration -> others
};

class ObservedWorld {
 public:
  explicit ObservedWorld(const WorldOptions& options);

  void start_daemon();
  // As a power cut would: the lease it held is taken from it, so that the next one need not wait.
  void kill_daemon();
  ChildProcess& daemon() { return *daemon_; }
  // Waits until the daemon leaves by itself: the history is over.
  bool until_the_end(std::chrono::milliseconds within = std::chrono::seconds(210));
  // Waits until the world's time has come.
  bool until(Instant when) const;
  Instant now() const;

  RunningSandbox& sandbox() { return *sandbox_; }
  std::uint16_t api_port() const { return port_; }
  std::optional<HttpAnswer> get(std::string_view target) const;  // nullopt while nobody listens
  // A section of /api/v1/status; null where nobody answers.
  boost::json::value status(std::string_view section) const;
  Finished forestall(std::vector<std::string> arguments) const;

  // "account order-number" of every order that was accepted before `before`; as the sandbox knows it.
  std::set<std::string> orders_of_the_truth(Instant before) const;
  // The same of what the ledger holds.
  std::set<std::string> orders_of_the_ledger();
  // What differs between the counters and what the stored entities add up to.
  std::vector<std::string> differences();
  std::string cursor(const std::string& name);

  void restart_redis();  // killed, and started again on its data
  SyncRedis& redis() { return *redis_; }

 private:
  struct InMemory {
    InMemory() { prefer_memory(); }
  } in_memory_;

 public:
  TemporaryFolder folder;
  std::string stock_folder;

 private:
  RedisServer server_;
  std::uint16_t port_;
  std::unique_ptr<SyncRedis> redis_;
  std::unique_ptr<RunningSandbox> sandbox_;
  std::unique_ptr<ChildProcess> daemon_;
};

}  // namespace forestall::test
