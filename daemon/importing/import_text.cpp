// SPDX-License-Identifier: Apache-2.0
#include "daemon/importing/import_text.hpp"

#include <fmt/format.h>

#include "config/base/text.hpp"
#include "connectors/csv/encoding.hpp"

namespace forestall::importing {
namespace {
constexpr std::string_view line_column = "#line";
}

Result<ImportText> ImportText::open(tables::Kind kind, std::string text, tables::Given given) {
  const auto decoded = csv::decode(text, csv::Encoding::utf8);
  if (!decoded) return std::unexpected(decoded.error());
  ImportText import;
  import.text_ = std::make_unique<std::string>(decoded->view());
  import.reader_ = std::make_unique<csv::Reader>(csv::detect_separator(*import.text_));
  import.reader_->feed(*import.text_);
  import.reader_->finish();
  switch (import.reader_->next()) {
    case csv::Reader::Step::row:
      break;
    case csv::Reader::Step::end:
    case csv::Reader::Step::more:
      return fail(ErrorCode::parse, "there is no header");
    default:
      return std::unexpected(import.reader_->error());
  }
  auto header = import.reader_->row().fields;
  import.has_lines_ = trim(header.front()) == line_column;
  if (import.has_lines_) header = header.subspan(1);
  given.strict = true;
  auto table = tables::Table::open(kind, header, {}, std::move(given));
  if (!table) return fail_in("line 1", std::move(table.error()));
  import.table_ = std::move(*table);
  return import;
}

void ImportText::take_row(std::vector<model::Observation>& into) {
  ++rows_;
  auto fields = reader_->row().fields;
  last_line_ = reader_->row().line;
  if (has_lines_) {
    const auto line = parse_integer<std::uint64_t>(trim(fields.front()));
    if (!line) {
      bad_.push_back({last_line_, "#line: no line number"});
      return;
    }
    last_line_ = *line;
    fields = fields.subspan(1);
  }
  auto row = table_->read(fields);
  if (!row)
    bad_.push_back({last_line_, std::move(row.error().detail)});
  else if (*row)
    into.push_back(std::move(**row));
  else
    bad_.push_back({last_line_, "location: is not the place of this source"});
}

Result<bool> ImportText::next(std::vector<model::Observation>& into, std::size_t most) {
  for (std::size_t i = 0; i < most; ++i) {
    switch (reader_->next()) {
      case csv::Reader::Step::row:
        take_row(into);
        break;
      case csv::Reader::Step::bad_row:
        ++rows_;
        bad_.push_back({reader_->row().line, reader_->error().detail});
        break;
      case csv::Reader::Step::failed:
        return std::unexpected(reader_->error());
      case csv::Reader::Step::more:
      case csv::Reader::Step::end:
        return false;
    }
  }
  return true;
}

}  // namespace forestall::importing
