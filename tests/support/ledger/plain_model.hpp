// SPDX-License-Identifier: Apache-2.0
// The ledger again, written from its definition and nothing else: keeps every entity as it was observed and
// computes each figure by going through all of them. Slow and plain on purpose.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "connectors/model/observation.hpp"
#include "daemon/ledger/names.hpp"
#include "daemon/ledger/replies.hpp"
#include "daemon/ledger/settings.hpp"

namespace forestall::test {

class PlainModel {
 public:
  void configure(std::vector<ledger::Feed> feeds);
  void map(const ledger::Mapping& mapping);
  void set_reserve(const std::string& sku, model::Pool pool, Units units) { reserve_[{sku, pool}] = units; }
  ledger::Outcome apply(const model::Observation& observation, Instant now, const ledger::Names& names);
  void sweep(Instant now);  // forgets what was closed 120 days before

  ledger::SkuState state(const std::string& sku, model::Pool pool) const;
  std::set<std::string> skus() const;
  // Wanted units by SKU, pool and instant of ordering; what is zero is left out.
  std::map<std::tuple<std::string, model::Pool, Instant>, std::int64_t> demand() const;
  // "account number:day" and "account number:day:reason:who", as the counters are named.
  std::map<std::string, std::int64_t> placed(const ledger::Names& names) const;
  std::map<std::string, std::int64_t> cancelled(const ledger::Names& names) const;
  const std::set<std::string>& contradicted() const { return contradicted_; }
  std::optional<model::ListingState> listing(const std::string& account, const std::string& id) const;
  std::size_t orders() const { return orders_.size(); }

 private:
  struct Reading {
    model::Version version;
    Instant at;
    std::optional<Units> units;
    bool suspect = false;
  };
  struct Place {  // what is read at one location of a pool
    Instant at;
    std::optional<Units> units;
    bool suspect = false;
    bool is_count = false;
  };
  using Order = model::OrderUpsert;

  ledger::Outcome stock(const model::Provenance& from, const SkuId& sku, const LocationId& location,
                        bool is_count, std::optional<Units> units, bool suspect, Instant now,
                        const ledger::Names& names);
  ledger::Outcome order(const Order& o, Instant now, const ledger::Names& names);
  ledger::Outcome receipt(const model::ReceiptUpsert& o, const ledger::Names& names);
  ledger::Outcome pick(const model::PickFailed& o, const ledger::Names& names);
  ledger::Outcome listing(const model::ListingState& o, Instant now, const ledger::Names& names);
  ledger::Outcome message(const model::MessageUpsert& o);
  void advance_horizons();
  std::map<LocationId, Place> places(const std::string& sku, model::Pool pool) const;
  std::optional<model::DeductsAt> stage_of(model::Pool pool, const LocationId& location) const;
  model::DeductsAt last_stage(model::Pool pool) const;
  // A part of a line: units with one fate.
  bool deducted(const std::string& sku, model::Pool pool, const std::optional<LocationId>& location,
                Instant placed, const model::Portion& part) const;
  const std::vector<ledger::Component>& components(const Order& o, const model::OrderLine& line) const;

  std::vector<ledger::Feed> feeds_;
  std::map<std::pair<AccountId, ListingId>, std::vector<ledger::Component>> mapping_;
  std::map<std::pair<std::string, model::Pool>, Units> reserve_;
  std::map<std::tuple<SourceId, LocationId, std::string, bool>, Reading> readings_;
  std::map<std::pair<AccountId, OrderId>, Order> orders_;
  std::map<std::pair<SourceId, ReceiptId>, model::ReceiptUpsert> receipts_;
  std::map<std::string, model::PickFailed> picks_;
  std::map<std::pair<AccountId, ListingId>, model::ListingState> listings_;
  std::map<std::pair<AccountId, MessageId>, model::MessageUpsert> messages_;
  std::map<std::pair<std::string, model::Pool>, Instant> horizon_;
  std::map<AccountId, Instant> dropped_;
  std::vector<Order> kept_counts_;  // orders dropped since: their budget counters stay
  std::set<std::string> contradicted_;
};

}  // namespace forestall::test
