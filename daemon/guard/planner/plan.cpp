// SPDX-License-Identifier: Apache-2.0
// Regimes, the room that stock leaves, and one step for each listing.
#include "daemon/guard/planner/plan.hpp"

#include <algorithm>
#include <limits>

#include "daemon/guard/planner/listing_book.hpp"
#include "forecasting/targets/demand_cursor.hpp"
#include "forecasting/targets/ladder.hpp"
#include "forecasting/targets/slots.hpp"
#include "forecasting/targets/targets.hpp"

namespace forestall::planner {

namespace fc = forecasting;

namespace {

class Steps {
 public:
  Steps(const Problem& problem, std::span<const fc::SkuVerdict> verdicts,
        std::span<const std::int32_t> targets, Plan& plan)
      : problem_(problem), targets_(targets), plan_(plan) {
    plan_.skus = problem.skus.size();
    plan_.offers = problem.offers.size();
    for (std::size_t j = 0; j < plan_.skus; ++j) {
      scarce_[j] = verdicts[j].regime == fc::Regime::scarce;
      room_[j] = std::max(0, problem.skus[j].usable_units);
      plan_.exposed_units[j] = 0;
    }
    for (const OfferFacts& offer : problem.offers)
      for (const fc::Component& part : parts(offer)) {
        const std::int64_t units = std::int64_t{part.units} * offer.exposure.units;
        room_[part.sku] -= units;
        plan_.exposed_units[part.sku] += units;
      }
    for (std::size_t j = 0; j < plan_.skus; ++j)
      plan_.regimes[j] = !scarce_[j] ? Regime::plenty : room_[j] < 0 ? Regime::entering : Regime::established;
  }

  void run() {
    const std::size_t anchor = find_anchor();
    // Zeros and lowerings need no room; what they free is free only when resolved. Then those that raise.
    for (std::size_t l = 0; l < plan_.offers; ++l) {
      Step& step = plan_.steps[l];
      step = {.regime = regime_of(problem_.offers[l]), .target = targets_[l]};
      const OfferFacts& offer = problem_.offers[l];
      step.why = step.regime == Regime::plenty ? in_plenty(offer, step) : lowering(offer, step, l == anchor);
    }
    for (std::size_t l = 0; l < plan_.offers; ++l) {
      Step& step = plan_.steps[l];
      if (step.regime != Regime::plenty && step.why == Why::as_wanted)
        step.why = raising(problem_.offers[l], step);
    }
    for (std::size_t l = 0; l < plan_.offers; ++l)
      if (plan_.steps[l].writes()) permit(problem_.offers[l], plan_.steps[l]);
  }

 private:
  static std::span<const fc::Component> parts(const OfferFacts& offer) {
    return std::span(offer.terms.components).first(offer.terms.component_count);
  }

  Regime regime_of(const OfferFacts& offer) const {
    Regime worst = Regime::plenty;
    for (const fc::Component& part : parts(offer)) {
      const Regime regime = plan_.regimes[part.sku];
      if (regime == Regime::entering || worst == Regime::plenty) worst = regime;
    }
    return worst;
  }

  // The listing that should keep most of the stock: it is not touched while the others are emptied.
  std::size_t find_anchor() const {
    std::size_t anchor = plan_.offers;
    std::int64_t most = 0;
    for (std::size_t l = 0; l < plan_.offers; ++l)
      if (targets_[l] > most) most = targets_[l], anchor = l;
    return anchor;
  }

  // Units of the listing that the stock of every scarce component still bears.
  std::int64_t room_for(const OfferFacts& offer) const {
    std::int64_t room = std::numeric_limits<std::int32_t>::max();
    for (const fc::Component& part : parts(offer))
      if (scarce_[part.sku]) room = std::min(room, room_[part.sku] / part.units);
    return std::max<std::int64_t>(0, room);
  }
  void take_room(const OfferFacts& offer, std::int64_t raise) {
    for (const fc::Component& part : parts(offer)) room_[part.sku] -= part.units * raise;
  }

  // Would the anchor alone, with what the others still must keep, be within stock?
  bool anchor_fits(const OfferFacts& offer) const {
    for (const fc::Component& part : parts(offer)) {
      const std::int64_t own = std::int64_t{part.units} * offer.exposure.units;
      if (scarce_[part.sku] && own > problem_.skus[part.sku].usable_units) return false;
    }
    return true;
  }

