// SPDX-License-Identifier: Apache-2.0
// [[stock]]: who knows what is on hand, where, and when they deduct it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "config/base/ids.hpp"
#include "config/base/time.hpp"
#include "config/settings/values.hpp"

namespace forestall::config {

// The step of an order at which the source lowers its own count.
enum class DeductsAt : std::uint8_t { order, allocation, pick, ship };
constexpr auto words(std::type_identity<DeductsAt>) {
  return std::to_array<std::pair<std::string_view, DeductsAt>>({{"order", DeductsAt::order},
                                                                {"allocation", DeductsAt::allocation},
                                                                {"pick", DeductsAt::pick},
                                                                {"ship", DeductsAt::ship}});
}

enum class StockContent : std::uint8_t {
  snapshot,  // every SKU each time: one that is missing is unknown
  delta,     // only what changed
};
constexpr auto words(std::type_identity<StockContent>) {
  return std::to_array<std::pair<std::string_view, StockContent>>(
      {{"snapshot", StockContent::snapshot}, {"delta", StockContent::delta}});
}

enum class TextEncoding : std::uint8_t { automatic, utf8, windows1252 };
constexpr auto words(std::type_identity<TextEncoding>) {
  return std::to_array<std::pair<std::string_view, TextEncoding>>(
      {{"auto", TextEncoding::automatic},
       {"utf-8", TextEncoding::utf8},
       {"windows-1252", TextEncoding::windows1252}});
}

enum class Separator : std::uint8_t { automatic, comma, semicolon, tab };
constexpr auto words(std::type_identity<Separator>) {
  return std::to_array<std::pair<std::string_view, Separator>>({{"auto", Separator::automatic},
                                                                {"comma", Separator::comma},
                                                                {"semicolon", Separator::semicolon},
                                                                {"tab", Separator::tab}});
}

enum class DecimalMark : std::uint8_t { automatic, point, comma };
constexpr auto words(std::type_identity<DecimalMark>) {
  return std::to_array<std::pair<std::string_view, DecimalMark>>(
      {{"auto", DecimalMark::automatic}, {"point", DecimalMark::point}, {"comma", DecimalMark::comma}});
}

struct StockSettings {
  SourceId id;
  SellerId seller;
  std::string kind;  // "csv"
  std::filesystem::path path;
  LocationId location;
  std::string pool = "own";
  DeductsAt deducts_at = DeductsAt::ship;
  bool authority = true;
  StockContent content = StockContent::snapshot;
  Millis poll = std::chrono::minutes(1);
  Millis stale_after = std::chrono::hours(26);
  double max_zeroed_share = 0.05;
  std::uint32_t max_zeroed = 20;
  double max_jumped_share = 0.5;
  double max_missing_share = 0.2;
  std::optional<TimeZone> time_zone;  // load() fills in the seller's

  TextEncoding encoding = TextEncoding::automatic;
  Separator separator = Separator::automatic;
  DecimalMark decimal_mark = DecimalMark::automatic;
  std::map<std::string, std::string> columns;  // our name of a column = the file's

  friend bool operator==(const StockSettings&, const StockSettings&) = default;
};

}  // namespace forestall::config
