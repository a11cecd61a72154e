// SPDX-License-Identifier: Apache-2.0
#include "connectors/csv/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace forestall::csv {

Reader::Reader(char separator, const Limits& limits, Quotes quotes) : separator_(separator), limits_(limits) {
  row_.line = 1;
  for (const char c : {separator, '\n', '\r', '\0'}) bare_stops_[static_cast<unsigned char>(c)] = true;
  // Where nothing stops at a quote, nothing ever looks at one.
  bare_stops_['"'] = quotes == Quotes::rfc4180;
  for (const char c : {'\n', '"', '\0'}) quoted_stops_[static_cast<unsigned char>(c)] = true;
}

Reader::Step Reader::next() {
  if (failed_) return Step::failed;
  if (delivered_) start_row();
  while (!chunk_.empty()) {
    Step step = Step::more;
    if (state_ == State::bare || state_ == State::quoted || state_ == State::field_start ||
        state_ == State::skipping)
      step = plain_run();
    if (step == Step::more && !chunk_.empty()) {
      const char c = chunk_.front();
      chunk_.remove_prefix(1);
      ++consumed_;
      step = take(c);
    }
    if (step != Step::more) return step;
  }
  return finished_ ? at_end() : Step::more;
}

// Copies up to the next byte that means something: the loop that nearly all bytes go through.
Reader::Step Reader::plain_run() {
  const auto length = plain_length();
  if (length == 0) return Step::more;
  const auto piece = chunk_.substr(0, length);
  chunk_.remove_prefix(length);
  consumed_ += length;
  if (consumed_ > limits_.max_bytes) return fatal(ErrorCode::too_large, "");
  if (state_ == State::skipping) return Step::more;
  if (state_ == State::field_start) state_ = State::bare;
  row_open_ = true;
  return append(piece) ? Step::more : Step::failed;
}

std::size_t Reader::plain_length() const {
  if (state_ == State::skipping) return std::min(chunk_.find('\n'), chunk_.size());
  const auto& stops = state_ == State::quoted ? quoted_stops_ : bare_stops_;
  std::size_t length = 0;
  while (length < chunk_.size() && !stops[static_cast<unsigned char>(chunk_[length])]) ++length;
  return length;
}

Reader::Step Reader::take(char c) {
  if (consumed_ > limits_.max_bytes) return fatal(ErrorCode::too_large, "");
  if (state_ == State::skipping) {  // c is the line end
    ++line_;
    line_start_ = consumed_;
    start_row();
    return Step::more;
  }
  if (c == '\0') return bad("a NUL byte");
  switch (state_) {
    case State::quoted:
      if (c == '"') {
        state_ = State::quote_seen;
        return Step::more;
      }
      if (!append({&c, 1})) return Step::failed;
      if (c == '\n') {
        ++line_;
        line_start_ = consumed_;
      }
      return Step::more;
    case State::quote_seen:
      if (c == '"') {
        state_ = State::quoted;
        return append("\"") ? Step::more : Step::failed;
      }
      if (c != separator_ && c != '\n' && c != '\r') return bad("text behind a closing quote");
      break;
    case State::cr_seen:
      if (c != '\n') return bad("a carriage return that ends no line");
      break;
    case State::field_start:
      if (c == '"') {
        state_ = State::quoted;
        quote_line_ = line_;
        row_open_ = true;
        return Step::more;
      }
      break;
    case State::bare:
      if (c == '"') return bad("a quote in a field that does not begin with one");
      break;
    case State::skipping:
      break;
  }
  if (c == separator_ && state_ != State::cr_seen) {
    row_open_ = true;
    state_ = State::field_start;
    return end_field() ? Step::more : bad(fmt::format("more than {} fields", limits_.max_fields));
  }
  if (c == '\r') {
    state_ = State::cr_seen;
    return Step::more;
  }
  return end_row();
}

bool Reader::append(std::string_view piece) {
  const auto field_start = ends_.empty() ? 0 : ends_.back();
  if (consumed_ > limits_.max_bytes) {
    fatal(ErrorCode::too_large, "");
    return false;
  }
  if (bytes_.size() - field_start + piece.size() > limits_.max_field_bytes) {
    fatal(ErrorCode::too_large, fmt::format("a field of more than {} bytes", limits_.max_field_bytes));
    return false;
  }
  if (bytes_.size() + piece.size() > limits_.max_row_bytes) {
    fatal(ErrorCode::too_large, fmt::format("a row of more than {} bytes", limits_.max_row_bytes));
    return false;
  }
  bytes_ += piece;
  return true;
}

bool Reader::end_field() {
  if (ends_.size() >= limits_.max_fields) return false;
  ends_.push_back(bytes_.size());
  return true;
}

Reader::Step Reader::end_row() {
  const bool blank = !row_open_;
  const bool fits = blank || end_field();
  // A field too many is known only here where the line ends; there is nothing left to skip.
  if (!fits) {
    error_ = {ErrorCode::parse, false,
              fmt::format("line {}, column {}: more than {} fields", line_, column(), limits_.max_fields)};
    delivered_ = true;
  }
  ++line_;
  line_start_ = consumed_;
  state_ = State::field_start;
  if (!fits) return Step::bad_row;
  if (blank) {
    start_row();
    return Step::more;
  }
  fields_.clear();
  std::size_t begin = 0;
  for (const auto end : ends_) {
    fields_.push_back(std::string_view(bytes_).substr(begin, end - begin));
    begin = end;
  }
  row_.fields = fields_;
  delivered_ = true;
  return Step::row;
}

Reader::Step Reader::at_end() {
  switch (state_) {
    case State::quoted:
      return fatal(ErrorCode::parse, fmt::format("the quote opened in line {} is never closed", quote_line_));
    case State::cr_seen:
      state_ = State::field_start;
      return bad("a carriage return that ends no line");
    case State::skipping:
      return Step::end;
    default:
      break;
  }
  if (!row_open_) return Step::end;
  const auto step = end_row();
  return step == Step::more ? Step::end : step;
}

Reader::Step Reader::bad(std::string_view why) {
  error_ = {ErrorCode::parse, false, fmt::format("line {}, column {}: {}", line_, column(), why)};
  // The byte that broke the row may have been its line end's own CR or the LF behind a CR is still to come.
  state_ = State::skipping;
  bytes_.clear();
  ends_.clear();
  row_open_ = false;
  return Step::bad_row;
}

Reader::Step Reader::fatal(ErrorCode code, std::string why) {
  if (why.empty()) why = fmt::format("a file of more than {} bytes", limits_.max_bytes);
  error_ = {code, false, fmt::format("line {}, column {}: {}", line_, column(), why)};
  failed_ = true;
  return Step::failed;
}

void Reader::start_row() {
  delivered_ = false;
  bytes_.clear();
  ends_.clear();
  row_open_ = false;
  row_.line = line_;
  if (state_ == State::skipping) state_ = State::field_start;
}

char detect_separator(std::string_view text) {
  std::array<std::size_t, 3> counts{};
  constexpr std::string_view separators = ",;\t";
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n') break;
    if (const auto at = separators.find(c); at != std::string_view::npos) ++counts[at];
  }
  const auto* most = std::ranges::max_element(counts);
  return separators[static_cast<std::size_t>(most - counts.begin())];
}

std::string quote_field(std::string_view field, char separator) {
  const bool plain = std::ranges::none_of(
      field, [&](char c) { return c == separator || c == '"' || c == '\n' || c == '\r'; });
  if (plain) return std::string(field);
  std::string out = "\"";
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace forestall::csv