  // One that was given up on lands only if the listing shows again what it expected, and is counted as if it
  // did: it keeps nobody from comparing anew.
  static bool awaits_one(const Exposure& now) { return now.pending > now.given_up; }

  static Step& write(Step& step, WriteKind kind, std::int32_t value, std::int32_t expected = 0) {
    step.kind = kind;
    step.value = value;
    step.expected = expected;
    return step;
  }

  // Scarce: what has to come down. as_wanted: nothing, it may be raised.
  Why lowering(const OfferFacts& offer, Step& step, bool anchor) const {
    const Exposure& now = offer.exposure;
    const bool fits = now.units <= step.target || (now.pending == 0 && now.settled_units <= step.target);
    if (now.known && fits) return Why::as_wanted;
    step.worth = worth_of_lowering(offer, step.target);
    if (!now.known) {
      write(step, WriteKind::absolute, 0);
      return now.pending > 0 || step.regime != Regime::entering ? Why::unknown_listing : Why::zero;
    }
    if (now.heading_units <= step.target) return Why::awaits_resolve;
    const bool emptied = step.target == 0;
    switch (offer.writes) {
      case WriteKind::relative:
        write(step, WriteKind::relative, step.target - now.heading_units);
        return emptied ? Why::zero : Why::lower;
      case WriteKind::compare_and_set:
        // Whether it lowers is known of the settled reading; a newer one may show more.
        if (awaits_one(now) || now.settled_units <= step.target) return Why::awaits_resolve;
        write(step, WriteKind::compare_and_set, step.target, now.settled_units);
        return emptied ? Why::zero : Why::lower;
      case WriteKind::absolute:
        break;
    }
    if (step.regime == Regime::entering && anchor && anchor_fits(offer)) return Why::leave_anchor;
    // On the way in targets leave out what may be sold before the write is live: straight to its share, where
    // zero would refuse sales until the next look. It counts as exposed until it is resolved, so the
    // established state begins no earlier than it may.
    if (step.regime == Regime::entering && !emptied && !offer.promised) {
      write(step, WriteKind::absolute, step.target);
      return Why::lower;
    }
    write(step, WriteKind::absolute, 0);
    return emptied ? Why::zero : Why::through_zero;
  }

  // Scarce: what may go up within the room.
  Why raising(const OfferFacts& offer, Step& step) {
    const Exposure& now = offer.exposure;
    const std::int32_t most = offer.unproven ? std::min(step.target, offer.lot_units) : step.target;
    step.worth = 0;
    if (now.heading_units >= most || now.units >= most) return Why::as_wanted;
    if (offer.writes == WriteKind::absolute && now.pending > 0) return Why::awaits_resolve;
    if (offer.writes == WriteKind::compare_and_set && awaits_one(now)) return Why::awaits_resolve;
    const std::int64_t room = room_for(offer);
    if (offer.writes == WriteKind::absolute && now.units > 0) {
      if (step.regime == Regime::entering) return Why::awaits_others;
      write(step, WriteKind::absolute, 0);
      return Why::through_zero;
    }
    const auto raise = static_cast<std::int32_t>(std::min<std::int64_t>(room, most - now.units));
    if (raise <= 0) return Why::awaits_others;
    step.worth = offer.terms.margin * fc::expected_filled(offer.terms.until_receipt, now.units + raise) -
                 offer.terms.margin * fc::expected_filled(offer.terms.until_receipt, now.units);
    switch (offer.writes) {
      case WriteKind::absolute:
        write(step, WriteKind::absolute, raise);
        break;
      case WriteKind::relative:
        write(step, WriteKind::relative, raise);
        break;
      case WriteKind::compare_and_set:
        write(step, WriteKind::compare_and_set, now.settled_units + raise, now.settled_units);
        break;
    }
    take_room(offer, raise);
    return now.units == 0 ? Why::fill : Why::raise;
  }

