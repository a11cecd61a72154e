// SPDX-License-Identifier: Apache-2.0
// Text from outside: is it UTF-8, can it be shown on one line, which known word is nearest.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace forestall {

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_valid_utf8(std::string_view text);
// C0 controls and DEL.
bool has_control_characters(std::string_view text);
// One line that is safe in a log, a terminal and an error text: control characters and broken UTF-8 become
// \xNN, and what passes `max_bytes` is cut with "...".
std::string printable(std::string_view text, std::size_t max_bytes);
// Without spaces, tabs and line ends at both ends.
std::string_view trim(std::string_view text);
// The pieces between separators; an empty text gives one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);
// ASCII only.
std::string to_lower(std::string_view text);
// The candidate within a few edits of `word` (Damerau-Levenshtein, at most a third of the word), for "did you
// mean".
std::optional<std::string_view> nearest_word(std::string_view word,
                                             std::span<const std::string_view> candidates);

// The whole text as a decimal number, nothing else around it; nullopt also where it does not fit in T.
template <std::integral T>
std::optional<T> parse_integer(std::string_view text) {
  T value{};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return value;
}

}  // namespace forestall
