// SPDX-License-Identifier: Apache-2.0
#include "connectors/stock/csv/cursor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/base/text.hpp"

namespace forestall::stock_csv {
namespace {

constexpr std::string_view first_line = "stock-csv 1";
constexpr std::size_t longest = 4096;

bool is_stock_kind(tables::Kind kind) {
  return std::ranges::find(tables::stock_kinds, kind) != tables::stock_kinds.end();
}

std::optional<std::uint64_t> hex(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size() || text.size() != 16) return std::nullopt;
  return value;
}

// The next word up to a blank; the rest stays.
std::string_view word(std::string_view& rest) {
  const auto end = rest.find(' ');
  const auto found = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return found;
}

bool take_files(FolderCursor& cursor, tables::Kind kind, std::string_view rest) {
  auto& read = cursor.read[static_cast<std::size_t>(kind)];
  const auto count = parse_integer<std::uint64_t>(word(rest));
  const auto sum = hex(word(rest));
  if (!count || *count == 0 || !sum || !is_plain_name(rest) || read.count != 0) return false;
  read = {std::string(rest), *count, *sum};
  return true;
}

bool take_position(FolderCursor& cursor, std::string_view rest) {
  const auto kind = tables::kind_of(word(rest));
  const auto line = parse_integer<std::uint64_t>(word(rest));
  const auto missing = parse_integer<std::uint64_t>(word(rest));
  const auto fingerprint = hex(word(rest));
  if (!kind || !is_stock_kind(*kind) || !line || !missing || !fingerprint || !is_plain_name(rest) ||
      cursor.at)
    return false;
  cursor.at = Position{*kind, std::string(rest), *fingerprint, *line, *missing};
  return true;
}

bool take_snapshot(FolderCursor& cursor, std::string_view rest) {
  const auto version = parse_integer<std::uint64_t>(word(rest));
  if (!version || *version == 0 || *version > model::Version::max || cursor.snapshot != 0) return false;
  if (rest != "whole" && rest != "open") return false;
  cursor.snapshot = *version;
  cursor.ends_with_line = rest == "whole";
  return true;
}

bool take_line(FolderCursor& cursor, std::string_view line) {
  const auto what = word(line);
  if (what == "at") return take_position(cursor, line);
  if (what == "snapshot") return take_snapshot(cursor, line);
  const auto kind = tables::kind_of(what);
  return kind && is_stock_kind(*kind) && take_files(cursor, *kind, line);
}

}  // namespace

std::string to_text(const FolderCursor& cursor) {
  if (cursor == FolderCursor{}) return "";
  std::string text(first_line);
  for (const auto kind : tables::stock_kinds)
    if (const auto& read = cursor.read[static_cast<std::size_t>(kind)]; read.count > 0)
      text += fmt::format("\n{} {} {:016x} {}", tables::kind_name(kind), read.count, read.sum, read.through);
  if (cursor.snapshot > 0)
    text += fmt::format("\nsnapshot {} {}", cursor.snapshot, cursor.ends_with_line ? "whole" : "open");
  if (const auto& at = cursor.at)
    text += fmt::format("\nat {} {} {} {:016x} {}", tables::kind_name(at->kind), at->line, at->missing,
                        at->fingerprint, at->name);
  return text;
}

Result<FolderCursor> parse_cursor(std::string_view text) {
  FolderCursor cursor;
  if (text.empty()) return cursor;
  const auto lines = text.size() > longest ? std::vector<std::string_view>{} : split(text, '\n');
  if (lines.empty() || lines.front() != first_line) return fail(ErrorCode::parse, "no cursor of stock files");
  for (std::size_t i = 1; i < lines.size(); ++i)
    if (!take_line(cursor, lines[i]))
      return fail(ErrorCode::parse, fmt::format("line {} of the cursor of stock files: \"{}\"", i + 1,
                                                printable(lines[i], 100)));
  return cursor;
}

bool covers(const ReadFiles& read, tables::Kind kind, std::span<const FoundFile> files) {
  std::uint64_t count = 0, sum = 0;
  for (const auto& file : files) {
    if (file.kind != kind || file.name > read.through) continue;
    ++count;
    sum += file.fingerprint();
  }
  return count > 0 && count == read.count && sum == read.sum;
}

}  // namespace forestall::stock_csv