  // Plenty: a write only where it changes more than it costs.
  Why in_plenty(const OfferFacts& offer, Step& step) const {
    const Exposure& now = offer.exposure;
    const auto& terms = offer.terms;
    if (!now.known && now.pending > 0) return Why::awaits_resolve;
    const std::int32_t shown = now.heading_units;
    if (now.known && shown == step.target) return Why::as_wanted;
    if (!now.known || shown < step.target) {
      step.worth = terms.margin * fc::sold_between(terms.blind, shown, step.target);
      // What sells out between two looks is lost; what does not can be filled at the next.
      // An order may be for many units, so half of what could be shown is too little whatever the rate.
      if (now.known && shown > step.target / 2 && step.worth < terms.write_cost) return Why::not_worth_it;
    } else {
      step.worth = worth_of_lowering(offer, step.target) + worth_at_next_order(offer, step.target);
      if (step.worth < terms.write_cost) return Why::not_worth_it;
    }
    if (offer.writes == WriteKind::compare_and_set && now.known) {
      if (awaits_one(now)) return Why::awaits_resolve;
      write(step, WriteKind::compare_and_set, step.target, now.settled_units);
    } else if (offer.writes == WriteKind::relative && now.known) {
      // Given up on, it may land all the same, and both would add up.
      const std::int32_t most = shown < step.target && now.given_up > 0 ? std::max(shown, now.units) : shown;
      if (shown < step.target && most >= step.target) return Why::awaits_resolve;
      write(step, WriteKind::relative, step.target - most);
    } else {
      write(step, WriteKind::absolute, step.target);
    }
    return shown > step.target ? Why::lower : shown == 0 ? Why::fill : Why::raise;
  }

  // Units it would sell within the blind window beyond the target, at the price of a cancellation.
  static double worth_of_lowering(const OfferFacts& offer, std::int32_t target) {
    const auto& blind = offer.terms.blind_later.mean_units > 0 ? offer.terms.blind_later : offer.terms.blind;
    const double price = offer.terms.cancel_cost + offer.terms.margin;
    if (price * fc::excess_bound(blind, target) < offer.terms.write_cost) return 0;
    const std::int32_t shown = std::max(target, std::min(offer.exposure.units, fc::no_limit));
    return price * fc::sold_between(blind, target, shown);
  }

  // A listing that shows more than there is takes one order for more than there is, whenever it comes: no
  // race, no window. It is looked at again after that order, so this is counted once.
  static double worth_at_next_order(const OfferFacts& offer, std::int32_t target) {
    if (offer.order_size == nullptr) return 0;
    const std::int32_t shown = std::max(offer.exposure.settled_units, offer.exposure.heading_units);
    return (offer.terms.cancel_cost + offer.terms.margin) * offer.next_order *
           offer.order_size->oversold(target, shown);
  }

  static void permit(const OfferFacts& offer, Step& step) {
    const bool raises = step.why == Why::fill || step.why == Why::raise;
    const bool needed = step.regime == Regime::entering || step.target == 0;  // no dwell: it may oversell
    if (offer.exposure.pending >= ListingBook::most_pending) {
      step.why = Why::too_many_pending;
    } else if (raises && !offer.may_raise) {
      step.why = Why::may_not_raise;
    } else if (!raises && !offer.may_lower) {
      step.why = Why::may_not_lower;
    } else if (!offer.rested && !needed) {
      step.why = Why::resting;
    }
  }

