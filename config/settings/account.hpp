// SPDX-License-Identifier: Apache-2.0
// [[account]]: one credential at one marketplace; how far Forestall may go there.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/money.hpp"
#include "config/base/rate.hpp"
#include "config/base/time.hpp"
#include "config/base/units.hpp"
#include "config/settings/values.hpp"

namespace forestall::config {

enum class Mode : std::uint8_t { observe, advise, guard };
constexpr auto words(std::type_identity<Mode>) {
  return std::to_array<std::pair<std::string_view, Mode>>(
      {{"observe", Mode::observe}, {"advise", Mode::advise}, {"guard", Mode::guard}});
}

enum class Writes : std::uint8_t { all, lower_only, none };
constexpr auto words(std::type_identity<Writes>) {
  return std::to_array<std::pair<std::string_view, Writes>>(
      {{"all", Writes::all}, {"lower_only", Writes::lower_only}, {"none", Writes::none}});
}

// How often each kind of page is asked for, at most; the call scheduler decides within the rates.
struct PollSettings {
  Millis orders = std::chrono::minutes(3);
  Millis listings = std::chrono::hours(1);
  Millis health = std::chrono::hours(6);
  Millis messages = std::chrono::minutes(15);
  Millis returns = std::chrono::hours(1);
  Millis reconcile = std::chrono::hours(24);
  friend bool operator==(const PollSettings&, const PollSettings&) = default;
};

// The most that may change in one interval before a person is asked. Sell-outs that orders explain are free.
struct BreakerSettings {
  Millis interval = std::chrono::hours(1);
  std::uint32_t listings = 200;
  double share = 0.2;
  Units units{2000};
  std::optional<Money> value;
  std::uint32_t canary = 5;
  friend bool operator==(const BreakerSettings&, const BreakerSettings&) = default;
};

// The limit on cancellations where the channel's own report gives none.
struct CancelLimitSettings {
  std::optional<double> share;
  Millis window = std::chrono::days(7);
  std::uint32_t min_orders = 1;
  Millis breach_costs = std::chrono::days(3);  // the sales of so long
  friend bool operator==(const CancelLimitSettings&, const CancelLimitSettings&) = default;
};

// Deadlines where the channel states none on the order itself. Empty: the preset of the channel.
struct ClockSettings {
  std::optional<Millis> ship_by;
  std::optional<Millis> deliver_by;
  std::optional<Millis> auto_cancel;
  std::optional<Millis> cancel_answer;
  std::optional<Millis> message_answer;
  std::optional<Millis> return_answer;
  std::optional<Millis> payment;
  friend bool operator==(const ClockSettings&, const ClockSettings&) = default;
};

struct AccountSettings {
  AccountId id;
  SellerId seller;
  std::string kind;                       // "amazon"
  std::optional<std::string> credential;  // accounts that name the same one share its tokens and rate buckets
  std::optional<std::string> marketplace;
  std::optional<std::string> merchant_id;
  Mode mode = Mode::observe;
  Writes writes = Writes::all;
  std::vector<std::string> pools{"own"};
  Units cap{100};

  std::optional<Url> base_url;   // empty: the channel's own
  std::optional<Url> token_url;  // empty: the channel's own
  std::optional<std::string> client_id;
  Credential client_secret;
  std::optional<std::string> secret_expires;  // a civil date, UTC; no channel says it by itself
  Credential refresh_token;
  std::optional<std::string> username;
  Credential password;
  Credential token;
  std::optional<CivilDate> credential_until;  // the last day on which the login is valid

  std::optional<Currency> currency;   // load() fills in the seller's
  std::optional<TimeZone> time_zone;  // load() fills in the seller's
  Millis backfill = std::chrono::days(90);
  PollSettings poll;
  BreakerSettings breaker;
  CancelLimitSettings cancel_limit;
  ClockSettings clocks;
  std::map<std::string, Rate> rates;  // by the channel's name of the operation: "searchOrders"

  friend bool operator==(const AccountSettings&, const AccountSettings&) = default;
};

}  // namespace forestall::config
