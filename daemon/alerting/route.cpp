// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/route.hpp"

#include <algorithm>

namespace forestall::alerting {
namespace {

constexpr std::string_view digest = "digest";

}  // namespace

std::string_view word(Route route) {
  switch (route) {
    case Route::taken:
      return "taken";
    case Route::escalated:
      return "escalated";
    case Route::other_seller:
      return "other_seller";
    case Route::other_account:
      return "other_account";
    case Route::other_kind:
      return "other_kind";
    case Route::too_mild:
      return "too_mild";
    case Route::escalations_only:
      return "escalations_only";
  }
  return "taken";
}

Route route(const config::NotifySettings& sink, const Alert& alert) {
  const auto holds = [](const auto& list, const auto& one) {
    return list.empty() || std::ranges::find(list, one) != list.end();
  };
  const auto& identity = alert.identity;
  if (!holds(sink.sellers, identity.seller)) return Route::other_seller;
  if (sink.escalations_only) return Route::escalations_only;
  if (!identity.account.empty() && !holds(sink.accounts, identity.account)) return Route::other_account;
  if (!holds(sink.kinds, identity.kind)) return Route::other_kind;
  if (alert.severity < sink.min_severity) return Route::too_mild;
  return Route::taken;
}

bool escalates(const config::NotifySettings& from, const Standing& standing, bool told, Instant now) {
  return from.escalate_to && told && standing.alert.lasting && standing.stands() && !standing.acked &&
         standing.alert.severity >= Severity::warning && now >= standing.changed + from.escalate_after;
}

std::string group_of(const config::NotifySettings& sink, const Alert& alert, Route route) {
  const auto& identity = alert.identity;
  if (route == Route::taken && sink.digest && alert.severity != Severity::urgent) return std::string(digest);
  std::string group(word(identity.kind));
  if (!identity.account.empty()) group += " " + identity.account.str();
  return route == Route::escalated ? "escalated " + group : group;
}

bool is_digest(std::string_view group) { return group == digest; }

}  // namespace forestall::alerting
