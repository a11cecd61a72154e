// SPDX-License-Identifier: Apache-2.0
// A piece of a documented CSV table as somebody sends it: its rows as observations, its bad rows with their
// lines. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/base/error.hpp"
#include "connectors/csv/reader.hpp"
#include "connectors/model/observation.hpp"
#include "connectors/tables/table.hpp"

namespace forestall::importing {

struct BadRow {
  std::uint64_t line = 0;
  std::string reason;
  friend bool operator==(const BadRow&, const BadRow&) = default;
};

class ImportText {
 public:
  // UTF-8 with a header of our column names, separated by comma, semicolon or tab. A first column "#line"
  // names the line of each row in the file that it was taken from. parse: no header, a column that is missing
  // or unknown, text that is not UTF-8.
  static Result<ImportText> open(tables::Kind kind, std::string text, tables::Given given);

  // Appends the next observations, at most `most`; false at the end. too_large and parse for what makes the
  // rest of the text meaningless; what was read before it stands.
  Result<bool> next(std::vector<model::Observation>& into, std::size_t most);

  std::uint64_t rows() const { return rows_; }
  const std::vector<BadRow>& bad() const { return bad_; }

 private:
  ImportText() = default;
  void take_row(std::vector<model::Observation>& into);

  std::unique_ptr<std::string> text_;  // stays in place while the reader looks at it
  std::unique_ptr<csv::Reader> reader_;
  std::optional<tables::Table> table_;
  bool has_lines_ = false;
  std::uint64_t last_line_ = 0;
  std::uint64_t rows_ = 0;
  std::vector<BadRow> bad_;
};

}  // namespace forestall::importing
