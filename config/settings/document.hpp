// SPDX-License-Identifier: Apache-2.0
// A TOML file as plain values with places. The only door to toml++: its exceptions and its compile time stay
// in document.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings/problem.hpp"

namespace forestall::config {

struct Node {
  enum class Kind : std::uint8_t {
    boolean,
    integer,
    real,
    text,
    moment,  // a date or time of TOML; `text` holds it as written
    array,
    table,
    broken,  // a value already reported as a syntax error
  };
  Kind kind = Kind::table;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;
  Place place;      // of the value
  Place key_place;  // of the key in front of it, where there is one
  std::string key;  // the name in the table that holds it
  std::string text;
  std::vector<Node> items;  // of an array or table, in the order of the file

  const Node* find(std::string_view name) const;
};

// What stands there, short and on one line: `5`, `"15 minutes"`, `a table`, `an array of 3`.
std::string describe(const Node& node);

inline constexpr std::size_t max_file_bytes = std::size_t{16} << 20;
inline constexpr std::size_t max_nesting = 16;
inline constexpr std::size_t max_syntax_problems = 20;

struct Document {
  Node root;
  Problems problems;   // sizes, encoding, syntax; what could be read stands in `root` all the same
  bool usable = true;  // false: nothing could be read, further checks would only mislead
};

// Reads TOML 1.0 in UTF-8 (a byte-order mark and CRLF are allowed). Never throws on bad input.
Document parse_document(std::string_view text, std::string_view file);

}  // namespace forestall::config
