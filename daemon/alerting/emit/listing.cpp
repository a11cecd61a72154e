// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/emit/listing.hpp"

#include <fmt/format.h>

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

}  // namespace

std::optional<Alert> alert_of(const journal::Intent& intent, Change change, std::string_view particulars,
                              const SellerId& seller) {
  const auto target = journal::target_of(intent.command);
  if (!target || intent.origin == journal::Origin::person || intent.reason == "sold_out_by_itself")
    return std::nullopt;
  const auto& account = journal::account_of(intent.command);
  const auto& listing = journal::listing_of(intent.command);
  const auto before = intent.before.quantity;
  const bool paused = *target == Units{} && before != Units{};
  const bool resumed = *target > Units{} && before == Units{};
  const bool lowered = !paused && before && *target < *before;
  if (!paused && !resumed && !lowered) return std::nullopt;
  const std::string_view what = paused ? "paused" : resumed ? "resumed" : "lowered";
  const auto shown = fmt::format("{} instead of {} shown", target->count(),
                                 before ? std::to_string(before->count()) : std::string("?"));
  const bool made = change == Change::made;
  Alert alert{.identity = {seller, AlertKind::listing_changed, account,
                           fmt::format("{} {}{}", listing.str(), made ? "" : "wish ", particulars)},
              .severity = paused ? Severity::warning : Severity::info,
              .lasting = false,
              .headline = made ? fmt::format("{} {}: {}", listing.str(), what, reason_text(intent.reason))
                               : fmt::format("{} would have been {}: {}", listing.str(), what,
                                             reason_text(intent.reason)),
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
  else
    alert.first = "Nothing to do.";
  for (auto& line : numbers_of(intent.explanation)) alert.numbers.push_back(std::move(line));
  return alert;
}

}  // namespace forestall::alerting
