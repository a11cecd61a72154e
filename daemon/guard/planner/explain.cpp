// SPDX-License-Identifier: Apache-2.0
// Numbers to sentences. The same values give the same text, so a log of the values can be read again later.
#include "daemon/guard/planner/explain.hpp"

#include <fmt/format.h>

#include "forecasting/targets/targets.hpp"

namespace forestall::planner {

namespace fc = forecasting;

Counterfactual what_if(const Problem& problem, const Plan& plan, std::size_t sku, std::int32_t up_to_units) {
  std::array<fc::ListingTerms, fc::max_listings> terms;
  for (std::size_t l = 0; l < problem.offers.size(); ++l) {
    terms[l] = problem.offers[l].terms;
    terms[l].exposure_units = std::min(problem.offers[l].exposure.units, fc::no_limit);
    terms[l].through_zero = problem.offers[l].writes == WriteKind::absolute;
  }
  const auto offers = std::span(terms).first(problem.offers.size());
  if (plan.verdicts[sku].regime == fc::Regime::scarce)
    return {.resumes_at_units = fc::resumes_at_units(problem.skus, offers, sku, up_to_units)};
  std::array<fc::StockTerms, fc::max_skus> stock{};
  std::ranges::copy(problem.skus, stock.begin());
  std::array<fc::SkuVerdict, fc::max_skus> verdicts;
  std::array<fc::ListingTarget, fc::max_listings> targets;
  const auto skus = problem.skus.size();
  for (std::int32_t units = std::min(problem.skus[sku].usable_units - 1, up_to_units); units > 0; --units) {
    stock[sku].usable_units = units;
    // At that stock the listings will show what they show now, or the stock where that is less.
    for (auto& offer : offers) offer.exposure_units = std::min(offer.exposure_units, units + 1);
    if (!fc::choose_targets(std::span(stock).first(skus), offers, std::span(verdicts).first(skus),
                            std::span(targets).first(offers.size())))
      return {};
    if (verdicts[sku].regime == fc::Regime::scarce) return {.splits_at_units = units};
  }
  return {};
}

std::string step_text(const OfferFacts& offer, const Step& step) {
  const Exposure& now = offer.exposure;
  std::string text = now.known ? fmt::format("shows {}, may still sell {}", now.settled_units, now.units)
                               : std::string("shows what nobody has read yet");
  if (now.pending > 0 && now.known)
    text += fmt::format(" ({} of {} unresolved write{})", now.units - std::min(now.units, now.settled_units),
                        now.pending, now.pending == 1 ? "" : "s");
  text += fmt::format(", should show {}: {}", step.target, why_name(step.why));
  if (step.writes()) {
    switch (step.kind) {
      case WriteKind::absolute:
        text += fmt::format(" to {}", step.value);
        break;
      case WriteKind::relative:
        text += fmt::format(" by {:+}", step.value);
        break;
      case WriteKind::compare_and_set:
        text += fmt::format(" to {} if it is {}", step.value, step.expected);
        break;
    }
    text += fmt::format(", worth {:.2f}", step.worth);
  }
  return text + fmt::format(" ({})", regime_name(step.regime));
}

std::string sku_text(const Problem& problem, const Plan& plan, std::size_t sku, const Counterfactual& what) {
  const fc::SkuVerdict& verdict = plan.verdicts[sku];
  std::string text = fmt::format(
      "{} usable, {} exposed: {}, {} (shared {:.2f}, split {:.2f}, race now {:.2f}, the last unit is worth "
      "{:.2f} elsewhere)",
      problem.skus[sku].usable_units, plan.exposed_units[sku], regime_name(plan.regimes[sku]),
      fc::reason_name(verdict.reason), verdict.plenty_value, verdict.scarce_value, verdict.race_cost_now,
      verdict.bid_price);
  if (verdict.hold_back_units > 0)
    text += fmt::format("; {} held back until the flight is seen", verdict.hold_back_units);
  if (what.resumes_at_units > 0) text += fmt::format("; resumes at {}", what.resumes_at_units);
  if (what.splits_at_units > 0) text += fmt::format("; splits at {}", what.splits_at_units);
  return text;
}

}  // namespace forestall::planner
