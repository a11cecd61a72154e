// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/compose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "daemon/alerting/route.hpp"

namespace forestall::alerting {
namespace {

struct Words {
  AlertKind kind;
  std::string_view one, many;  // "3 orders are at risk"
  std::string_view first;      // what to do first with several of them
};

constexpr auto words_of_kinds = std::to_array<Words>({
    {AlertKind::shortfall, "item runs short", "items run short",
     "Reorder from the top: the first to run out come first."},
    {AlertKind::listing_changed, "listing changed", "listings changed",
     "Nothing to do if the numbers are right; to overrule one: forestall resume LISTING --seller SELLER, or "
     "forestall hold LISTING --seller SELLER."},
    {AlertKind::order_at_risk, "order is at risk", "orders are at risk",
     "Work from the top: what can be saved for the shortest time comes first."},
    {AlertKind::budget, "cancellation budget is running out", "cancellation budgets are running out",
     "Avoid every cancellation that can be avoided, the tightest account first."},
    {AlertKind::breaker, "safety switch is open", "safety switches are open",
     "Look at what was about to change; if it is right, close the switch: forestall breaker ACCOUNT "
     "--reset --seller SELLER."},
    {AlertKind::suspect_stock, "stock record is in doubt", "stock records are in doubt",
     "Count these on the shelf; until then less is sold of them."},
    {AlertKind::source_stale, "source is silent", "sources are silent",
     "See why they are silent; until then nothing is raised or resumed on their word."},
    {AlertKind::carrier_incident, "carrier incident", "carrier incidents",
     "Call the carrier once for all of these parcels, then tell the buyers the new date."},
    {AlertKind::excess_stock, "item has too much stock", "items have too much stock",
     "Stop reordering these, and consider a lower price, the largest value first."},
    {AlertKind::credential_expiring, "credential needs renewal", "credentials need renewal",
     "Renew them before they expire: nothing can be read or changed without."},
    {AlertKind::price, "price looks wrong", "prices look wrong",
     "Check these prices before they are sold at."},
    {AlertKind::listing_mismatch, "listing differs from its product", "listings differ from their products",
     "Correct the fields named, on the listing or in the product data."},
});

const Words& words_of(AlertKind kind) {
  const auto at = std::ranges::find(words_of_kinds, kind, &Words::kind);
  return at == words_of_kinds.end() ? words_of_kinds.front() : *at;
}

std::string counted(AlertKind kind, std::size_t count) {
  const auto& words = words_of(kind);
  return fmt::format("{} {}", thousands(count), count == 1 ? words.one : words.many);
}

ports::Urgency urgency_of(Severity severity) { return static_cast<ports::Urgency>(severity); }

// The most severe first, then what can be helped for the shortest time, then the oldest.
bool more_pressing(const Standing* a, const Standing* b) {
  const auto key = [](const Standing* s) {
    return std::tuple(-static_cast<int>(s->alert.severity), s->alert.act_by.value_or(Instant::max()),
                      static_cast<int>(s->alert.identity.kind), s->begun, std::string_view(s->id));
  };
  return key(a) < key(b);
}

ports::NoticeItem item_of(const Standing& s) {
  return {.headline = s.alert.headline,
          .first = s.resolved ? std::string() : s.alert.first,
          .numbers = s.resolved ? std::vector<std::string>() : s.alert.numbers,
          .urgency = urgency_of(s.alert.severity),
          .over = s.resolved.has_value(),
          .reference = s.alert.lasting && !s.resolved ? s.id.substr(0, shown_id) : std::string()};
}

// "12 items run short, 3 orders are at risk"
std::string summary(std::span<const Standing* const> alerts) {
  std::map<AlertKind, std::size_t> by_kind;
  for (const auto* one : alerts) ++by_kind[one->alert.identity.kind];
  std::string text;
  for (const auto& [kind, count] : by_kind) text += (text.empty() ? "" : ", ") + counted(kind, count);
  return text;
}

std::string subject_of(const Writing& w, std::span<const Standing* const> standing,
                       std::span<const Standing* const> over) {
  std::string text;
  if (standing.empty())
    text = "Over: " + (over.size() == 1 ? over.front()->alert.headline : summary(over));
  else if (standing.size() == 1)
    text = standing.front()->alert.headline;
  else
    text = summary(standing);
  const bool urgent = !standing.empty() && standing.front()->alert.severity == Severity::urgent;
  return fmt::format("{}{}{}: {}", urgent ? "Urgent: " : "", w.escalated ? "nobody answered: " : "",
                     w.seller_name, text);
}

std::string first_of(const Writing& w, std::span<const Standing* const> standing) {
  if (standing.empty()) return {};
  std::string text;
  if (w.escalated) text = "Nobody acknowledged this yet, and it still stands. ";
  if (standing.size() == 1) return text + standing.front()->alert.first;
  const auto kind = standing.front()->alert.identity.kind;
  const bool one_kind =
      std::ranges::all_of(standing, [&](const Standing* s) { return s->alert.identity.kind == kind; });
  if (one_kind) {
    text += words_of(kind).first;
    constexpr std::string_view any = "--seller SELLER";
    for (auto at = text.find(any); at != std::string::npos; at = text.find(any, at))
      text.replace(at, any.size(), "--seller " + w.seller.str());
    return text;
  }
  const auto urgent = std::ranges::count_if(
      standing, [](const Standing* s) { return s->alert.severity == Severity::urgent; });
  if (urgent > 0)
    return text +
           fmt::format("{} cannot wait: they come first.", thousands(static_cast<std::size_t>(urgent)));
  return text + "Work from the top: the most pressing comes first.";
}

std::string account_of(std::span<const Standing* const> alerts) {
  const auto& account = alerts.front()->alert.identity.account;
  const bool same =
      std::ranges::all_of(alerts, [&](const Standing* s) { return s->alert.identity.account == account; });
  return same ? account.str() : std::string();
}

}  // namespace

std::string thousands(std::size_t count) {
  auto text = std::to_string(count);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

ports::Notice compose(const Writing& w, std::vector<const Standing*> standing,
                      std::vector<const Standing*> over) {
  // Only what is named needs its order: of a storm the rest is summed up.
  for (auto* alerts : {&standing, &over})
    std::ranges::partial_sort(
        *alerts, alerts->begin() + static_cast<std::ptrdiff_t>(std::min(alerts->size(), most_items)),
        more_pressing);
  ports::Notice n{
      .id = w.id,
      .key = fmt::format("{}/{}", w.seller.str(), w.group),
      .subject = subject_of(w, standing, over),
      .first = first_of(w, standing),
      .urgency = standing.empty() ? ports::Urgency::info : urgency_of(standing.front()->alert.severity),
      .begun = w.now,
      .made = w.now,
      .stands_until = w.now + std::max<Millis>(2 * w.repeat, std::chrono::minutes(10)),
      .link = w.link};
  bool acknowledgeable = false;
  const auto add = [&](std::span<const Standing* const> alerts) {
    for (const auto* one : alerts) {
      n.begun = std::min(n.begun, one->begun);
      if (n.items.size() == most_items) continue;
      n.items.push_back(item_of(*one));
      acknowledgeable = acknowledgeable || !n.items.back().reference.empty();
    }
  };
  add(standing);
  add(over);
  // What is said above is not said again.
  if (n.items.size() == 1 && n.first == n.items.front().first) n.items.front().first.clear();
  const auto all = standing.size() + over.size();
  if (all > n.items.size()) {
    std::vector<const Standing*> rest;
    for (std::size_t i = n.items.size(); i < all; ++i)
      rest.push_back(i < standing.size() ? standing[i] : over[i - standing.size()]);
    n.more = fmt::format("And {} more: {}. See them all: forestall alerts --seller {}",
                         thousands(rest.size()), summary(rest), w.seller.str());
  }
  if (acknowledgeable)
    n.footer = fmt::format(
        "Seen it? forestall ack {0} --seller {1} - no reminders until it changes. Not now? forestall snooze "
        "{0} "
        "--for 4h --seller {1}",
        n.items.front().reference, w.seller.str());
  if (standing.empty() && !over.empty())
    for (const auto* one : over) n.resolved = std::max(n.resolved.value_or(*one->resolved), *one->resolved);
  const auto& some = standing.empty() ? over : standing;
  n.labels = {
      {"seller", w.seller.str()},
      {"kind",
       is_digest(w.group) || some.empty() ? "digest" : std::string(word(some.front()->alert.identity.kind))},
      {"account", some.empty() ? std::string() : account_of(some)}};
  return n;
}

}  // namespace forestall::alerting
