// SPDX-License-Identifier: Apache-2.0
// [[notify]]: where alerts go, and which.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/time.hpp"
#include "config/settings/values.hpp"

namespace forestall::config {

enum class AlertKind : std::uint8_t {
  shortfall,
  listing_changed,
  order_at_risk,
  budget,
  breaker,
  suspect_stock,
  source_stale,
  carrier_incident,
  excess_stock,
  credential_expiring,
  price,
  listing_mismatch,
};
constexpr auto words(std::type_identity<AlertKind>) {
  return std::to_array<std::pair<std::string_view, AlertKind>>(
      {{"shortfall", AlertKind::shortfall},
       {"listing_changed", AlertKind::listing_changed},
       {"order_at_risk", AlertKind::order_at_risk},
       {"budget", AlertKind::budget},
       {"breaker", AlertKind::breaker},
       {"suspect_stock", AlertKind::suspect_stock},
       {"source_stale", AlertKind::source_stale},
       {"carrier_incident", AlertKind::carrier_incident},
       {"excess_stock", AlertKind::excess_stock},
       {"credential_expiring", AlertKind::credential_expiring},
       {"price", AlertKind::price},
       {"listing_mismatch", AlertKind::listing_mismatch}});
}

enum class Severity : std::uint8_t { info, warning, urgent };
constexpr auto words(std::type_identity<Severity>) {
  return std::to_array<std::pair<std::string_view, Severity>>(
      {{"info", Severity::info}, {"warning", Severity::warning}, {"urgent", Severity::urgent}});
}

enum class SmtpTls : std::uint8_t { required, off };
constexpr auto words(std::type_identity<SmtpTls>) {
  return std::to_array<std::pair<std::string_view, SmtpTls>>(
      {{"required", SmtpTls::required}, {"off", SmtpTls::off}});
}

struct NotifySettings {
  std::string id;
  std::string kind;        // "smtp", "slack", "webhook", "alertmanager"
  std::optional<Url> url;  // smtp://host:587 (STARTTLS), smtps://host, https://...
  Credential secret_url;   // where the URL itself is the secret (Slack)
  SmtpTls tls = SmtpTls::required;
  std::optional<std::string> username;
  Credential password;
  Credential token;
  Credential signing_secret;
  std::optional<std::string> from;
  std::vector<std::string> to;

  std::vector<SellerId> sellers;    // empty: all
  std::vector<AccountId> accounts;  // empty: all
  std::vector<AlertKind> kinds;     // empty: all
  Severity min_severity = Severity::warning;
  Millis group_wait = std::chrono::seconds(30);
  Millis repeat = std::chrono::hours(4);
  std::optional<Millis> digest;       // empty: no digest, each group as it comes
  std::optional<bool> send_resolved;  // empty: webhook and alertmanager yes, people no
  bool escalations_only = false;
  std::optional<std::string> escalate_to;
  Millis escalate_after = std::chrono::minutes(30);

  friend bool operator==(const NotifySettings&, const NotifySettings&) = default;
};

}  // namespace forestall::config
