// SPDX-License-Identifier: Apache-2.0
// Any bytes as a stored record: refused, or written out again and read back the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/alerting/dedupe.hpp"
#include "daemon/alerting/outbox.hpp"
#include "daemon/alerting/silence.hpp"
#include "daemon/alerting/standing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall::alerting;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto one = decode_standing(bytes))
    if (decode_standing(encode(*one)).value() != *one) std::abort();
  if (const auto one = decode_silence("0a", bytes))
    if (decode_silence("0a", encode(*one)).value() != *one) std::abort();
  if (const auto one = decode_told(bytes))
    if (decode_told(encode(*one)).value() != *one) std::abort();
  if (const auto one = decode_message(bytes))
    if (encode(decode_message(encode(*one)).value()) != encode(*one)) std::abort();
  return 0;
}
