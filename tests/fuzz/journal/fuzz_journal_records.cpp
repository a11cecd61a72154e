// SPDX-License-Identifier: Apache-2.0
// Whatever Redis might hold under the journal's keys. What is accepted must come back the same when it is
// written again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/journal/codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall::journal;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      if (const auto intent = decode_intent(bytes))
        if (decode_intent(encode_intent(*intent)) != *intent) std::abort();
      break;
    case 1:
      (void)decode_record("shop CUP", bytes);
      break;
    case 2:
      if (const auto before = decode_before(bytes))
        if (decode_before(encode_before(*before)) != *before) std::abort();
      break;
    default:
      if (const auto field = parse_field(bytes))
        if (field_of(field->first, field->second) != bytes) std::abort();
  }
  return 0;
}
