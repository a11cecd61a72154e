// SPDX-License-Identifier: Apache-2.0
// One account as whoever acts sees it: the mode in force, fitness, breaker, and what was done.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "config/settings/account.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/guard/breaker.hpp"

namespace forestall::acting {

using config::Mode;
std::string_view word(Mode mode);
std::optional<Mode> parse_mode(std::string_view text);

// Numbers since the start of the process.
struct ActFigures {
  std::uint64_t wished = 0;  // intents appended
  std::uint64_t noted = 0;   // wishes that only went into the history (observe, advise)
  std::uint64_t sent = 0, accepted = 0, confirmed = 0, rejected = 0, unresolved = 0, stuck = 0, abandoned = 0;
  std::uint64_t read_failures = 0, write_failures = 0;
  std::uint64_t persons = 0;   // changes that were left to a person
  std::uint64_t waits = 0;     // writes that waited for the order watermark
  std::uint64_t put_back = 0;  // a person's value restored after one of our writes crossed it
  std::optional<Instant> last_sent{}, last_confirmed{};
};

struct AccountDesk {
  flow::Account& account;
  flow::Seller& seller;
  std::optional<Mode> override_mode{};  // set at run time, stored
  std::string tripped{};                // why the breaker is open; empty: closed
  guard::Breaker breaker{};
  guard::WriterWatch writers{};
  ActFigures figures{};
  std::uint64_t mode_words = 0;  // how often a person said the mode
  bool was_ready = false;
  std::set<std::string, std::less<>> near_removal{};  // as flow::Account, when they were decided last
  double decided_at_factor = 1;  // flow::Account::cancel_cost_factor when everything was decided last
  bool put_off = false;  // something was not done because it was not fit: everything is looked at afterwards

  const AccountId& id() const { return account.settings.id; }
  Mode wished_mode() const { return override_mode.value_or(account.settings.mode); }
  // With an open breaker never more than advise.
  Mode mode() const { return tripped.empty() ? wished_mode() : std::min(wished_mode(), Mode::advise); }
  // What is missing before anything may be decided for it; nullopt: fit.
  std::optional<std::string> missing() const;
};

// Of the histogram parsed observation -> durable intent, in seconds.
struct Latency {
  static constexpr std::array<double, 11> bounds{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5};
  std::array<std::uint64_t, bounds.size() + 1> counts{};
  double sum = 0;
  void record(double seconds);
};

}  // namespace forestall::acting
