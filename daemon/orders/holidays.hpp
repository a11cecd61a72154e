// SPDX-License-Identifier: Apache-2.0
// Public holidays by rule, for any year of the Gregorian calendar from 2000 to 2099.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "config/base/time.hpp"

namespace forestall::orders {

// us: federal holidays as observed (5 U.S.C. 6103). gb: bank holidays of England and Wales with substitute
// days. de: the nine of all states. fr: the eleven of the Code du travail. in: the three national ones; those
// that follow the moon are announced year by year and belong into the settings. jp: the Act on National
// Holidays with substitute days and days between two holidays; the equinoxes by the formula of the National
// Astronomical Observatory (1980 to 2099).
enum class Country : std::uint8_t { us, gb, de, fr, in, jp };

// "US", "GB" (and "UK"), "DE", "FR", "IN", "JP".
std::optional<Country> parse_country(std::string_view code);

// Easter Sunday (Meeus, Jones, Butcher).
CivilDate easter_sunday(std::chrono::year year);

// Of one year, in order. Days observed in the year before or after because of a weekend stand where they are
// observed.
std::vector<CivilDate> holidays(Country country, std::chrono::year year);

}  // namespace forestall::orders
