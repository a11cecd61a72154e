// SPDX-License-Identifier: Apache-2.0
// What was believed of one SKU's shelf, and of how records go wrong, as bytes that outlive the process.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/base/error.hpp"
#include "config/base/time.hpp"
#include "forecasting/stock_belief/stock_belief.hpp"

namespace forestall::acting {

struct ShelfRecord {
  Instant at{};  // sales placed later are not in it
  forecasting::StockBelief belief{};
  bool known_empty = false;      // a pick failed, and nothing was counted since
  Instant emptied{};             // then
  std::int32_t since_empty = 0;  // received since, less orders placed since
  friend bool operator==(const ShelfRecord& a, const ShelfRecord& b);
};

// Errors of decode: parse, unsupported (a newer version).
std::string encode_shelf(const ShelfRecord& record);
Result<ShelfRecord> decode_shelf(std::string_view bytes);
std::string encode_losses(const forecasting::LossLearner& learner);
Result<forecasting::LossLearner> decode_losses(std::string_view bytes);

}  // namespace forestall::acting
