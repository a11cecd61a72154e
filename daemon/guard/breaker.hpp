// SPDX-License-Identifier: Apache-2.0
// The limit on how much may change at one account in one go. Past it the account falls to advise and a person
// decides. Pure but for what it remembers.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "config/base/time.hpp"
#include "config/base/units.hpp"
#include "config/settings/account.hpp"

namespace forestall::guard {

struct Change {
  std::string listing{};
  Units units{};                     // how far the shown quantity moves, >= 0
  bool explained_by_orders = false;  // a sell-out that orders explain is free
};

class Breaker {
 public:
  // True where this change still fits; it is counted then. False: it must not be made.
  bool admit(const Change& change, const config::BreakerSettings& settings, std::size_t listings,
             Instant now);
  // Begins again: a person has looked.
  void reset();

  std::size_t changed(Instant now, Millis interval);  // listings within the interval
  Units moved() const { return units_; }
  // Why the last change was refused: "21 listings in 1h, at most 20".
  const std::string& why() const { return why_; }

 private:
  struct Counted {
    Instant at{};
    std::string listing{};
    Units units{};
  };
  void forget(Instant before);

  std::deque<Counted> window_;
  std::map<std::string, int> by_listing_;
  Units units_{};
  std::string why_;
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
