// SPDX-License-Identifier: Apache-2.0
// What Redis may hold of a shelf and of losses: refused, or the same after it is written again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/acting/shelf_record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall::acting;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto shelf = decode_shelf(bytes)) {
    const auto again = decode_shelf(encode_shelf(*shelf));
    if (!again || !(*again == *shelf)) std::abort();
  }
  if (const auto losses = decode_losses(bytes)) {
    const auto again = decode_losses(encode_losses(*losses));
    if (!again || again->sums() != losses->sums()) std::abort();
  }
  return 0;
}
