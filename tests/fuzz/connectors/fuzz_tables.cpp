// SPDX-License-Identifier: Apache-2.0
// Any bytes as a documented table: every row is refused, passed over, or an observation that the model
// accepts, and the same the second time.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "connectors/csv/encoding.hpp"
#include "connectors/csv/reader.hpp"
#include "connectors/tables/table.hpp"

namespace {

using namespace forestall;

std::vector<model::Observation> read(std::string_view text, tables::Kind kind, const tables::Given& given) {
  csv::Reader reader(csv::detect_separator(text));
  reader.feed(text);
  reader.finish();
  std::optional<tables::Table> table;
  std::vector<model::Observation> rows;
  for (auto step = reader.next(); step == csv::Reader::Step::row || step == csv::Reader::Step::bad_row;
       step = reader.next()) {
    if (step == csv::Reader::Step::bad_row) continue;
    if (!table) {
      auto opened = tables::Table::open(kind, reader.row().fields, {}, given);
      if (!opened) return rows;
      table = std::move(*opened);
      continue;
    }
    auto row = table->read(reader.row().fields);
    if (!row || !*row) continue;
    if (!model::check(**row)) std::abort();
    rows.push_back(std::move(**row));
  }
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto kind = tables::all_kinds[data[0] % tables::all_kinds.size()];
  const auto text =
      csv::decode({reinterpret_cast<const char*>(data) + 1, size - 1}, csv::Encoding::automatic);
  if (!text) return 0;
  const tables::Given given{.source = SourceId::literal("wms"),
                            .location = LocationId::literal("here"),
                            .file_time = Instant(Millis(1'763'869'813'000)),
                            .now = Instant(Millis(1'763'869'813'000))};
  if (read(text->view(), kind, given) != read(text->view(), kind, given)) std::abort();
  return 0;
}
