// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/plan_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <string_view>

#include "daemon/guard/planner/explain.hpp"
#include "daemon/guard/rule.hpp"
#include "forecasting/targets/targets.hpp"

namespace forestall::guard {

namespace fc = forecasting;
namespace pl = planner;

namespace {

using model::Certainty;

bool off(const ListingFacts& f) { return f.activity == model::ListingActivity::inactive; }

// Why this listing may not be lowered, and why it may not be raised; nullopt: it may.
struct Limits {
  std::optional<Reason> lower{}, raise{};
  bool silent = false;  // nothing is decided about it at all
};
Limits limits_of(const ListingFacts& f, Instant now) {
  Limits limits;
  if (in_force(f.hold, now))
    limits.lower = Reason::held;
  else if ((*f.shown == Units{} || off(f)) && !f.zero_is_ours)
    limits.lower = Reason::not_ours;
  else if (f.writes == config::Writes::none)
    limits.lower = Reason::writes_off;
  else if (f.pinned || f.elsewhere)
    limits.lower = Reason::other_mode;
  limits.raise = limits.lower;
  if (limits.raise) return limits;
  if (f.writes == config::Writes::lower_only) limits.raise = Reason::lower_only;
  for (const auto& c : f.components)
    if (!limits.raise && c.certainty == Certainty::suspect) limits.raise = Reason::suspect;
  for (const auto& c : f.components)
    if (!limits.raise && c.stale) limits.raise = Reason::stale;
  return limits;
}

std::int32_t whole(std::int64_t units) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(units, 0, fc::no_limit));
}

class Desk {
 public:
  Desk(std::span<Explanation> all, Instant now, Detail detail, bool shared = false)
      : all_(all), now_(now), detail_(detail), shared_(shared) {}

  void run() {
    for (const std::size_t i : in_turn()) {
      auto& e = all_[i];
      e.rule = plan_rule_name;
      if (const auto reason = silent(e.facts)) {
        e.decision.reason = *reason;
        e.counterfactual = limits_end(e.facts, *reason);
        if (!keeps_selling(e.facts)) continue;
        // Nothing is decided about it, but what it sells is gone for the others.
        if (!e.facts.shown)
          unread_ = true;
        else if (!take(i, reason))
          rest_.push_back(i);
      } else if (take(i, std::nullopt)) {
        ++spoken_;
      } else {
        rest_.push_back(i);
      }
    }
    if (spoken_ == 0) return answer_rest_alone();
    do {
      if (!pl::make_plan(problem(), plan_)) return alone();
    } while (take_off_rest());
    for (std::size_t l = 0; l < count_; ++l)
      if (!limits_[l].silent) answer(l);
    if (!rest_.empty()) answer_rest();
  }

 private:
  pl::Problem problem() const {
    return {std::span(stock_).first(skus_), std::span(offers_).first(count_), split_};
  }

  // Who sells most comes first: where there are too many, the others get what is left. What sells already
  // stays before what nearly ties with it, or they would take each other's place at every order.
  std::vector<std::size_t> in_turn() const {
    std::vector<std::size_t> turn(all_.size());
    std::iota(turn.begin(), turn.end(), std::size_t{0});
    if (turn.size() <= fc::max_listings) return turn;
    const auto weight = [this](std::size_t i) {
      const auto& f = all_[i].facts;
      return f.offer.terms.until_receipt.mean_units * (f.offer.exposure.units > 0 ? 1.25 : 1.0);
    };
    std::ranges::sort(turn, [&](std::size_t a, std::size_t b) {
      if (all_[a].facts.elsewhere != all_[b].facts.elsewhere) return !all_[a].facts.elsewhere;
      return weight(a) != weight(b) ? weight(a) > weight(b) : a < b;
    });
    return turn;
  }

  // What nobody decides here may sell before anybody of here learns of it.
  static std::int64_t may_sell(const ListingFacts& f) {
    if (f.offer.exposure.known) return f.offer.exposure.units;
    return std::max<std::int64_t>(f.offer.exposure.pending > 0 ? f.offer.exposure.units : 0,
                                  f.shown ? f.shown->count() : 0);
  }

