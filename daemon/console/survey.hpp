// SPDX-License-Identifier: Apache-2.0
// How a seller's listings stand, counted over all of them: what is on offer with nothing behind it, what was
// taken down, what waits for a person. Pure: whoever walks the mirror gives it one listing after the other.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/guard/decision.hpp"
#include "daemon/journal/intent.hpp"

namespace forestall::console {

// One account's listings.
struct Tally {
  std::array<std::uint64_t, guard::reason_count> by_reason{};
  // Listings that show more than the stock behind them, and by how many units in all.
  std::uint64_t over_offered = 0;
  std::uint64_t over_offered_units = 0;
  // Standing changes of ours, read back as live: listings at zero and what they showed before that write, and
  // listings lowered and by how many units.
  std::uint64_t closed = 0;
  std::uint64_t closed_units = 0;
  std::uint64_t lowered = 0;
  std::uint64_t lowered_units = 0;
};

// A listing somebody should see.
struct Remark {
  AccountId account{};
  ListingId listing{};
  std::string sku{};  // of the component that limits it; empty where unmapped
  guard::Reason reason = guard::Reason::fits;
  std::optional<journal::State> state{};  // of its current intent
  std::string text{};                     // the decision in one or two sentences
  std::optional<Units> shown{};
  std::optional<Units> backed{};  // what the stock behind it could fill; absent: not known
  std::uint64_t weight = 0;       // units on offer without stock; what lists are sorted by
};

// Units of the listing that its components' stock could fill, not below 0; nullopt where that of one is
// unknown.
std::optional<Units> backed_by_stock(const guard::ListingFacts& facts);
// A person is asked: held, not ours, in doubt, unknown, unmapped, or a write that was never seen live.
bool needs_person(guard::Reason reason, std::optional<journal::State> state);

struct SurveyResult {
  std::map<std::string, Tally> accounts{};  // by id
  std::vector<Remark> at_risk{};            // the most units first
  std::vector<Remark> persons{};            // in no order but that of the walk
  std::uint64_t listings = 0;
  std::uint64_t persons_found = 0;  // `persons` is cut, this is not
  Tally total() const;
};

class Survey {
 public:
  explicit Survey(std::size_t most_remarks = 100) : most_(most_remarks) {}

  // `record`: the listing's current intent, if it has one.
  void add(const guard::Explanation& explained, const journal::Record* record);
  // Sorted and cut; the survey begins anew.
  SurveyResult finish();

 private:
  std::size_t most_;
  SurveyResult result_;
};

}  // namespace forestall::console
