// SPDX-License-Identifier: Apache-2.0
// The columns of each format, and one row of it as a raw order line.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "daemon/backtest/history/order_history.hpp"

namespace forestall::detail {

struct RawLine {
  Instant time{};
  std::string_view order{}, channel{}, sku{};  // no channel: empty
  std::int64_t quantity = 1;
  std::int64_t price_minor = 0;
  bool day_only = false;
  bool quantity_missing = false;
};

// A day of one series: units an hour. Sales are scaled; a tenth is taken as one unit.
struct HourlyRow {
  std::string_view sku{};
  Instant day{};
  std::array<std::int32_t, 24> units{};
  std::uint32_t rounded = 0;   // hours whose sales are no whole tenths
  std::uint32_t censored = 0;  // hours with an empty shelf
};

class OrderColumns {
 public:
  static Result<OrderColumns> find(std::span<const std::string_view> header);
  HistoryFormat format() const { return format_; }
  // nullopt: a row that is no demand.
  Result<std::optional<RawLine>> read(std::span<const std::string_view> row) const;
  // The same of fresh_retail.
  Result<HourlyRow> read_hours(std::span<const std::string_view> row) const;

 private:
  Result<std::optional<RawLine>> read_generic(std::span<const std::string_view> row) const;
  Result<std::optional<RawLine>> read_report(std::span<const std::string_view> row) const;
  Result<std::optional<RawLine>> read_amazon(std::span<const std::string_view> row) const;
  Result<std::optional<RawLine>> with_quantity(RawLine line, std::string_view column,
                                               std::span<const std::string_view> row) const;
  Result<std::optional<RawLine>> read_retail(std::span<const std::string_view> row) const;
  HistoryFormat format_{};
  std::vector<std::size_t> at_;  // of each column of the format; npos where an optional one is absent
  std::size_t width_ = 0;
};

}  // namespace forestall::detail