  std::optional<std::uint16_t> placed(const ComponentFacts& c) const {
    for (std::uint16_t j = 0; j < skus_; ++j)
      if (names_[j] == c.sku.str()) return j;
    return std::nullopt;
  }
  bool is_scarce(const ComponentFacts& c) const {
    if (c.share == ComponentFacts::Share::split) return true;
    const auto j = placed(c);
    return j && plan_.verdicts[*j].regime == fc::Regime::scarce;
  }
  bool touches_scarce(const ListingFacts& f) const {
    return std::ranges::any_of(f.components, [this](const ComponentFacts& c) { return is_scarce(c); });
  }

  // A SKU that turned out to be scarce is divided among the listings of the plan; what the others may still
  // sell of it is not theirs. True: the plan has to be made again.
  bool take_off_rest() {
    if (rest_.empty()) return false;
    bool more = false;
    for (std::uint16_t j = 0; j < skus_; ++j) {
      const auto bit = static_cast<std::uint8_t>(1U << j);
      if ((rest_taken_off_ & bit) != 0 || plan_.verdicts[j].regime != fc::Regime::scarce) continue;
      rest_taken_off_ |= bit;
      for (const std::size_t i : rest_)
        for (const auto& c : all_[i].facts.components)
          if (names_[j] == c.sku.str()) {
            take_off(j, c.units.count() * may_sell(all_[i].facts));
            provisional_ = provisional_ || all_[i].facts.provisional;
            split_ |= bit;
            more = true;
          }
    }
    return more;
  }
  void take_off(std::uint16_t sku, std::int64_t units) {
    stock_[sku].usable_units -= whole(units);
    taken_off_[sku] += whole(units);
  }

  // The others: nothing while something of them is scarce; else each shows what there is.
  void answer_rest() {
    std::vector<std::size_t> sharing;
    for (const std::size_t i : rest_) {
      auto& e = all_[i];
      if (silent(e.facts)) continue;
      if (!touches_scarce(e.facts)) {
        sharing.push_back(i);
        continue;
      }
      e.limit = scarcest(e.facts);
      e.decision = emptied(e.facts, e.facts.components[*e.limit]);
      e.counterfactual = limits_end(e.facts, e.decision.reason);
      if (e.counterfactual.empty())
        e.counterfactual =
            fmt::format("shows some again once {} is not scarce", e.facts.components[*e.limit].sku.str());
    }
    if (sharing.empty()) return;
    std::vector<Explanation> some;
    for (const std::size_t i : sharing) some.push_back(std::move(all_[i]));
    Desk(some, now_, detail_, true).run();
    for (std::size_t n = 0; n < sharing.size(); ++n) all_[sharing[n]] = std::move(some[n]);
  }
  Decision emptied(const ListingFacts& f, const ComponentFacts& c) const {
    const auto limits = limits_of(f, now_);
    if (limits.lower == Reason::held) return {Reason::held, {}};
    const auto& exposure = f.offer.exposure;
    if (*f.shown == Units{} && (!exposure.known || exposure.units == 0)) return {Reason::crowded, {}};
    if (limits.lower) return {*limits.lower, {}};
    if (*f.shown == Units{} || (exposure.pending > 0 && exposure.heading_units == 0))
      return {Reason::awaits_outcome, {}};
    return {usable_of(f, c) <= 0 ? Reason::sold_out : Reason::scarce, {}};
  }
  // Of too many components for any plan.
  void answer_rest_alone() {
    for (const std::size_t i : rest_) all_[i] = decide(std::move(all_[i].facts), now_);
  }

  static bool keeps_selling(const ListingFacts& f) {
    return !f.components.empty() && f.pool == model::Pool::own &&
           f.activity != model::ListingActivity::removed;
  }

  // False where there is no room for it. `silent`: it is counted only.
  bool take(std::size_t i, std::optional<Reason> silent) {
    const ListingFacts& f = all_[i].facts;
    if (count_ == fc::max_listings) return false;
    auto& offer = offers_[count_];
    offer = f.offer;
    offer.terms.cap_units = whole(f.cap.count());
    std::uint8_t parts = 0;
    const auto skus_before = skus_;
    for (const auto& c : f.components) {
      if (c.share == ComponentFacts::Share::bound) {
        offer.terms.cap_units = std::min(offer.terms.cap_units, whole(enough_for(f, c)));
        continue;
      }
      const bool fits =
          parts < fc::max_components && c.units.count() <= std::numeric_limits<std::uint16_t>::max();
      const auto place = fits ? place_of(f, c) : std::nullopt;
      if (!place) {
        while (skus_ > skus_before) forget_last();
        return false;
      }
      offer.terms.components[parts++] = {*place, static_cast<std::uint16_t>(c.units.count())};
    }
    offer.terms.component_count = parts;
    if (!offer.exposure.known && f.shown) {
      // As far as anybody knows; what that is good for is decided in answer().
      const auto shown = whole(f.shown->count());
      offer.exposure = {.units = shown,
                        .settled_units = shown,
                        .heading_units = shown,
                        .pending = offer.exposure.pending,
                        .known = true};
    }
    const Limits limits = silent ? Limits{silent, silent, true} : limits_of(f, now_);
    limits_[count_] = limits;
    offer.may_lower = !limits.lower;
    offer.may_raise = !limits.raise;
    provisional_ = provisional_ || f.provisional;
    of_[count_++] = i;
    return true;
  }

