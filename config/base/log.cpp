// SPDX-License-Identifier: Apache-2.0
#include "config/base/log.hpp"

#include <algorithm>

#include "config/base/text.hpp"

namespace forestall {
namespace {

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
          out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        else
          out += c;
    }
  }
  out += '"';
}

bool needs_quotes(std::string_view text) {
  return text.empty() || std::ranges::any_of(text, [](char c) {
           return c == ' ' || c == '"' || c == '=' || c == '\\' || static_cast<unsigned char>(c) < 0x20 ||
                  c == 0x7F;
         });
}

}  // namespace

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::error:
      return "error";
    case LogLevel::warning:
      return "warning";
    case LogLevel::notice:
      return "notice";
    case LogLevel::info:
      return "info";
    case LogLevel::debug:
      return "debug";
  }
  return "info";
}

Logger Logger::with(std::initializer_list<LogField> fields) const {
  Logger child = *this;
  child.common_.insert(child.common_.end(), fields);
  return child;
}

void Logger::log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const {
  if (!enabled(level)) return;
  LogRecord record{level, event, common_};
  record.fields.insert(record.fields.end(), fields);
  sink_->write(record);
}

std::string format_key_value(const LogRecord& record) {
  std::string out = fmt::format("level={} event={}", level_name(record.level), record.event);
  for (const auto& field : record.fields) {
    out += ' ';
    out += field.key;
    out += '=';
    if (field.quoted && needs_quotes(field.value))
      append_quoted(out, field.value);
    else
      out += field.value;
  }
  return out;
}

std::string format_json(const LogRecord& record) {
  std::string out = fmt::format(R"({{"level":"{}","event":)", level_name(record.level));
  append_quoted(out, record.event);
  for (const auto& field : record.fields) {
    out += ',';
    append_quoted(out, field.key);
    out += ':';
    const bool finite = field.value != "inf" && field.value != "-inf" && !field.value.ends_with("nan");
    if (field.quoted || !finite)
      append_quoted(out, is_valid_utf8(field.value) ? field.value : printable(field.value, 4096));
    else
      out += field.value;
  }
  return out + "}";
}

void MemoryLogSink::write(const LogRecord& record) noexcept { lines_.push_back(format_key_value(record)); }

std::size_t MemoryLogSink::count(std::string_view text) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      lines_, [&](const std::string& line) { return line.find(text) != std::string::npos; }));
}

}  // namespace forestall
