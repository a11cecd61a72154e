// SPDX-License-Identifier: Apache-2.0
// Records of a CSV or TSV file (RFC 4180), read strictly and piece by piece. Pure: no files, no encodings.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"

namespace forestall::csv {

struct Limits {
  std::size_t max_field_bytes = std::size_t{64} << 10;
  std::size_t max_row_bytes = std::size_t{1} << 20;
  std::size_t max_fields = 512;
  std::uint64_t max_bytes = std::uint64_t{4} << 30;
};

enum class Quotes : std::uint8_t {
  rfc4180,
  plain,  // a quote is a letter like any other, as in tab-separated reports ('Monitor 27"')
};

struct Row {
  std::uint64_t line = 0;  // where it begins, from 1
  std::span<const std::string_view> fields;
};

// Fields are separated by `separator` and may stand in double quotes, a quote inside doubled; line ends are
// LF or CRLF, and stand in a field only within quotes. Blank lines are skipped. What RFC 4180 does not allow
// (a quote in a bare field, text behind a closing quote, a CR alone) and NUL bytes make a bad row; the next
// line is read on. A quote that is never closed, or a limit on bytes that is exceeded, ends the file: what
// follows has no meaning.
class Reader {
 public:
  enum class Step : std::uint8_t {
    row,      // row() holds it until the next call
    bad_row,  // error() says why; reading goes on with the next line
    more,     // the chunk is used up: feed() or finish()
    end,      // nothing is left
    failed,   // error() says why; every further step says so too
  };

  explicit Reader(char separator = ',', const Limits& limits = {}, Quotes quotes = Quotes::rfc4180);

  // The next piece of the file; it must stay in place until next() has returned `more`.
  void feed(std::string_view chunk) { chunk_ = chunk; }
  // There is no further piece.
  void finish() { finished_ = true; }
  Step next();

  const Row& row() const { return row_; }
  // ErrorCode::parse or too_large; "line 3, column 17: ..." with the column in bytes, from 1.
  const Error& error() const { return error_; }

 private:
  enum class State : std::uint8_t { field_start, bare, quoted, quote_seen, cr_seen, skipping };

  Step take(char c);
  Step plain_run();
  std::size_t plain_length() const;
  bool append(std::string_view piece);
  bool end_field();
  Step end_row();
  Step at_end();
  Step bad(std::string_view why);
  Step fatal(ErrorCode code, std::string why);
  void start_row();
  std::uint64_t column() const { return consumed_ - line_start_; }

  char separator_;
  Limits limits_;
  std::array<bool, 256> bare_stops_{};    // bytes that end a run of plain ones
  std::array<bool, 256> quoted_stops_{};  // the same within quotes
  std::string_view chunk_;
  bool finished_ = false;
  bool failed_ = false;
  State state_ = State::field_start;
  std::uint64_t consumed_ = 0;  // bytes of the whole file
  std::uint64_t line_ = 1;
  std::uint64_t line_start_ = 0;
  std::uint64_t quote_line_ = 0;  // where the open quote stands
  std::string bytes_;             // the fields of the row, unquoted, one after the other
  std::vector<std::size_t> ends_;
  std::vector<std::string_view> fields_;
  bool row_open_ = false;  // something of a row was read
  bool delivered_ = false;
  Row row_;
  Error error_;
};

// The most frequent of comma, semicolon and tab outside quotes in the first line; comma where there is none.
char detect_separator(std::string_view text);

// A field in quotes where it needs them, for writing.
std::string quote_field(std::string_view field, char separator = ',');

}  // namespace forestall::csv