  std::optional<std::uint16_t> place_of(const ListingFacts& f, const ComponentFacts& c) {
    // Of stock that nobody knows only what others say counts.
    const std::int32_t usable = c.certainty == Certainty::unknown ? fc::no_limit : whole(usable_of(f, c));
    for (std::uint16_t j = 0; j < skus_; ++j)
      if (names_[j] == c.sku.str()) {
        stock_[j].usable_units = std::min(stock_[j].usable_units, usable - whole(taken_off_[j]));
        return j;
      }
    if (skus_ == fc::max_skus) return std::nullopt;
    names_[skus_] = c.sku.str();
    constexpr double always_shared = 1e9;
    stock_[skus_] = {.usable_units = usable, .plenty_bias = shared_ ? always_shared : c.plenty_bias};
    taken_off_[skus_] = 0;
    if (c.share == ComponentFacts::Share::split) {
      split_ |= static_cast<std::uint8_t>(1U << skus_);
      take_off(static_cast<std::uint16_t>(skus_), c.elsewhere.count());
    }
    return static_cast<std::uint16_t>(skus_++);
  }
  void forget_last() {
    --skus_;
    split_ &= static_cast<std::uint8_t>(~(1U << skus_));
  }

  void alone() {
    for (auto& e : all_) e = decide(std::move(e.facts), now_);
  }

  std::size_t listings_of(std::uint16_t sku) const {
    std::size_t n = 0;
    for (std::size_t l = 0; l < count_; ++l)
      for (std::size_t c = 0; c < offers_[l].terms.component_count; ++c)
        if (offers_[l].terms.components[c].sku == sku) ++n;
    return n;
  }

  // What the stock alone would let it show.
  std::int32_t shared(std::size_t l) const {
    std::int32_t units = offers_[l].terms.cap_units;
    for (std::size_t c = 0; c < offers_[l].terms.component_count; ++c) {
      const auto& part = offers_[l].terms.components[c];
      units = std::min(units, std::max(0, stock_[part.sku].usable_units) / part.units);
    }
    return units;
  }

  void answer(std::size_t l) {
    auto& e = all_[of_[l]];
    const auto& f = e.facts;
    const auto& step = plan_.steps[l];
    e.limit = scarcest(f);
    const auto sku = placed(f.components[*e.limit]).value_or(offers_[l].terms.components[0].sku);
    e.plan = PlanNumbers{
        .step = step,
        .exposure = f.offer.exposure,
        .verdict = plan_.verdicts[sku],
        .exposed_units = plan_.exposed_units[sku],
        .listings = listings_of(sku),
        .until_receipt_units = f.offer.terms.until_receipt.mean_units,
        .blind_units = f.offer.terms.blind.mean_units,
        .cancel_cost_in_margins = (f.offer.terms.cancel_cost + f.offer.terms.margin) / f.offer.terms.margin};
    e.plan->exposure.units = offers_[l].exposure.units;
    e.plan->exposure.settled_units = offers_[l].exposure.settled_units;
    e.decision = decision(l, sku);
    e.decision.kind = step.writes() ? step.kind : offers_[l].writes;
    if (e.decision.is_act() || detail_ == Detail::all) e.counterfactual = counterfactual(l, sku, *e.plan);
  }

  std::size_t scarcest(const ListingFacts& f) const {
    // Of those that are decided here, so that the numbers beside it are its own.
    std::optional<std::size_t> limit;
    for (std::size_t c = 0; c < f.components.size(); ++c) {
      if (f.components[c].share != ComponentFacts::Share::here) continue;
      if (!limit || enough_for(f, f.components[c]) < enough_for(f, f.components[*limit])) limit = c;
    }
    return limit.value_or(0);
  }

