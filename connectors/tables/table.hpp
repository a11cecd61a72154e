// SPDX-License-Identifier: Apache-2.0
// The documented CSV tables: which columns each has, and a row of it as an observation. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/ids.hpp"
#include "config/base/money.hpp"
#include "config/base/time.hpp"
#include "config/settings/stock.hpp"
#include "connectors/model/observation.hpp"

namespace forestall::tables {

enum class Kind : std::uint8_t {
  stock,
  counts,
  failed_picks,
  receipts,
  products,
  prices,
  cancel_requests,
  returns,
  messages
};
inline constexpr std::array stock_kinds{Kind::stock, Kind::counts, Kind::failed_picks, Kind::receipts};
inline constexpr std::array all_kinds{Kind::stock,           Kind::counts,   Kind::failed_picks,
                                      Kind::receipts,        Kind::products, Kind::prices,
                                      Kind::cancel_requests, Kind::returns,  Kind::messages};

std::string_view kind_name(Kind kind);  // "failed-picks"
std::optional<Kind> kind_of(std::string_view name);

struct Column {
  std::string_view name;
  bool required;
  std::string_view about;  // for people: units, defaults
};
std::span<const Column> columns_of(Kind kind);

// What the rows do not say.
struct Given {
  SourceId source{};
  LocationId location{};       // of rows without a location of their own
  bool only_location = false;  // rows of other locations are passed over
  model::Pool pool = model::Pool::own;
  TimeZone zone = TimeZone::utc();  // of times without an offset
  config::DecimalMark decimal_mark = config::DecimalMark::automatic;
  Instant file_time{};  // when it was so, where a row does not say
  Instant now{};        // times more than a day after this are refused
  bool strict = false;  // columns that are not ours are an error
  // The accounts that rows may speak of; absent: any. Amounts without a currency are in the account's.
  std::optional<std::map<std::string, std::optional<Currency>, std::less<>>> accounts{};
};

class Table {
 public:
  // `names`: our name of a column = the file's, where they differ. parse for a header that is none, not_found
  // for a required column that is missing.
  static Result<Table> open(Kind kind, std::span<const std::string_view> header,
                            const std::map<std::string, std::string>& names, Given given);

  // Rows in the order of the file. nullopt: a row of another location. parse names the column; whatever is
  // returned passes model::check. Versions are the instant at which it was true, in milliseconds.
  Result<std::optional<model::Observation>> read(std::span<const std::string_view> fields);

  // Before the first row again: repeated failed picks are numbered in the order of the rows.
  void rewind() { repeats_.clear(); }
  // Whose row it is, also where the rest of it is bad.
  std::optional<SkuId> sku_of(std::span<const std::string_view> fields) const;
  Kind kind() const { return kind_; }
  bool has(std::string_view column) const;

  // One row by our columns. For the readers of each kind.
  class Cells;

 private:
  static constexpr std::size_t most_columns = 16;

  Table(Kind kind, Given given) : kind_(kind), given_(std::move(given)) {}

  Kind kind_;
  Given given_;
  std::size_t width_ = 0;
  std::array<std::int16_t, most_columns> at_{};  // where our column i stands, -1 for nowhere
  // Products: columns "attribute.NAME", and where they stand.
  std::vector<std::pair<std::string, std::size_t>> attributes_;
  std::unordered_map<std::string, std::uint32_t> repeats_;
};

// Status check of a mapping of columns: every name on the left must be a column of one of `kinds`.
Status check_column_names(const std::map<std::string, std::string>& names, std::span<const Kind> kinds);

}  // namespace forestall::tables
