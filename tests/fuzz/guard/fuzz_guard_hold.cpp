// SPDX-License-Identifier: Apache-2.0
// The text of a hold, as Redis may hold it: what is accepted is the same after it is written again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/guard/hold.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall::guard;
  const auto hold = parse_hold({reinterpret_cast<const char*>(data), size});
  if (!hold) return 0;
  const auto again = parse_hold(to_text(*hold));
  if (!again || again->kind != hold->kind || again->until != hold->until || again->since != hold->since)
    std::abort();
  return 0;
}