  Decision decision(std::size_t l, std::uint16_t sku) const {
    const auto& f = all_[of_[l]].facts;
    const auto& step = plan_.steps[l];
    const auto& offer = offers_[l];
    const Units target(step.target);
    const Units shown = *f.shown;
    if (limits_[l].lower == Reason::held) return {Reason::held, target};
    // The plan leaves what must not be lowered as it is; people want to know that it would not.
    if (limits_[l].lower && shown > Units(shared(l))) return {*limits_[l].lower, Units(shared(l))};
    if (limits_[l].lower == Reason::not_ours && shared(l) > 0) return {Reason::not_ours, target};
    if (step.writes()) return written(l, sku);
    switch (step.why) {
      case pl::Why::as_wanted:
        return {Reason::fits, target};
      case pl::Why::not_worth_it:
        if (shown > f.cap) return {Reason::over_cap, lowered(l)};
        // Sold in one place only, nothing but a wrong record makes it show more than there is: rare, and put
        // right at once.
        if (shown > target && plan_.steps[l].regime == pl::Regime::plenty && listings_of(sku) == 1 &&
            offer.exposure.heading_units > step.target)
          return {Reason::sold_elsewhere, lowered(l)};
        return {Reason::not_worth_it, target};
      case pl::Why::leave_anchor:
        return {Reason::anchor, target};
      case pl::Why::awaits_resolve:
        return {Reason::awaits_outcome, target};
      case pl::Why::awaits_others:
        return {Reason::awaits_others, target};
      case pl::Why::resting:
        return {Reason::resting, target};
      case pl::Why::may_not_lower:
        return {limits_[l].lower.value_or(Reason::fits), target};
      case pl::Why::may_not_raise:
        return {limits_[l].raise.value_or(Reason::fits), target};
      case pl::Why::too_many_pending:
        return {Reason::many_writes, target};
      default:
        return {Reason::awaits_orders, target};
    }
  }

  // The target; on a channel that adds or compares, the change to it, made to what is shown.
  Units lowered(std::size_t l) const {
    const Units target(plan_.steps[l].target);
    if (offers_[l].writes == pl::WriteKind::absolute) return target;
    const Units change = target - Units(offers_[l].exposure.heading_units);
    return std::clamp(*all_[of_[l]].facts.shown + change, Units{}, target);
  }

  Decision written(std::size_t l, std::uint16_t sku) const {
    const auto& f = all_[of_[l]].facts;
    const auto& step = plan_.steps[l];
    const auto& offer = offers_[l];
    // What it sold unseen it has counted down itself: the change is what was decided, not the count.
    const bool absolute = step.kind == pl::WriteKind::absolute;
    const std::int32_t change =
        step.kind == pl::WriteKind::relative ? step.value : step.value - step.expected;
    const Units value = absolute ? Units(step.value) : std::max(Units{}, *f.shown + Units(change));
    const bool raises = step.why == pl::Why::fill || step.why == pl::Why::raise;
    // What nobody has seen yet may have been sold from what the others show.
    if (raises && unread_ && step.regime != pl::Regime::plenty) return {Reason::awaits_others, value};
    if (raises && provisional_ && step.regime != pl::Regime::plenty) return {Reason::awaits_orders, value};
    if (value == *f.shown && (!absolute || (offer.exposure.pending == 0 && f.reading_waits)))
      return {Reason::awaits_orders, value};
    switch (step.why) {
      case pl::Why::zero:
        return {stock_[sku].usable_units <= 0 ? Reason::sold_out : Reason::scarce, value};
      case pl::Why::lower:
        if (*f.shown > f.cap && value == f.cap) return {Reason::over_cap, value};
        return {step.regime == pl::Regime::plenty ? Reason::sold_elsewhere : Reason::scarce, value};
      case pl::Why::through_zero:
        return {Reason::through_zero, value};
      case pl::Why::fill:
        return {Reason::back_in_stock, value};
      default:
        return {Reason::restocked, value};
    }
  }

  // Units of the SKU by the books, where `usable` of them could be used.
  std::int64_t by_the_books(const ListingFacts& f, std::size_t component, std::int64_t usable) const {
    const auto& c = f.components[component];
    return usable + std::max<std::int64_t>(0, c.available.count() - usable_of(f, c));
  }

