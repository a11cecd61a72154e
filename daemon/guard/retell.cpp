// SPDX-License-Identifier: Apache-2.0
// The numbers of a decision as sentences. It reads the JSON that log and journal keep and nothing else, so
// what a person was told can be told again later, word for word.
#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cstdlib>

#include "daemon/guard/decision.hpp"

namespace forestall::guard {
namespace json = boost::json;
namespace {

std::string text(const json::object& o, std::string_view key) {
  const auto* value = o.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}
double real(const json::object& o, std::string_view key) {
  const auto* value = o.if_contains(key);
  if (value == nullptr) return 0;
  if (value->is_double()) return value->as_double();
  if (value->is_int64()) return static_cast<double>(value->as_int64());
  return value->is_uint64() ? static_cast<double>(value->as_uint64()) : 0;
}
std::int64_t whole(const json::object& o, std::string_view key) {
  return static_cast<std::int64_t>(real(o, key));
}
bool yes(const json::object& o, std::string_view key) {
  const auto* value = o.if_contains(key);
  return value != nullptr && value->is_bool() && value->as_bool();
}

std::string component(const json::object& c) {
  const auto certainty = text(c, "certainty");
  if (!c.contains("available")) return fmt::format("; {}: stock unknown", text(c, "sku"));
  std::string out = fmt::format("; {}: {} available", text(c, "sku"), whole(c, "available"));
  if (c.contains("believed")) out += fmt::format(", {} of them believed", whole(c, "believed"));
  if (certainty == "suspect") out += " (suspect)";
  if (yes(c, "stale")) out += " (stale)";
  return out;
}

std::string plan(const json::object& p) {
  std::string out = fmt::format("; {}, {}: {} usable, {} on offer on {} listing{}", text(p, "regime"),
                                text(p, "verdict"), whole(p, "usable"), whole(p, "exposed"),
                                whole(p, "listings"), whole(p, "listings") == 1 ? "" : "s");
  out += fmt::format(", this one may sell {}", whole(p, "may_sell"));
  if (whole(p, "pending") > 0)
    out +=
        fmt::format(" with {} write{} unresolved", whole(p, "pending"), whole(p, "pending") == 1 ? "" : "s");
  if (yes(p, "provisional")) out += " as far as orders are seen";
  out += fmt::format(" and should show {}", whole(p, "should_show"));
  if (const auto held = whole(p, "held_back"); held > 0)
    out += fmt::format(", {} held back until the flight is seen", held);
  out += fmt::format(
      "; asked for {:.2f} until the next receipt, {:.2f} unseen; shared {:.2f}, split {:.2f}, "
      "race {:.2f} at {:.0f} margins a cancellation",
      real(p, "until_receipt"), real(p, "blind"), real(p, "shared_value"), real(p, "split_value"),
      real(p, "race"), real(p, "cancel_cost"));
  return out;
}

std::string sentences(const json::object& e) {
  std::string out = text(e, "reason");
  if (yes(e, "acts") || out == word(Reason::fits)) out += fmt::format(": {} to be shown", whole(e, "target"));
  if (const auto by = whole(e, "by"); by != 0)
    out += fmt::format(" ({} {})", std::abs(by), by < 0 ? "fewer" : "more");
  if (e.contains("expected")) out += fmt::format(" if it is still {}", whole(e, "expected"));
  if (e.contains("shown")) out += fmt::format(", {} shown", whole(e, "shown"));
  if (const auto* all = e.if_contains("components"); all != nullptr && all->is_array())
    for (const auto& c : all->as_array())
      if (c.is_object()) out += component(c.as_object());
  if (const auto* p = e.if_contains("plan"); p != nullptr && p->is_object()) out += plan(p->as_object());
  if (const auto tied = whole(e, "tied"); tied > 0)
    out += fmt::format(
        "; {} or more listings are tied together by what they sell, too many for one decision: "
        "decided for {} by itself, what the others may sell taken off",
        tied, text(e, "limited_by"));
  if (const auto what = text(e, "counterfactual"); !what.empty()) out += "; " + what;
  return out;
}

}  // namespace

Result<std::string> retell(std::string_view explanation_json) {
  constexpr std::size_t most = 1 << 20;
  if (explanation_json.size() > most) return fail(ErrorCode::too_large, "the explanation is too long");
  json::error_code ec;
  const auto value = json::parse(explanation_json, ec);
  if (ec || !value.is_object() || !value.as_object().contains("reason"))
    return fail(ErrorCode::parse, "this is no explanation of a decision");
  return sentences(value.as_object());
}

std::string to_text(const Explanation& explanation) {
  return retell(to_json(explanation)).value_or(std::string());
}

}  // namespace forestall::guard
