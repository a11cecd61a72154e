// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/emit/state.hpp"

#include <fmt/format.h>

#include "daemon/alerting/emit/words.hpp"

namespace forestall::alerting {

Alert breaker_alert(const SellerId& seller, const AccountId& account, std::string_view why) {
  return {.identity = {seller, AlertKind::breaker, account, "breaker"},
          .severity = Severity::urgent,
          .hard = true,
          .headline = fmt::format("The safety switch of {} is open: nothing is changed there any more",
                                  account.str()),
          .first = fmt::format(
              "Look at what was about to change: forestall intents --account {0} --seller {1}. If it is "
              "right, close the switch: forestall breaker {0} --reset --seller {1}",
              account.str(), seller.str()),
          .numbers = {std::string(why)}};
}

Alert source_alert(const SellerId& seller, std::string_view source, std::string_view why, bool doubtful) {
  if (doubtful)
    return {.identity = {seller, AlertKind::suspect_stock, {}, "source " + std::string(source)},
            .severity = Severity::urgent,
            .hard = true,
            .headline = fmt::format("The stock that {} reports is not believed", source),
            .first = fmt::format(
                "Look at the file or system behind it. If what it says is true: forestall accept {}", source),
            .numbers = {std::string(why), "nothing was changed on its word"},
            .labels = {{"source", std::string(source)}}};
  return {.identity = {seller, AlertKind::source_stale, {}, std::string(source)},
          .severity = Severity::warning,
          .hard = true,
          .headline = fmt::format("No news of stock from {}", source),
          .first = "See why it is silent. Until it speaks nothing is raised or resumed on its word.",
          .numbers = {std::string(why)},
          .labels = {{"source", std::string(source)}}};
}

Alert orders_unread_alert(const SellerId& seller, const AccountId& account, Instant since, bool never,
                          const TimeZone& zone, Instant now) {
  const auto silent = now - since;
  return {
      .identity = {seller, AlertKind::source_stale, account, "orders"},
      .severity = silent > std::chrono::hours(1) ? Severity::urgent : Severity::warning,
      .hard = true,
      .headline = fmt::format("No orders of {} could be read for {}", account.str(), say_span(silent)),
      .first = "See what is wrong: forestall doctor. Until then other channels may sell what is gone there.",
      .numbers = {fmt::format("{} {}", never ? "not once since the start" : "last read",
                              say_time(since, zone, now))}};
}

Alert suspect_sku_alert(const SellerId& seller, std::string_view sku) {
  return {.identity = {seller, AlertKind::suspect_stock, {}, "sku " + std::string(sku)},
          .severity = Severity::warning,
          .hard = true,
          .headline = fmt::format("The stock record of {} is in doubt", sku),
          .first = fmt::format("Count {} on the shelf and import the count: forestall import {} counts FILE",
                               sku, seller.str()),
          .numbers = {"until then no listing of it is raised or resumed"},
          .labels = {{"sku", std::string(sku)}}};
}

Alert credential_alert(const SellerId& seller, const AccountId& account, CivilDate until,
                       const TimeZone& zone, Instant now) {
  const auto left = zone.end_of_day(until) - now;
  const bool over = left <= Millis(0);
  return {
      .identity = {seller, AlertKind::credential_expiring, account, "credential"},
      .severity = over || left <= std::chrono::days(2) ? Severity::urgent
                  : left <= std::chrono::days(7)       ? Severity::warning
                                                       : Severity::info,
      .hard = true,
      .headline = over ? fmt::format("The login of {} ran out on {}", account.str(), say_day(until))
                       : fmt::format("The login of {} is valid until {} only", account.str(), say_day(until)),
      .first = fmt::format("Renew it with the channel, then: forestall setup {} --replace", account.str()),
      .numbers = {over ? "nothing can be read or changed without it" : say_span(left) + " left"},
      .act_by = zone.end_of_day(until)};
}

}  // namespace forestall::alerting
