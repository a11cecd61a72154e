// SPDX-License-Identifier: Apache-2.0
// Any bytes as a seller performance report.
#include "connectors/amazon/health_decoder.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzzed_place.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall;
  using namespace forestall::amazon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto health = decode_health(text, fuzzed_place(), fuzzed_reading()))
    must(model::check(*health).has_value());
  return 0;
}
