// SPDX-License-Identifier: Apache-2.0
// Any bytes: refused with a place, or a file whose parts lie within it and can be forecast.
#include <cstdlib>
#include <string_view>

#include "daemon/forecast_eval/evaluate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto file = parse_series(text); file && file->horizon <= 50 && file->values.size() < 40) {
    const auto rows = forecast_quantiles(*file, 3);
    if (!rows || rows->size() != file->size()) std::abort();
    for (const QuantileRow& row : *rows) {
      for (std::size_t i = 1; i < row.size(); ++i) {
        if (i != 9 && row[i] < row[i - 1]) std::abort();
      }
    }
  }
  static_cast<void>(parse_quantiles(text));
  return 0;
}
