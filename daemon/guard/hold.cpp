// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/hold.hpp"

#include <fmt/format.h>

#include <array>

#include "config/base/text.hpp"

namespace forestall::guard {
namespace {

constexpr std::array<std::string_view, 5> words = {"held", "paused", "outside_pause", "outside_quantity",
                                                   "found_off"};
constexpr std::size_t most_bytes = 1024;

// The word after `key`, up to the next space; `why` takes the rest of the line.
std::optional<std::string_view> take(std::string_view& rest, std::string_view key) {
  if (!rest.starts_with(key)) return std::nullopt;
  rest.remove_prefix(key.size());
  const auto end = rest.find(' ');
  const auto value = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return value;
}

}  // namespace

std::string_view word(HoldKind kind) { return words[static_cast<std::size_t>(kind)]; }

std::string to_text(const Hold& hold) {
  std::string by = printable(hold.by, 80);
  for (char& c : by)
    if (c == ' ') c = '_';
  auto text = std::string(word(hold.kind));
  if (hold.until) text += " until=" + to_string(*hold.until);
  return text + fmt::format(" since={} by={} why={}", to_string(hold.since), by, printable(hold.why, 300));
}

Result<Hold> parse_hold(std::string_view text) {
  const auto broken = [&] { return fail(ErrorCode::parse, "hold: " + printable(text, 120)); };
  if (text.size() > most_bytes) return broken();
  auto rest = text;
  const auto kind = take(rest, "");
  Hold hold;
  std::size_t i = 0;
  while (i < words.size() && words[i] != *kind) ++i;
  if (i == words.size()) return broken();
  hold.kind = static_cast<HoldKind>(i);
  if (const auto until = take(rest, "until=")) {
    const auto at = parse_instant(*until);
    if (!at) return broken();
    hold.until = *at;
  }
  const auto since = take(rest, "since=");
  if (!since) return broken();
  const auto at = parse_instant(*since);
  if (!at) return broken();
  hold.since = *at;
  const auto by = take(rest, "by=");
  if (!by || !rest.starts_with("why=")) return broken();
  hold.by = std::string(*by);
  hold.why = std::string(rest.substr(4));
  return hold;
}

}  // namespace forestall::guard