  const Problem& problem_;
  std::span<const std::int32_t> targets_;
  Plan& plan_;
  std::array<bool, fc::max_skus> scarce_{};
  std::array<std::int64_t, fc::max_skus> room_{};
};

}  // namespace

// SKUs that are split although nothing would race among the listings of the problem alone: what is left of
// them is dealt to the listings in rounds, in halves, so that none of them takes everything.
static void keep_split(const Problem& problem, std::span<fc::SkuVerdict> verdicts,
                       std::span<std::int32_t> targets) {
  const auto split = [&](std::size_t sku) { return (problem.split >> sku & 1U) != 0; };
  std::array<std::int64_t, fc::max_skus> left{};
  for (std::size_t j = 0; j < problem.skus.size(); ++j) {
    if (!split(j)) continue;
    left[j] = std::max(0, problem.skus[j].usable_units);
    if (verdicts[j].regime == fc::Regime::scarce) continue;
    verdicts[j].regime = fc::Regime::scarce;
    verdicts[j].reason = left[j] > 0 ? fc::Reason::split_pays : fc::Reason::nothing_to_sell;
  }
  std::array<std::int32_t, fc::max_listings> dealt{};
  const auto room_for = [&](const OfferFacts& offer) {
    std::int64_t room = fc::no_limit;
    for (std::size_t c = 0; c < offer.terms.component_count; ++c)
      if (const auto& part = offer.terms.components[c]; split(part.sku))
        room = std::min(room, left[part.sku] / part.units);
    return std::max<std::int64_t>(0, room);
  };
  const auto deal = [&](std::size_t l, std::int64_t units) {
    const OfferFacts& offer = problem.offers[l];
    for (std::size_t c = 0; c < offer.terms.component_count; ++c)
      if (const auto& part = offer.terms.components[c]; split(part.sku)) left[part.sku] -= units * part.units;
    dealt[l] += static_cast<std::int32_t>(units);
  };
  // What may not be lowered keeps what it has.
  for (std::size_t l = 0; l < targets.size(); ++l)
    if (const OfferFacts& offer = problem.offers[l]; !offer.may_lower)
      deal(l, std::min(targets[l], std::max(0, offer.exposure.settled_units)));
  for (bool more = true; more;) {
    more = false;
    for (std::size_t l = 0; l < targets.size(); ++l) {
      const std::int64_t room = room_for(problem.offers[l]);
      const std::int64_t wanted = targets[l] - dealt[l];
      const std::int64_t part = std::max<std::int64_t>(1, room / static_cast<std::int64_t>(targets.size()));
      if (const std::int64_t units = std::min({wanted, room, part}); units > 0) deal(l, units), more = true;
    }
  }
  std::ranges::copy(std::span(dealt).first(targets.size()), targets.begin());
}

bool stock_bears(const Problem& problem, std::size_t offer, const PendingWrite& write) {
  const OfferFacts& asked = problem.offers[offer];
  const std::int64_t raise = std::max<std::int64_t>(0, raise_of(write, asked.exposure.settled_units));
  if (raise == 0) return true;
  std::array<std::int64_t, fc::max_skus> room{};
  for (std::size_t j = 0; j < problem.skus.size(); ++j) room[j] = problem.skus[j].usable_units;
  for (const OfferFacts& other : problem.offers)
    for (std::size_t c = 0; c < other.terms.component_count; ++c)
      room[other.terms.components[c].sku] -=
          std::int64_t{other.terms.components[c].units} * other.exposure.units;
  for (std::size_t c = 0; c < asked.terms.component_count; ++c)
    if (asked.terms.components[c].units * raise > room[asked.terms.components[c].sku]) return false;
  return true;
}

void plan_steps(const Problem& problem, std::span<const fc::SkuVerdict> verdicts,
                std::span<const std::int32_t> targets, Plan& plan) {
  Steps(problem, verdicts, targets, plan).run();
}

fc::Expected<void> make_plan(const Problem& problem, Plan& plan) {
  const std::size_t offers = problem.offers.size();
  if (offers > fc::max_listings || problem.skus.size() > fc::max_skus)
    return std::unexpected(fc::ForecastError::out_of_range);
  fc::Slots<fc::ListingTerms, fc::max_listings> terms;
  fc::Slots<fc::ListingTarget, fc::max_listings> targets;
  for (const OfferFacts& offer : problem.offers) {
    auto& own = terms.add(offer.terms);
    own.exposure_units = std::min(offer.exposure.units, fc::no_limit);
    own.through_zero = offer.writes == WriteKind::absolute;
    if (offer.unproven) own.scarce_cap_units = std::min(own.scarce_cap_units, offer.lot_units);
    if (!offer.may_lower) own.least_units = std::max(own.least_units, offer.exposure.settled_units);
    targets.add();
  }
  const auto verdicts = std::span(plan.verdicts).first(problem.skus.size());
  std::span<const fc::StockTerms> skus = problem.skus;
  std::array<fc::StockTerms, fc::max_skus> in_parts;
  if (problem.split != 0) {
    constexpr double never_shared = -1e9;
    for (std::size_t j = 0; j < skus.size(); ++j) {
      in_parts[j] = skus[j];
      if ((problem.split >> j & 1U) != 0) in_parts[j].plenty_bias = never_shared;
    }
    skus = std::span(in_parts).first(skus.size());
  }
  bool exact = true;
  if (auto ok = fc::choose_targets(skus, terms.all(), verdicts, targets.all(), &exact); !ok) return ok;
  fc::Slots<std::int32_t, fc::max_listings> units;
  for (const fc::ListingTarget& target : targets.all()) units.add(target.units);
  if (problem.split != 0) keep_split(problem, verdicts, units.all());
  plan.exact = exact;
  plan_steps(problem, verdicts, units.all(), plan);
  return {};
}

}  // namespace forestall::planner
