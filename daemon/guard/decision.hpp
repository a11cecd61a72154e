// SPDX-License-Identifier: Apache-2.0
// What was decided about one listing, and why: the words that logs, metrics, the API and tests share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/units.hpp"
#include "daemon/guard/facts.hpp"

namespace forestall::guard {

enum class Reason : std::uint8_t {
  // Something is to be written:
  sold_elsewhere,  // fewer are left than are shown
  sold_out,        // nothing is left
  over_cap,        // more are shown than the account's cap
  restocked,       // more are left than are shown
  back_in_stock,   // at zero because of us, and there is stock again
  // Nothing is:
  fits,            // what is shown is right
  plenty,          // a little below the cap: not worth a write
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
};
inline constexpr std::size_t reason_count = 18;
std::string_view word(Reason reason);
constexpr bool is_act(Reason reason) { return reason <= Reason::back_in_stock; }

struct Decision {
  Reason reason = Reason::fits;
  Units target{};  // what it is to show; meaningful where the reason is an act, or fits
  bool is_act() const { return guard::is_act(reason); }
};

// The numbers behind a decision and what would change it, for people and for the journal.
struct Explanation {
  std::string rule{};
  Decision decision{};
  ListingFacts facts{};
  // The component that limits it: index into facts.components.
  std::optional<std::size_t> limit{};
  std::string counterfactual{};  // "resumes at 4 units of CUP"
};
std::string to_json(const Explanation& explanation);
// One or two sentences.
std::string to_text(const Explanation& explanation);

}  // namespace forestall::guard
