// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/decision.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "connectors/model/words.hpp"

namespace forestall::guard {
namespace json = boost::json;

std::string_view word(Reason reason) {
  static constexpr std::array<std::string_view, reason_count> words = {
      "sold_elsewhere", "sold_out", "over_cap",   "restocked",     "back_in_stock",  "fits",
      "plenty",         "unmapped", "other_pool", "stock_unknown", "listing_unread", "held",
      "not_ours",       "removed",  "writes_off", "lower_only",    "suspect",        "stale"};
  return words[static_cast<std::size_t>(reason)];
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
    if (c.as_of != Instant{}) one["as_of"] = to_string(c.as_of);
    components.push_back(std::move(one));
  }
  json::object o{{"rule", e.rule},
                 {"reason", word(e.decision.reason)},
                 {"target", e.decision.target.count()},
                 {"cap", e.facts.cap.count()},
                 {"buffer", e.facts.buffer.count()},
                 {"components", std::move(components)},
                 {"counterfactual", e.counterfactual}};
  if (e.facts.shown) o["shown"] = e.facts.shown->count();
  if (e.limit) o["limited_by"] = e.facts.components[*e.limit].sku.str();
  if (e.facts.hold) o["hold"] = to_text(*e.facts.hold);
  return json::serialize(o);
}

std::string to_text(const Explanation& e) {
  std::string text(word(e.decision.reason));
  if (e.decision.is_act() || e.decision.reason == Reason::fits)
    text += fmt::format(": {} to be shown", e.decision.target.count());
  if (e.facts.shown) text += fmt::format(", {} shown", e.facts.shown->count());
  for (const auto& c : e.facts.components)
    text += c.certainty == model::Certainty::unknown
                ? fmt::format("; {}: stock unknown", c.sku.str())
                : fmt::format("; {}: {} available{}{}", c.sku.str(), c.available.count(),
                              c.certainty == model::Certainty::suspect ? " (suspect)" : "",
                              c.stale ? " (stale)" : "");
  return e.counterfactual.empty() ? text : text + "; " + e.counterfactual;
}

}  // namespace forestall::guard
