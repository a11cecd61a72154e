// SPDX-License-Identifier: Apache-2.0
#include "connectors/csv/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/base/text.hpp"

namespace forestall::csv {
namespace {

// Windows-1252 from 0x80 to 0x9F as Unicode; 0 where it has no character (unicode.org, CP1252.TXT).
constexpr std::array<char16_t, 32> high{0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                        0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                        0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                        0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

void append_utf8(std::string& out, char32_t c) {
  if (c >= 0x800) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
  } else {
    out += static_cast<char>(0xC0 | (c >> 6));
  }
  out += static_cast<char>(0x80 | (c & 0x3F));
}

std::string place_of(std::string_view bytes, std::size_t at, std::uint64_t first_line) {
  const auto before = bytes.substr(0, at);
  const auto line = first_line + static_cast<std::uint64_t>(std::ranges::count(before, '\n'));
  const auto start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return fmt::format("line {}, column {}", line, at - start + 1);
}

Result<Text> from_windows1252(std::string_view bytes, std::uint64_t first_line) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (byte < 0x80) {
      out += bytes[i];
      continue;
    }
    const char32_t c = byte < 0xA0 ? high[byte - 0x80U] : byte;
    if (c == 0)
      return fail(ErrorCode::parse, fmt::format("{}: the byte 0x{:02x} is no Windows-1252",
                                                place_of(bytes, i, first_line), byte));
    append_utf8(out, c);
  }
  return Text(std::move(out));
}

// Where the first broken line begins; good enough a place for a file in the wrong encoding.
std::size_t first_broken_line(std::string_view bytes) {
  std::size_t begin = 0;
  while (begin < bytes.size()) {
    const auto end = std::min(bytes.find('\n', begin), bytes.size());
    if (!is_valid_utf8(bytes.substr(begin, end - begin))) return begin;
    begin = end + 1;
  }
  return begin;
}

}  // namespace

Result<Text> decode(std::string_view bytes, Encoding encoding, std::uint64_t first_line) {
  const bool begins = first_line == 1;
  if (begins && (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")))
    return fail(ErrorCode::parse, "the file is UTF-16; save it as UTF-8 or Windows-1252");
  const bool marked = begins && bytes.starts_with("\xEF\xBB\xBF");
  const auto content = marked ? bytes.substr(3) : bytes;
  if (marked && encoding == Encoding::automatic) encoding = Encoding::utf8;
  if (encoding == Encoding::windows1252) return from_windows1252(bytes, first_line);
  if (is_valid_utf8(content)) return Text(content);
  if (encoding == Encoding::automatic) return from_windows1252(content, first_line);
  return fail(ErrorCode::parse, fmt::format("{}: the line is not UTF-8",
                                            place_of(content, first_broken_line(content), first_line)));
}

}  // namespace forestall::csv
