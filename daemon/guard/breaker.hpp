// SPDX-License-Identifier: Apache-2.0
// The limit on how much may change at one account in one go. A few listings of a large change go first and
// must be confirmed; past the limit the account falls to advise and a person decides. Pure but for what it
// remembers.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "config/base/time.hpp"
#include "config/base/units.hpp"
#include "config/settings/account.hpp"

namespace forestall::guard {

struct Change {
  std::string listing{};
  Units units{};  // how far the shown quantity moves, >= 0
  // What those units are worth, in minor units of the account's currency; absent: no price is known.
  std::optional<std::int64_t> value{};
  bool explained_by_orders = false;  // a sell-out that orders explain is free
};

enum class Admission : std::uint8_t {
  admitted,  // it may be made, and is counted
  wait,      // others of the same batch go first and are not confirmed yet
  refused,   // it must not be made: why() says which limit it would exceed
};

class Breaker {
 public:
  Admission admit(const Change& change, const config::BreakerSettings& settings, std::size_t listings,
                  Instant now);

  // What became of an admitted change. Only what was confirmed proves that a large change does what it is
  // meant to; a refusal of the channel proves the opposite. What was given up on before it was sent proves
  // nothing.
  void confirmed(const std::string& listing, const config::BreakerSettings& settings, Instant now);
  void failed(const std::string& listing);
  void dropped(const std::string& listing);
  // How many changes that must wait may be tried again.
  std::size_t room(const config::BreakerSettings& settings, Instant now) const;
  // Why nothing of a batch may follow; empty: it may. As many canaries failed as there are.
  std::string failure(const config::BreakerSettings& settings) const;

  // Begins again: a person has looked.
  void reset();

  std::size_t changed(Instant now, Millis interval);  // listings within the interval
  Units moved() const { return units_; }
  std::int64_t value() const { return value_; }  // minor units of the account's currency
  // Changes within the interval of which nobody knows the price: they count as listings and units only.
  std::size_t unpriced() const { return unpriced_; }
  std::size_t unproven() const { return outstanding_.size(); }
  std::size_t waiting() const { return waiting_.size(); }
  // Why the last change was refused: "21 listings in 1h, at most 20".
  const std::string& why() const { return why_; }

 private:
  struct Counted {
    Instant at{};
    std::string listing{};
    Units units{};
    std::optional<std::int64_t> value{};
  };
  void forget(Instant before);
  bool proven(Instant now) const { return proven_until_ && now < *proven_until_; }

  std::deque<Counted> window_;
  std::map<std::string, int> by_listing_;
  Units units_{};
  std::int64_t value_ = 0;
  std::size_t unpriced_ = 0;
  std::string why_;
  // The batch under way: changes that orders do not explain, admitted and not confirmed.
  std::set<std::string> outstanding_;
  std::set<std::string> waiting_;  // for them
  std::size_t confirmed_ = 0;      // of the batch
  std::size_t failed_ = 0;         // of the batch, in a row
  std::optional<Instant> proven_until_;
};

// Two automatic writers on one account undo each other for ever: several listings whose quantity was changed
// from outside soon after a write of ours.
class WriterWatch {
 public:
  // Returns true where the account should fall to advise.
  bool contradicted(const std::string& listing, Instant now);
  void reset() { seen_.clear(); }

  static constexpr std::size_t enough = 3;  // different listings
  static constexpr Millis within = std::chrono::hours(1);

 private:
  std::map<std::string, Instant> seen_;
};

}  // namespace forestall::guard
