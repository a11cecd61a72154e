// SPDX-License-Identifier: Apache-2.0
// What was decided about one listing, and why: the words that logs, metrics, the API and tests share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/units.hpp"
#include "daemon/guard/facts.hpp"
#include "daemon/guard/planner/plan.hpp"

namespace forestall::guard {

enum class Reason : std::uint8_t {
  // Something is to be written:
  sold_elsewhere,  // fewer are left than are shown
  sold_out,        // nothing is left
  over_cap,        // more are shown than the account's cap
  scarce,          // emptied or lowered: the last units are on other listings
  through_zero,    // it is to show another number: by zero first, so that nothing is sold twice
  restocked,       // more are left than are shown
  back_in_stock,   // at zero because of us, and there is stock again
  // Nothing is:
  fits,            // what is shown is right
  not_worth_it,    // a write would cost more than it changes
  anchor,          // the main listing of a SKU that becomes scarce counts itself down
  awaits_outcome,  // a write of ours is unresolved: the next safe step needs its outcome
  awaits_others,   // the units are still on offer elsewhere
  awaits_orders,   // orders not seen yet may explain what it shows
  resting,         // written too recently
  many_writes,     // as many writes unresolved as are kept
  unmapped,        // which SKU it sells is not known
  other_pool,      // sold from a pool that is not ours to write
  stock_unknown,   // nobody said what is there: not zero
  listing_unread,  // what it shows now is not known
  held,            // a person's override
  not_ours,        // at zero or off, and not by us
  removed,         // gone from the channel
  writes_off,      // the account's writes = none
  lower_only,      // it would rise, and the account's writes = lower_only
  suspect,         // it would rise, on stock that is in doubt
  stale,           // it would rise, on stock nobody has confirmed lately
  other_mode,      // its account only watches, while others of the SKU are written
  crowded,         // at zero while scarce: more listings share the SKU than its last units are divided among
};
inline constexpr std::size_t reason_count = 28;
std::string_view word(Reason reason);
constexpr bool is_act(Reason reason) { return reason <= Reason::back_in_stock; }

struct Decision {
  Reason reason = Reason::fits;
  Units target{};  // what it is to show; meaningful where the reason is an act, or fits
  // How it is to be written, from what is thought to be shown; meaningful where the reason is an act.
  planner::WriteKind kind = planner::WriteKind::absolute;
  bool is_act() const { return guard::is_act(reason); }
};

// What the planner made of it: the listing's step, and the terms of the SKU that limits it.
struct PlanNumbers {
  planner::Step step{};
  planner::Exposure exposure{};
  forecasting::SkuVerdict verdict{};
  std::int64_t exposed_units = 0;     // of the SKU, on all its listings
  std::size_t listings = 0;           // of the SKU
  std::int32_t everywhere_at = 0;     // scarce: units of the SKU at which all listings show it again; 0: n/a
  std::int32_t splits_at = 0;         // plenty: the highest stock at which it would be split
  double until_receipt_units = 0;     // what the listing's shoppers will ask for before the next receipt
  double blind_units = 0;             // and within its blind window
  double cancel_cost_in_margins = 0;  // k / m
};

// The numbers behind a decision and what would change it, for people and for the journal.
struct Explanation {
  std::string rule{};
  Decision decision{};
  ListingFacts facts{};
  // The component that limits it: index into facts.components.
  std::optional<std::size_t> limit{};
  std::string counterfactual{};       // "resumes at 4 units of CUP"
  std::optional<PlanNumbers> plan{};  // absent: decided without the planner
};
std::string to_json(const Explanation& explanation);
// One or two sentences, made of what to_json() says and of nothing else.
std::string to_text(const Explanation& explanation);
// The same sentences from the JSON of a log line or a journal entry. parse where it is none.
Result<std::string> retell(std::string_view explanation_json);

}  // namespace forestall::guard
