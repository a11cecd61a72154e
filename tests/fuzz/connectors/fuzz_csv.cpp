// SPDX-License-Identifier: Apache-2.0
// Any bytes as CSV: the whole and its pieces give the same steps, rows written out read back the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/csv/encoding.hpp"
#include "connectors/csv/reader.hpp"

namespace {

using forestall::csv::Reader;

constexpr forestall::csv::Limits limits{
    .max_field_bytes = 64, .max_row_bytes = 256, .max_fields = 8, .max_bytes = 4096};

std::vector<std::string> steps(std::string_view text, char separator, std::size_t piece) {
  Reader reader(separator, limits);
  std::vector<std::string> out;
  for (;;) {
    const auto step = reader.next();
    if (step == Reader::Step::more) {
      if (text.empty()) reader.finish();
      reader.feed(text.substr(0, piece));
      text.remove_prefix(piece < text.size() ? piece : text.size());
      continue;
    }
    if (step == Reader::Step::end) return out;
    if (step == Reader::Step::row) {
      std::string line = std::to_string(reader.row().line);
      for (const auto field : reader.row().fields) line += '\x1F' + std::string(field);
      out.push_back(line);
      continue;
    }
    // How far reading got when a limit on bytes was met depends on the pieces, the verdict does not.
    const bool bytes = reader.error().code == forestall::ErrorCode::too_large;
    out.push_back(bytes ? "too large" : reader.error().detail);
    if (step == Reader::Step::failed) return out;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto text = forestall::csv::decode(bytes, forestall::csv::Encoding::automatic);
  if (!text) return 0;
  const char separator = forestall::csv::detect_separator(text->view());
  if (steps(text->view(), separator, text->view().size() + 1) !=
      steps(text->view(), separator, 1 + data[0] % 16))
    std::abort();
  return 0;
}
