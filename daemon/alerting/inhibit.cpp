// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/inhibit.hpp"

namespace forestall::alerting {
namespace {

std::string label(const Alert& alert, std::string_view name) {
  for (const auto& [key, value] : alert.labels)
    if (key == name) return value;
  return {};
}

}  // namespace

std::string_view word(Inhibition inhibition) {
  switch (inhibition) {
    case Inhibition::none:
      return "none";
    case Inhibition::observing:
      return "observing";
    case Inhibition::breaker_open:
      return "breaker_open";
    case Inhibition::source_stale:
      return "source_stale";
    case Inhibition::suspect_stock:
      return "suspect_stock";
    case Inhibition::carrier_incident:
      return "carrier_incident";
  }
  return "none";
}

Inhibitors::Inhibitors(const Book& book, const InhibitFacts& facts) : facts_(facts) {
  const auto each = [&book](AlertKind kind, const auto& take) {
    for (const auto& id : book.standing_of(kind)) take(book.find(id)->alert);
  };
  each(AlertKind::breaker, [this](const Alert& a) { breakers_[a.identity.account] = true; });
  // Of stock, not of a channel's orders.
  each(AlertKind::source_stale, [this](const Alert& a) { stale_ = stale_ || a.identity.account.empty(); });
  each(AlertKind::suspect_stock, [this](const Alert& a) {
    if (auto sku = label(a, "sku"); !sku.empty()) suspect_skus_[std::move(sku)] = true;
  });
  each(AlertKind::carrier_incident,
       [this](const Alert& a) { incidents_[{a.identity.account, label(a, "carrier")}] = true; });
}

Inhibition Inhibitors::of(const Standing& standing) const {
  const auto& alert = standing.alert;
  const auto& identity = alert.identity;
  if (!alert.hard) {
    const auto at = facts_.advising.find(identity.account);
    const bool advising =
        identity.account.empty() ? facts_.any_advising : at != facts_.advising.end() && at->second;
    if (!advising) return Inhibition::observing;
  }
  switch (identity.kind) {
    case AlertKind::listing_changed:
      return breakers_.contains(identity.account) ? Inhibition::breaker_open : Inhibition::none;
    case AlertKind::shortfall:
    case AlertKind::excess_stock:
      if (stale_) return Inhibition::source_stale;
      return suspect_skus_.contains(label(alert, "sku")) ? Inhibition::suspect_stock : Inhibition::none;
    case AlertKind::order_at_risk: {
      const auto carrier = label(alert, "carrier");
      const bool late_parcel =
          label(alert, "cause").starts_with("parcel_") || label(alert, "cause") == "never_scanned";
      // Of the account, or of several accounts at once.
      const bool told =
          incidents_.contains({identity.account, carrier}) || incidents_.contains({{}, carrier});
      return late_parcel && !carrier.empty() && told ? Inhibition::carrier_incident : Inhibition::none;
    }
    default:
      return Inhibition::none;
  }
}

}  // namespace forestall::alerting
