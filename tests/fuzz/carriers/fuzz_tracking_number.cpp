// SPDX-License-Identifier: Apache-2.0
// Any text: recognised or not, without reading outside it, and the same with blanks in between.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "connectors/carriers/numbers/recognise.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall::carriers;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto found = recognise(text);
  for (const Recognised& r : found) {
    if (r.carrier.empty() || (r.destination_zip.size() != 0 && r.destination_zip.size() != 5)) std::abort();
    static_cast<void>(wrong_label(r, text));
  }
  if (const auto number = normalise_number(text)) {
    if (recognise(" " + *number).size() != found.size()) std::abort();
  } else if (!found.empty()) {
    std::abort();
  }
  static_cast<void>(likeliest(found, "", "US"));
  return 0;
}
