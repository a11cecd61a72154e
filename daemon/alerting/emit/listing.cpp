// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/emit/listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <utility>

namespace forestall::alerting {
namespace {

namespace json = boost::json;

// The words of guard::Reason; what is not here is shown as it is.
constexpr auto reasons = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"sold_elsewhere", "units were sold elsewhere"},
    {"sold_out", "nothing is left"},
    {"sold_out_by_itself", "its last unit was sold"},
    {"scarce", "its last units are listed elsewhere instead"},
    {"over_cap", "more was shown than the cap"},
    {"restocked", "there is more stock"},
    {"back_in_stock", "there is stock again"},
    {"crossed_a_person", "one of our writes crossed a person's, whose value was restored"},
});

std::string reason_text(std::string_view word) {
  for (const auto& [reason, text] : reasons)
    if (reason == word) return std::string(text);
  return std::string(word);
}

std::string member(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr) return {};
  if (const auto* text = value->if_string()) return std::string(*text);
  if (const auto* number = value->if_int64()) return std::to_string(*number);
  return {};
}

// What the decision was made from, as far as this version understands it.
std::vector<std::string> numbers_of(const std::string& explanation) {
  std::vector<std::string> lines;
  json::error_code ec;
  const auto value = json::parse(explanation, ec);
  if (ec || !value.is_object()) return lines;
  const auto& o = value.as_object();
  if (const auto* components = o.if_contains("components"); components != nullptr && components->is_array())
    for (const auto& one : components->as_array()) {
      if (!one.is_object() || lines.size() == 5) continue;
      const auto& c = one.as_object();
      const auto available = member(c, "available");
      lines.push_back(fmt::format("{}: {}", member(c, "sku"),
                                  available.empty() ? "stock unknown" : available + " left to sell"));
    }
  if (const auto next = member(o, "counterfactual"); !next.empty()) lines.push_back(next);
  return lines;
}

// Of units that only move between listings nobody has to know more than where they are.
constexpr std::size_t most_named = 3;

std::string moved_text(std::span<const std::string> elsewhere) {
  if (elsewhere.empty()) return reason_text("scarce");
  std::string names;
  for (std::size_t i = 0; i < std::min(elsewhere.size(), most_named); ++i)
    names += (i == 0 ? "" : ", ") + elsewhere[i];
  if (elsewhere.size() > most_named) names += fmt::format(" and {} more", elsewhere.size() - most_named);
  return "its last units are listed on " + names + " instead";
}

}  // namespace

std::optional<Alert> alert_of(const journal::Intent& intent, Change change, std::string_view particulars,
                              const SellerId& seller, std::span<const std::string> elsewhere) {
  const auto target = journal::target_of(intent);
  if (!target || intent.origin == journal::Origin::person || intent.reason == "sold_out_by_itself")
    return std::nullopt;
  // Half of a step: it shows its new number a moment later.
  if (intent.reason == "through_zero") return std::nullopt;
  const auto& account = journal::account_of(intent.command);
  const auto& listing = journal::listing_of(intent.command);
  const auto before = intent.before.quantity;
  const bool moved = intent.reason == "scarce";
  const bool emptied = *target == Units{} && before != Units{};
  const bool paused = emptied && !moved;
  const bool resumed = *target > Units{} && before == Units{};
  const bool lowered = !emptied && before && *target < *before;
  if (!emptied && !resumed && !lowered) return std::nullopt;
  const std::string_view what = paused ? "paused" : emptied ? "emptied" : resumed ? "resumed" : "lowered";
  const auto why = moved ? moved_text(elsewhere) : reason_text(intent.reason);
  const auto shown = fmt::format("{} instead of {} shown", target->count(),
                                 before ? std::to_string(before->count()) : std::string("?"));
  const bool made = change == Change::made;
  Alert alert{.identity = {seller, AlertKind::listing_changed, account,
                           fmt::format("{} {}{}", listing.str(), made ? "" : "wish ", particulars)},
              .severity = paused ? Severity::warning : Severity::info,
              .lasting = false,
              .headline = made ? fmt::format("{} {}: {}", listing.str(), what, why)
                               : fmt::format("{} would have been {}: {}", listing.str(), what, why),
              .numbers = {shown},
              .labels = {{"listing", listing.str()}, {"reason", intent.reason}, {"what", std::string(what)}}};
  if (!made)
    alert.first = fmt::format(
        "Nothing was changed. If it is right, let it act: forestall mode guard --account {} --seller {}",
        account.str(), seller.str());
  else if (paused)
    alert.first = fmt::format(
        "Nothing to do: it resumes when there is stock. To overrule it: forestall resume {} --seller {}",
        listing.str(), seller.str());
  else if (emptied)
    alert.first = "Nothing to do: the units are on sale, each once. It shows some again when there are more.";
  else
    alert.first = "Nothing to do.";
  for (auto& line : numbers_of(intent.explanation)) alert.numbers.push_back(std::move(line));
  return alert;
}

}  // namespace forestall::alerting
