// SPDX-License-Identifier: Apache-2.0
// Any bytes as a report of all listings: the same however it is cut, and the same after passing over rows.
#include "connectors/amazon/listings_report.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzzed_place.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall;
  using namespace forestall::amazon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool gzip = text.starts_with("\x1f\x8b");
  const auto made = [&] {
    return ListingsReport(std::string(text), gzip, {}, fuzzed_place(), fuzzed_reading().asked);
  };
  Decoded whole, pieces;
  const auto read = [](ListingsReport& report, std::uint64_t rows, std::size_t bytes, Decoded& into) {
    while (!report.at_end()) {
      const auto piece = report.read(rows, bytes);
      if (!piece) return false;
      must_be_sound(*piece);
      into.observations.insert(into.observations.end(), piece->observations.begin(),
                               piece->observations.end());
    }
    return true;
  };
  auto at_once = made(), in_pieces = made();
  const bool good = read(at_once, 1'000'000, std::size_t{1} << 24, whole);
  must(read(in_pieces, 3, 7, pieces) == good);
  if (good) must(whole.observations == pieces.observations && at_once.rows() == in_pieces.rows());
  auto skipped = made();
  while (good && skipped.rows() < at_once.rows() && !skipped.at_end())
    must(skipped.skip_to(at_once.rows(), 50).has_value());
  if (good) must(skipped.rows() == at_once.rows());
  return 0;
}
