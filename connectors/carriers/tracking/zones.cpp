// SPDX-License-Identifier: Apache-2.0
// Which clock hangs in a place: enough to know when a civil day ends there.
#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "connectors/carriers/tracking/status_map.hpp"
#include "connectors/carriers/tracking/track_record.hpp"

namespace forestall::carriers {
namespace {

using Row = std::pair<std::string_view, std::string_view>;

// States that span two zones have the western one: its day ends later.
constexpr auto us = std::to_array<Row>(
    {{"AL", "America/Chicago"},     {"AK", "America/Adak"},        {"AZ", "America/Phoenix"},
     {"AR", "America/Chicago"},     {"CA", "America/Los_Angeles"}, {"CO", "America/Denver"},
     {"CT", "America/New_York"},    {"DE", "America/New_York"},    {"DC", "America/New_York"},
     {"FL", "America/Chicago"},     {"GA", "America/New_York"},    {"HI", "Pacific/Honolulu"},
     {"ID", "America/Los_Angeles"}, {"IL", "America/Chicago"},     {"IN", "America/Chicago"},
     {"IA", "America/Chicago"},     {"KS", "America/Denver"},      {"KY", "America/Chicago"},
     {"LA", "America/Chicago"},     {"ME", "America/New_York"},    {"MD", "America/New_York"},
     {"MA", "America/New_York"},    {"MI", "America/Chicago"},     {"MN", "America/Chicago"},
     {"MS", "America/Chicago"},     {"MO", "America/Chicago"},     {"MT", "America/Denver"},
     {"NE", "America/Denver"},      {"NV", "America/Los_Angeles"}, {"NH", "America/New_York"},
     {"NJ", "America/New_York"},    {"NM", "America/Denver"},      {"NY", "America/New_York"},
     {"NC", "America/New_York"},    {"ND", "America/Denver"},      {"OH", "America/New_York"},
     {"OK", "America/Chicago"},     {"OR", "America/Los_Angeles"}, {"PA", "America/New_York"},
     {"PR", "America/Puerto_Rico"}, {"RI", "America/New_York"},    {"SC", "America/New_York"},
     {"SD", "America/Denver"},      {"TN", "America/Chicago"},     {"TX", "America/Denver"},
     {"UT", "America/Denver"},      {"VT", "America/New_York"},    {"VA", "America/New_York"},
     {"WA", "America/Los_Angeles"}, {"WV", "America/New_York"},    {"WI", "America/Chicago"},
     {"WY", "America/Denver"}});

constexpr auto canada = std::to_array<Row>({{"AB", "America/Edmonton"},
                                            {"BC", "America/Vancouver"},
                                            {"MB", "America/Winnipeg"},
                                            {"NB", "America/Halifax"},
                                            {"NL", "America/Halifax"},
                                            {"NS", "America/Halifax"},
                                            {"ON", "America/Winnipeg"},
                                            {"PE", "America/Halifax"},
                                            {"QC", "America/Toronto"},
                                            {"SK", "America/Regina"}});

// Countries with one zone for all that parcels reach.
constexpr auto countries =
    std::to_array<Row>({{"AT", "Europe/Vienna"},     {"BE", "Europe/Brussels"},    {"CH", "Europe/Zurich"},
                        {"CN", "Asia/Shanghai"},     {"CZ", "Europe/Prague"},      {"DE", "Europe/Berlin"},
                        {"DK", "Europe/Copenhagen"}, {"FI", "Europe/Helsinki"},    {"FR", "Europe/Paris"},
                        {"GB", "Europe/London"},     {"HK", "Asia/Hong_Kong"},     {"IE", "Europe/Dublin"},
                        {"IN", "Asia/Kolkata"},      {"IT", "Europe/Rome"},        {"JP", "Asia/Tokyo"},
                        {"KR", "Asia/Seoul"},        {"LU", "Europe/Luxembourg"},  {"NL", "Europe/Amsterdam"},
                        {"NO", "Europe/Oslo"},       {"NZ", "Pacific/Auckland"},   {"PL", "Europe/Warsaw"},
                        {"SE", "Europe/Stockholm"},  {"SG", "Asia/Singapore"},     {"TR", "Europe/Istanbul"},
                        {"TW", "Asia/Taipei"},       {"ZA", "Africa/Johannesburg"}});

std::optional<TimeZone> find_zone(std::span<const Row> rows, std::string_view name) {
  const auto row = std::ranges::find(rows, name, &Row::first);
  if (row == rows.end()) return std::nullopt;
  auto zone = TimeZone::find(row->second);
  return zone ? std::optional(*zone) : std::nullopt;
}

}  // namespace

std::optional<TimeZone> zone_of(const Place& place) {
  if (place.country == "US" || place.country == "PR")
    return find_zone(us, place.country == "PR" ? "PR" : place.region);
  if (place.country == "CA") return find_zone(canada, place.region);
  return find_zone(countries, place.country);
}

const StatusRow* find_status(Scheme scheme, std::string_view code) {
  for (const StatusRow& row : status_rows())
    if (row.scheme == scheme && row.code == code) return &row;
  return nullptr;
}

}  // namespace forestall::carriers
