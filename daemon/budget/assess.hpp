// SPDX-License-Identifier: Apache-2.0
// How one account stands: which limits are in force and why, and its outlook against each. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/limits/cancel_limits.hpp"
#include "config/settings/account.hpp"
#include "config/settings/seller.hpp"
#include "connectors/model/account.hpp"
#include "daemon/guard/budget/outlook.hpp"

namespace forestall::budget {

using guard::budget::DayCount;
using guard::budget::Limit;
using guard::budget::Outlook;

// Who says it. In this order; a channel's report older than `report_good_for` says nothing any more.
enum class Says : std::uint8_t { channel, setting, preset };
std::string_view word(Says says);
inline constexpr Millis report_good_for = std::chrono::days(14);

struct InForce {
  Says says = Says::preset;
  Limit limit{};
  std::string name{};                // "amazon-7d", "cancel_limit.share"
  std::optional<CivilDate> dated{};  // of the report, or the day the preset was read
  std::string source{};              // for people
  std::string note{};
  std::optional<std::int64_t> preset_ppm{};  // where the channel says another share than the preset
};

struct Standing {
  InForce in_force{};
  Outlook outlook{};
};

// What an account did, day by day in its own time zone.
struct AccountDays {
  std::vector<DayCount> days{};
  std::vector<DayCount> unclear{};  // `cancels` that nobody can attribute
};

struct AccountBudget {
  AccountId account{};
  guard::budget::Day today{};
  std::vector<Standing> standings{};  // empty: nobody says a limit
  std::int64_t unclear = 0;           // cancellations in the longest window that may count or not
  // What the channel itself counted and we did not: added to ours on the last day of its report.
  std::int64_t only_channel = 0;
  std::int32_t in_a_row = 0;  // so many in a row take a listing off sale; 0: no such rule known
  std::int32_t in_a_row_within_days = 30;
  double cost_factor = 1;  // the largest of all limits
  // The limit with the least room: index into standings.
  std::optional<std::size_t> tightest{};
};

// What is taken from the settings of the account and its seller, the presets, the channel's last report and
// the counters.
struct Facts {
  const config::AccountSettings& account;
  const config::SellerSettings& seller;
  std::span<const config::CancelLimit> presets;
  const model::AccountHealth* health;  // null: none
  const AccountDays& days;
  Instant now;
};
AccountBudget assess(const Facts& facts);

}  // namespace forestall::budget
