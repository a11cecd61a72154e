// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/decision.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "connectors/model/words.hpp"

namespace forestall::guard {
namespace json = boost::json;

std::string_view word(Reason reason) {
  static constexpr std::array<std::string_view, reason_count> words = {
      "sold_elsewhere", "sold_out", "over_cap",     "scarce",   "through_zero",   "restocked",
      "back_in_stock",  "fits",     "not_worth_it", "anchor",   "awaits_outcome", "awaits_others",
      "awaits_orders",  "resting",  "many_writes",  "unmapped", "other_pool",     "stock_unknown",
      "listing_unread", "held",     "not_ours",     "removed",  "writes_off",     "lower_only",
      "suspect",        "stale",    "other_mode",   "crowded"};
  return words[static_cast<std::size_t>(reason)];
}

// Money and demand with the digits that people read, and the log keeps.
static double rounded(double value) { return std::isfinite(value) ? std::round(value * 1e4) / 1e4 : 0.0; }

static json::object plan_json(const PlanNumbers& plan) {
  const auto& v = plan.verdict;
  json::object o{{"regime", planner::regime_name(plan.step.regime)},
                 {"step", planner::why_name(plan.step.why)},
                 {"should_show", plan.step.target},
                 {"verdict", forecasting::reason_name(v.reason)},
                 {"usable", v.usable_units},
                 {"listings", plan.listings},
                 {"exposed", plan.exposed_units},
                 {"may_sell", plan.exposure.units},
                 {"shows", plan.exposure.settled_units},
                 {"pending", plan.exposure.pending},
                 {"shared_value", rounded(v.plenty_value)},
                 {"split_value", rounded(v.scarce_value)},
                 {"race", rounded(v.race_cost_now)},
                 {"bid", rounded(v.bid_price)},
                 {"until_receipt", rounded(plan.until_receipt_units)},
                 {"blind", rounded(plan.blind_units)},
                 {"cancel_cost", rounded(plan.cancel_cost_in_margins)}};
  if (!plan.exposure.known) o["provisional"] = true;
  if (v.hold_back_units > 0) o["held_back"] = v.hold_back_units;
  if (plan.everywhere_at > 0) o["everywhere_at"] = plan.everywhere_at;
  if (plan.splits_at > 0) o["splits_at"] = plan.splits_at;
  return o;
}

std::string to_json(const Explanation& e) {
  json::array components;
  for (const auto& c : e.facts.components) {
    json::object one{{"sku", c.sku.str()},
                     {"units", c.units.count()},
                     {"certainty", model::word(c.certainty)},
                     {"committed", c.committed.count()},
                     {"reserve", c.reserve.count()},
                     {"stale", c.stale}};
    if (c.certainty != model::Certainty::unknown) one["available"] = c.available.count();
    if (c.believed && *c.believed != c.available) one["believed"] = c.believed->count();
    if (c.as_of != Instant{}) one["as_of"] = to_string(c.as_of);
    components.push_back(std::move(one));
  }
  json::object o{{"rule", e.rule},
                 {"reason", word(e.decision.reason)},
                 {"acts", e.decision.is_act()},
                 {"target", e.decision.target.count()},
                 {"cap", e.facts.cap.count()},
                 {"buffer", e.facts.buffer.count()},
                 {"components", std::move(components)},
                 {"counterfactual", e.counterfactual}};
  if (e.facts.tied > 0) o["tied"] = e.facts.tied;
  if (e.facts.shown) o["shown"] = e.facts.shown->count();
  if (e.decision.is_act() && e.facts.shown) {
    if (e.decision.kind == planner::WriteKind::relative)
      o["by"] = (e.decision.target - *e.facts.shown).count();
    if (e.decision.kind == planner::WriteKind::compare_and_set) o["expected"] = e.facts.shown->count();
  }
  if (e.limit) o["limited_by"] = e.facts.components[*e.limit].sku.str();
  if (e.facts.hold) o["hold"] = to_text(*e.facts.hold);
  if (e.plan) o["plan"] = plan_json(*e.plan);
  return json::serialize(o);
}

}  // namespace forestall::guard
