// SPDX-License-Identifier: Apache-2.0
// [[seller]]: a tenant, and what a lost sale and a cancellation mean to them.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/money.hpp"
#include "config/base/time.hpp"
#include "config/base/units.hpp"
#include "config/settings/values.hpp"

namespace forestall::config {

enum class Weekday : std::uint8_t { monday, tuesday, wednesday, thursday, friday, saturday, sunday };
constexpr auto words(std::type_identity<Weekday>) {
  return std::to_array<std::pair<std::string_view, Weekday>>({{"mon", Weekday::monday},
                                                              {"tue", Weekday::tuesday},
                                                              {"wed", Weekday::wednesday},
                                                              {"thu", Weekday::thursday},
                                                              {"fri", Weekday::friday},
                                                              {"sat", Weekday::saturday},
                                                              {"sun", Weekday::sunday}});
}

// Whose public holidays are days off.
enum class Country : std::uint8_t { us, gb, de, fr, in, jp };
constexpr auto words(std::type_identity<Country>) {
  return std::to_array<std::pair<std::string_view, Country>>({{"US", Country::us},
                                                              {"GB", Country::gb},
                                                              {"DE", Country::de},
                                                              {"FR", Country::fr},
                                                              {"IN", Country::in},
                                                              {"JP", Country::jp}});
}

struct SellerSettings {
  SellerId id;
  std::optional<std::string> name;  // for people; the id where left out
  TimeZone time_zone = TimeZone::utc();
  Currency currency = Currency::literal("EUR");
  Credential token;
  std::optional<std::filesystem::path> mapping_file;

  Units reserve{0};
  double margin_share = 0.25;
  std::optional<Money> margin_per_unit;
  double cancellation_cost_in_margins = 10;
  std::optional<Money> cancellation_cost;

  double service_level = 0.95;
  Millis lead_time = std::chrono::days(14);
  Millis excess_cover = std::chrono::weeks(26);

  std::optional<Country> country;
  std::vector<Weekday> work_days{Weekday::monday, Weekday::tuesday, Weekday::wednesday, Weekday::thursday,
                                 Weekday::friday};
  std::optional<TimeOfDay> cut_off;
  std::optional<DailySpan> quiet_hours;

  friend bool operator==(const SellerSettings&, const SellerSettings&) = default;
};

}  // namespace forestall::config
