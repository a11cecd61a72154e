// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace forestall::guard {

using model::Certainty;

Units held_back(const ListingFacts& facts, const ComponentFacts& c) {
  return std::max(Units{}, facts.buffer - c.reserve);
}

std::int64_t usable_of(const ListingFacts& facts, const ComponentFacts& c) {
  const Units there = c.believed ? std::min(*c.believed, c.available) : c.available;
  return std::max<std::int64_t>(0, (there - held_back(facts, c)).count());
}

std::int64_t enough_for(const ListingFacts& facts, const ComponentFacts& c) {
  return usable_of(facts, c) / c.units.count();
}

std::optional<Reason> silent(const ListingFacts& facts) {
  if (facts.components.empty()) return Reason::unmapped;
  if (facts.pool != model::Pool::own) return Reason::other_pool;
  if (facts.activity == model::ListingActivity::removed) return Reason::removed;
  for (const auto& c : facts.components)
    if (c.certainty == Certainty::unknown) return Reason::stock_unknown;
  if (!facts.shown) return Reason::listing_unread;
  return std::nullopt;
}

namespace {

// What the target means for a listing that shows `shown`, before anybody's limits.
Reason wanted(const ListingFacts& facts, Units target) {
  const auto shown = *facts.shown;
  if (target < shown) {
    if (target == Units{}) return Reason::sold_out;
    return target == facts.cap ? Reason::over_cap : Reason::sold_elsewhere;
  }
  if (target == shown) return Reason::fits;
  if (shown == Units{}) return Reason::back_in_stock;
  // Every sale lowers what is shown by itself: topping up a listing that has plenty would cost a write a
  // sale.
  if (target == facts.cap && shown.count() * 2 >= facts.cap.count()) return Reason::not_worth_it;
  return Reason::restocked;
}

bool off(const ListingFacts& facts) { return facts.activity == model::ListingActivity::inactive; }

Reason limited(const ListingFacts& facts, Reason wish, Instant now) {
  if (in_force(facts.hold, now)) return Reason::held;
  const bool raise = wish == Reason::restocked || wish == Reason::back_in_stock;
  if ((*facts.shown == Units{} || off(facts)) && !facts.zero_is_ours && wish != Reason::fits)
    return Reason::not_ours;
  if (!is_act(wish)) return wish;
  if (facts.writes == config::Writes::none) return Reason::writes_off;
  if (!raise) return wish;
  if (facts.writes == config::Writes::lower_only) return Reason::lower_only;
  for (const auto& c : facts.components)
    if (c.certainty == Certainty::suspect) return Reason::suspect;
  for (const auto& c : facts.components)
    if (c.stale) return Reason::stale;
  return wish;
}

}  // namespace

std::string limits_end(const ListingFacts& facts, Reason reason) {
  switch (reason) {
    case Reason::unmapped:
      return "acts once the mapping says which SKU it sells";
    case Reason::other_pool:
      return "never written: its stock is not the seller's own pool";
    case Reason::removed:
      return "nothing: the channel has no such listing any more";
    case Reason::stock_unknown:
      return "acts once every stock source of its SKUs has said a number";
    case Reason::listing_unread:
      return "acts once the listing has been read";
    case Reason::held:
      return facts.hold->until ? "acts again at " + to_string(*facts.hold->until) : "acts again once resumed";
    case Reason::not_ours:
      return "acts once a person claims it: forestall resume";
    case Reason::writes_off:
      return "acts once the account's writes are not \"none\"";
    case Reason::lower_only:
      return "rises once the account's writes are \"all\"";
    case Reason::suspect:
      return "rises once a count or a newer reading ends the doubt";
    case Reason::stale:
      return "rises once its stock source reports again";
    case Reason::other_mode:
      return "acts once its account is in the mode of the others";
    default:
      return {};
  }
}

namespace {

std::string what_would_change_it(const ListingFacts& facts, const Decision& decision,
                                 std::optional<std::size_t> limit) {
  if (auto ends = limits_end(facts, decision.reason); !ends.empty()) return ends;
  if (!limit) return {};
  const auto& c = facts.components[*limit];
  const auto back = held_back(facts, c);
  if (decision.target == Units{})
    return fmt::format("resumes at {} units of {}", (back + c.units).count(), c.sku.str());
  if (decision.target == facts.cap)
    return fmt::format("shows fewer below {} units of {}", (back + c.units * facts.cap.count()).count(),
                       c.sku.str());
  return fmt::format("shows {} at {} units of {}", decision.target.count() + 1,
                     (back + c.units * (decision.target.count() + 1)).count(), c.sku.str());
}

}  // namespace

bool explained_by_orders(const Explanation& e) {
  const auto reason = e.decision.reason;
  if (reason != Reason::sold_out && reason != Reason::sold_elsewhere && reason != Reason::scarce &&
      reason != Reason::through_zero)
    return false;
  for (auto c : e.facts.components) {
    c.available += c.committed;
    c.believed.reset();
    if (enough_for(e.facts, c) < std::min(*e.facts.shown, e.facts.cap).count()) return false;
  }
  return true;
}

Explanation decide(ListingFacts facts, Instant now) {
  Explanation e{.rule = std::string(rule_name)};
  if (const auto reason = silent(facts)) {
    e.decision.reason = *reason;
  } else {
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = 0; i < facts.components.size(); ++i) {
      const auto n = enough_for(facts, facts.components[i]);
      if (n < least) {
        least = n;
        e.limit = i;
      }
    }
    e.decision.target = std::min(Units(least), std::max(Units{}, facts.cap));
    e.decision.reason = limited(facts, wanted(facts, e.decision.target), now);
    // It counts no unresolved writes, so two differences could add up: only what names the number.
    if (facts.offer.writes == planner::WriteKind::compare_and_set) e.decision.kind = facts.offer.writes;
  }
  e.counterfactual = what_would_change_it(facts, e.decision, e.limit);
  e.facts = std::move(facts);
  return e;
}

}  // namespace forestall::guard
