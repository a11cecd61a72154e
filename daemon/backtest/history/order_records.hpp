// SPDX-License-Identifier: Apache-2.0
// What an order file says, read piece by piece: columns of numbers, each name once. What it does not say is
// drawn afterwards, as often as there are seeds (imagine()).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"
#include "daemon/backtest/history/order_history.hpp"

namespace forestall {

struct OrderRecords {
  struct Row {
    Instant time;  // amazon_orders: the day; fresh_retail: the hour
    std::uint32_t sku, order,
        channel;  // channel: of files that name it; order: fresh_retail: the line in the file
    std::int32_t units;
  };
  HistoryFormat format{};
  std::vector<Row> rows{};  // as the file has them
  std::vector<std::string> skus{}, channels{}, orders{};
  std::vector<std::int64_t> unit_price_minor{};
  std::uint64_t lines = 0;  // of demand: a row of fresh_retail is as many as it has units
  std::uint64_t skipped = 0, missing_quantities = 0, censored_hours = 0;
};

// The next piece of a file; empty at its end. It must stay in place until the next one is asked for.
using NextPiece = std::function<Result<std::string_view>()>;

// Keeps 28 bytes a row and every name once; of the text only the piece at hand. `told`: rows so far, now and
// then. Errors as read_order_history, and those of `next`.
Result<OrderRecords> read_order_records(const NextPiece& next, const HistoryOptions& options,
                                        const std::function<void(std::uint64_t rows)>& told = {});

// Draws what the file does not say. The names go along only where options.names.
OrderHistory imagine(const OrderRecords& records, const HistoryOptions& options);

}  // namespace forestall
