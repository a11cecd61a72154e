// SPDX-License-Identifier: Apache-2.0
// Any bytes as an order file: an error with a place, or demand that the world accepts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "daemon/backtest/history/order_history.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto history = forestall::read_order_history(text, {});
  if (!history && history.error().detail.empty()) std::abort();
  if (history && !forestall::world::check(history->demand, history->catalogue)) std::abort();
  return 0;
}
