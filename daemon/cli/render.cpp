// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/render.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "config/base/text.hpp"

namespace forestall::cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : value;
}

// Columns a text takes, one a character: bytes that continue a UTF-8 sequence take none.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(std::string_view text, std::size_t columns) {
  return std::string(text) + std::string(columns - std::min(columns, width(text)), ' ');
}

}  // namespace

Terminal detect_terminal() {
  const bool is_terminal = isatty(STDOUT_FILENO) == 1;
  return {is_terminal, is_terminal && environment("NO_COLOR").empty() && environment("TERM") != "dumb"};
}

std::string toned(const Terminal& terminal, Tone tone, std::string_view text) {
  constexpr std::array<std::string_view, 5> codes{"", "32", "33", "31", "2"};
  const auto code = codes.at(static_cast<std::size_t>(tone));
  if (!terminal.colour || code.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string table(const Terminal& terminal, const std::vector<std::string_view>& headings,
                  const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const auto heading : headings) widths.push_back(width(heading));
  for (const auto& row : rows)
    for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i)
      widths[i] = std::max(widths[i], width(printable(row[i].text, 4096)));
  std::string out;
  const auto add = [&](const Row& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool last = i + 1 == row.size();
      const auto text = printable(row[i].text, 4096);
      if (!terminal.is_terminal) {
        out += text;
        out += last ? "" : "\t";
      } else {
        out += toned(terminal, row[i].tone, last ? text : padded(text, widths.at(i)));
        out += last ? "" : "  ";
      }
    }
    out += '\n';
  };
  if (terminal.is_terminal) {
    Row first;
    for (const auto heading : headings) first.push_back({std::string(heading), Tone::faint});
    add(first);
  }
  for (const auto& row : rows) add(row);
  return out;
}

}  // namespace forestall::cli
