// SPDX-License-Identifier: Apache-2.0
// Any bytes as answers of searchOrders and getOrder.
#include "connectors/amazon/order_decoder.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzzed_place.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall;
  using namespace forestall::amazon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto page = decode_orders(text, fuzzed_place(), fuzzed_reading())) must_be_sound(*page);
  if (const auto order = decode_order(text, fuzzed_place(), fuzzed_reading())) must_be_sound(*order);
  return 0;
}
