// SPDX-License-Identifier: Apache-2.0
// Tables: aligned and coloured for people at a terminal, tab-separated and plain for a pipe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace forestall::cli {

struct Terminal {
  bool is_terminal = false;
  bool colour = false;
};
// Of stdout. NO_COLOR (no-color.org) and TERM=dumb are heeded.
Terminal detect_terminal();

enum class Tone : std::uint8_t { plain, good, warning, bad, faint };
std::string toned(const Terminal& terminal, Tone tone, std::string_view text);

struct Cell {
  std::string text;
  Tone tone = Tone::plain;
};
using Row = std::vector<Cell>;

// Control characters in cells are shown as \xNN: what a channel calls its listing cannot move the cursor.
// A terminal gets headings and columns padded to the widest cell; a pipe gets one line a row, tabs between
// cells.
std::string table(const Terminal& terminal, const std::vector<std::string_view>& headings,
                  const std::vector<Row>& rows);

}  // namespace forestall::cli
