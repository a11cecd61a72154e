// SPDX-License-Identifier: Apache-2.0
// Alerts, sinks and times for the tests of this folder.
#pragma once

#include <string>

#include "config/settings/notify.hpp"
#include "daemon/alerting/alert.hpp"

namespace forestall::alerting {

inline const auto acme = SellerId::literal("acme");
inline const auto shop = AccountId::literal("shop");
// A Monday, 10:00 UTC.
inline const Instant t0(std::chrono::sys_days(std::chrono::year{2026} / 11 / 23) + std::chrono::hours(10));

inline Alert shortfall(std::string sku, Severity severity = Severity::warning) {
  Alert alert{.identity = {acme, AlertKind::shortfall, {}, sku},
              .severity = severity,
              .headline = sku + " runs short",
              .first = "Reorder 10 of " + sku + "."};
  alert.labels = {{"sku", std::move(sku)}};
  return alert;
}

inline Alert at_risk(std::string order, Severity severity = Severity::warning) {
  return {.identity = {acme, AlertKind::order_at_risk, shop, order},
          .severity = severity,
          .hard = true,
          .headline = "Order " + order + " is in danger",
          .first = "Ship it."};
}

inline Alert happened(std::string what) {
  return {.identity = {acme, AlertKind::listing_changed, shop, what},
          .lasting = false,
          .headline = what + " paused",
          .first = "Nothing to do."};
}

inline config::NotifySettings sink(std::string id, std::string kind = "smtp") {
  config::NotifySettings s;
  s.id = std::move(id);
  s.kind = std::move(kind);
  return s;
}

}  // namespace forestall::alerting
