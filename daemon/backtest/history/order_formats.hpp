// SPDX-License-Identifier: Apache-2.0
// The columns of each format, and one row of it as a raw order line.
#pragma once

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

class OrderColumns {
 public:
  static Result<OrderColumns> find(std::span<const std::string_view> header);
  HistoryFormat format() const { return format_; }
  // nullopt: a row that is no demand.
  Result<std::optional<RawLine>> read(std::span<const std::string_view> row) const;

 private:
  Result<std::optional<RawLine>> read_generic(std::span<const std::string_view> row) const;
  Result<std::optional<RawLine>> read_amazon(std::span<const std::string_view> row) const;
  Result<std::optional<RawLine>> read_retail(std::span<const std::string_view> row) const;
  HistoryFormat format_{};
  std::vector<std::size_t> at_;  // of each column of the format; npos where an optional one is absent
  std::size_t width_ = 0;
};

}  // namespace forestall::detail
