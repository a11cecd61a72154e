// SPDX-License-Identifier: Apache-2.0
// Request targets and form bodies.
#include "tests/sandbox/exchange.hpp"

#include "config/base/text.hpp"

namespace forestall::sandbox {

namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text, bool plus_is_space) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      result.push_back(static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2])));
      i += 2;
    } else {
      result.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return result;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (text.empty()) return pairs;
  for (const std::string_view piece : split(text, '&')) {
    const std::size_t equals = std::min(piece.find('='), piece.size());
    pairs.emplace_back(decoded(piece.substr(0, equals), true),
                       equals < piece.size() ? decoded(piece.substr(equals + 1), true) : "");
  }
  return pairs;
}

void parse_target(std::string_view target, Request& request) {
  const std::size_t mark = target.find('?');
  std::string_view path = target.substr(0, mark);
  if (path.starts_with('/')) path.remove_prefix(1);
  for (const std::string_view segment : split(path, '/')) request.path.push_back(decoded(segment, false));
  if (mark != std::string_view::npos) request.query = parse_form(target.substr(mark + 1));
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return std::nullopt;
}

std::vector<std::string> Request::list(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : query)
    if (key == name && !value.empty())
      for (const std::string_view piece : split(value, ',')) values.emplace_back(piece);
  return values;
}

}  // namespace forestall::sandbox