  std::string counterfactual(std::size_t l, std::uint16_t sku, PlanNumbers& numbers) {
    const auto& e = all_[of_[l]];
    const auto& f = e.facts;
    if (auto ends = limits_end(f, e.decision.reason); !ends.empty()) return ends;
    const auto& c = f.components[*e.limit];
    const auto& step = plan_.steps[l];
    // What others show moves with the stock too: no number of units can be named.
    if (taken_off_[sku] > 0)
      return fmt::format("shows more once more of {} arrives, or {} other listings of it have sold theirs",
                         c.sku.str(), rest_.empty() ? "the" : fmt::to_string(rest_.size()));
    if (e.decision.is_act() ? e.decision.target == Units{} : step.target == 0) {
      const auto least = resumes(l, sku);
      if (least > 0)
        return fmt::format("resumes at {} units of {}", by_the_books(f, *e.limit, least), c.sku.str());
    }
    const auto what = pl::what_if(problem(), plan_, sku, 64);
    numbers.everywhere_at = what.resumes_at_units;
    numbers.splits_at = what.splits_at_units;
    if (what.resumes_at_units > 0)
      return fmt::format("every listing shows it again at {} units of {}",
                         by_the_books(f, *e.limit, what.resumes_at_units), c.sku.str());
    if (what.splits_at_units > 0)
      return fmt::format("split among its listings at {} units of {}",
                         by_the_books(f, *e.limit, what.splits_at_units), c.sku.str());
    const std::int64_t next = std::min<std::int64_t>(step.target, f.cap.count());
    if (next == f.cap.count())
      return fmt::format("shows fewer below {} units of {}",
                         by_the_books(f, *e.limit, next * c.units.count()), c.sku.str());
    return fmt::format("shows {} at {} units of {}", next + 1,
                       by_the_books(f, *e.limit, (next + 1) * c.units.count()), c.sku.str());
  }

  // The least stock of the SKU at which this listing would show something; 0 where none up to 64 more is.
  std::int32_t resumes(std::size_t l, std::uint16_t sku) const {
    std::array<fc::ListingTerms, fc::max_listings> terms;
    for (std::size_t i = 0; i < count_; ++i) {
      terms[i] = offers_[i].terms;
      terms[i].exposure_units = std::min(offers_[i].exposure.units, fc::no_limit);
      terms[i].through_zero = offers_[i].writes == pl::WriteKind::absolute;
      if (i == l) terms[i].exposure_units = 0;
    }
    auto stock = stock_;
    std::array<fc::SkuVerdict, fc::max_skus> verdicts;
    std::array<fc::ListingTarget, fc::max_listings> targets;
    const std::int32_t from = stock_[sku].usable_units + 1;
    for (std::int32_t units = from; units < from + 64; ++units) {
      stock[sku].usable_units = units;
      if (!fc::choose_targets(std::span(stock).first(skus_), std::span(terms).first(count_),
                              std::span(verdicts).first(skus_), std::span(targets).first(count_)))
        return 0;
      if (targets[l].units > 0) return units;
    }
    return 0;
  }

  std::span<Explanation> all_;
  Instant now_;
  Detail detail_;
  bool shared_;                      // nothing of it is scarce
  std::vector<std::size_t> rest_{};  // for which there was no room, or no read quantity
  pl::Plan plan_{};
  std::array<pl::OfferFacts, fc::max_listings> offers_{};
  std::array<Limits, fc::max_listings> limits_{};
  std::array<std::size_t, fc::max_listings> of_{};  // which listing an offer is
  std::size_t count_ = 0;
  std::size_t spoken_ = 0;  // of them, those that are decided about
  std::array<fc::StockTerms, fc::max_skus> stock_{};
  std::array<std::string_view, fc::max_skus> names_{};
  std::array<std::int64_t, fc::max_skus> taken_off_{};
  std::size_t skus_ = 0;
  std::uint8_t split_ = 0;  // planner::Problem
  std::uint8_t rest_taken_off_ = 0;
  bool provisional_ = false;
  bool unread_ = false;  // a listing that sells, and nobody knows how many
};

}  // namespace

std::vector<Explanation> decide_together(std::vector<ListingFacts> listings, Instant now, Detail detail) {
  std::vector<Explanation> all;
  all.reserve(listings.size());
  const std::size_t tied = listings.size() > fc::max_listings ? listings.size() : 0;
  for (auto& facts : listings) {
    facts.tied = std::max(facts.tied, tied);
    all.push_back({.facts = std::move(facts)});
  }
  Desk(all, now, detail).run();
  return all;
}

}  // namespace forestall::guard
