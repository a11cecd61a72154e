// SPDX-License-Identifier: Apache-2.0
#include "daemon/log/read_line.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/log/line.hpp"

namespace forestall::logging {
namespace json = boost::json;
namespace {

std::optional<std::string> unquoted(std::string_view token) {
  json::error_code ec;
  const auto value = json::parse(token, ec);
  if (ec || !value.is_string()) return std::nullopt;
  return std::string(value.as_string());
}

// The end of a quoted value, past its closing quote; npos: it has none.
std::size_t end_of_quoted(std::string_view text, std::size_t from) {
  for (std::size_t i = from + 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      return i + 1;
  }
  return std::string_view::npos;
}

std::optional<LogLine> read_json(std::string_view text) {
  json::error_code ec;
  const auto value = json::parse(text, ec);
  if (ec || !value.is_object()) return std::nullopt;
  LogLine line;
  for (const auto& [key, field] : value.as_object()) {
    auto told = field.is_string() ? std::string(field.as_string()) : json::serialize(field);
    if (key == "time")
      line.time = std::move(told);
    else
      line.fields[std::string(key)] = std::move(told);
  }
  return line;
}

}  // namespace

std::string_view LogLine::value(std::string_view key) const {
  const auto at = fields.find(key);
  return at == fields.end() ? std::string_view() : at->second;
}

std::optional<LogLine> read_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  if (text.size() > max_line_bytes) return std::nullopt;
  if (text.size() > 3 && text[0] == '<' && text[2] == '>') text.remove_prefix(3);
  if (text.starts_with('{')) {
    auto line = read_json(text);
    return line && !line->value("event").empty() ? line : std::nullopt;
  }
  LogLine line;
  if (!text.starts_with("level=")) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    line.time = text.substr(0, space);
    text.remove_prefix(space + 1);
  }
  while (!text.empty()) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) return std::nullopt;
    std::string key(text.substr(0, equals));
    text.remove_prefix(equals + 1);
    std::size_t end = 0;
    std::string value;
    if (text.starts_with('"')) {
      end = end_of_quoted(text, 0);
      auto told = end == std::string_view::npos ? std::nullopt : unquoted(text.substr(0, end));
      if (!told) return std::nullopt;
      value = std::move(*told);
    } else {
      end = std::min(text.find(' '), text.size());
      value = text.substr(0, end);
    }
    text.remove_prefix(end);
    if (!text.empty() && text.front() != ' ') return std::nullopt;
    if (!text.empty()) text.remove_prefix(1);
    line.fields[std::move(key)] = std::move(value);
  }
  return line.value("event").empty() ? std::nullopt : std::optional(std::move(line));
}

}  // namespace forestall::logging
