// SPDX-License-Identifier: Apache-2.0
// The function library called without an event loop: one seller, words in, values out. What a test sends is
// what the daemon sends (the same codec); what it reads back is what Redis holds.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config/base/time.hpp"
#include "daemon/ledger/names.hpp"
#include "daemon/ledger/observation_codec.hpp"
#include "daemon/ledger/replies.hpp"
#include "daemon/ledger/settings.hpp"
#include "tests/support/ledger/sync_redis.hpp"

namespace forestall::test {

using SkuPool = std::pair<std::string, model::Pool>;

class SyncLedger {
 public:
  // Loads the library, takes the lease as `owner`, stamps the schema.
  SyncLedger(SyncRedis& redis, std::string seller, std::string owner = "test");

  void set_now(Instant now) { now_ = now; }
  ledger::Names& names() { return names_; }
  const std::string& prefix() const { return prefix_; }
  const std::string& token() const { return token_; }

  // The words of an observe call (for sending in other ways than observe()).
  std::vector<std::string> observe_words(std::span<const model::Observation> observations,
                                         const std::string& cursor = "", const std::string& value = "");
  ledger::Applied observe(std::span<const model::Observation> observations, const std::string& cursor = "",
                          const std::string& value = "");
  void configure(const std::vector<ledger::Feed>& feeds);  // and derives everything anew
  void map(const std::vector<ledger::Mapping>& mappings);  // and moves the orders
  void set_reserve(const std::string& sku, model::Pool pool, Units units);
  std::vector<std::string> rebuild(const std::string& fix);
  std::vector<std::string> sweep();

  std::map<SkuPool, ledger::SkuState> states();
  std::map<std::string, std::string> hash(const std::string& name);
  // Throws std::runtime_error on an error reply, naming it.
  redis::Reply call(const std::string& function, std::vector<std::string> words);
  std::string text(const std::string& function, std::vector<std::string> words);
  std::vector<std::string> leased(std::vector<std::string> words) const;

  // Each state the functions returned, in order: what a mirror is fed with.
  std::vector<ledger::SkuState> returned;
  std::vector<ledger::HistoryEvent> events;

 private:
  void intern(const std::vector<std::string>& missing);
  void keep(const ledger::Change& change);
  SyncRedis& redis_;
  std::string prefix_;
  std::string token_;
  ledger::Names names_;
  Instant now_{};
};

// FUNCTION LOAD REPLACE of the library as built.
void load_library(SyncRedis& redis);

}  // namespace forestall::test
