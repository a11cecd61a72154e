// SPDX-License-Identifier: Apache-2.0
// The log port: an event is a level, a snake_case name and key=value fields. What becomes of it (journald,
// JSON, a test's list) is the sink's business; the sinks for real use stand in daemon/log.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/ids.hpp"
#include "config/base/money.hpp"
#include "config/base/time.hpp"
#include "config/base/units.hpp"

namespace forestall {

// The numbers are journald's (syslog's) priorities.
enum class LogLevel : std::uint8_t { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };
std::string_view level_name(LogLevel level);

// One key and its value as text. There is no constructor for Secret, and none that would print one.
struct LogField {
  std::string_view key;
  std::string value;
  bool quoted = true;  // false for numbers and booleans, so that JSON keeps their type

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(std::string_view k, bool v) : key(k), value(v ? "true" : "false"), quoted(false) {}
  template <class T>
    requires(std::is_arithmetic_v<T> && !std::same_as<T, bool>)
  LogField(std::string_view k, T v) : key(k), value(fmt::format("{}", v)), quoted(false) {}
  LogField(std::string_view k, Units v) : LogField(k, v.count()) {}
  LogField(std::string_view k, const Money& v) : key(k), value(to_string(v)) {}
  LogField(std::string_view k, Instant v) : key(k), value(to_string(v)) {}
  LogField(std::string_view k, Millis v) : key(k), value(duration_text(v)) {}
  LogField(std::string_view k, const Error& v) : key(k), value(to_string(v)) {}
  template <class Tag>
  LogField(std::string_view k, const Id<Tag>& v) : key(k), value(v.str()) {}
};

struct LogRecord {
  LogLevel level = LogLevel::info;
  std::string_view event;  // "listing_paused": what dashboards and tests search for
  std::vector<LogField> fields;
};

class LogSink {
 public:
  virtual ~LogSink() = default;
  // Must not throw and must not block for long; a line that cannot be written is counted, not waited for.
  virtual void write(const LogRecord& record) noexcept = 0;
};

// Cheap to copy. Pass it by value; `with` adds fields to every line of a part of the program.
class Logger {
 public:
  explicit Logger(LogSink& sink, LogLevel most = LogLevel::info) : sink_(&sink), most_(most) {}

  Logger with(std::initializer_list<LogField> fields) const;
  bool enabled(LogLevel level) const { return level <= most_; }

  void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {}) const;
  void error(std::string_view event, std::initializer_list<LogField> f = {}) const {
    log(LogLevel::error, event, f);
  }
  void warning(std::string_view event, std::initializer_list<LogField> f = {}) const {
    log(LogLevel::warning, event, f);
  }
  void notice(std::string_view event, std::initializer_list<LogField> f = {}) const {
    log(LogLevel::notice, event, f);
  }
  void info(std::string_view event, std::initializer_list<LogField> f = {}) const {
    log(LogLevel::info, event, f);
  }
  void debug(std::string_view event, std::initializer_list<LogField> f = {}) const {
    log(LogLevel::debug, event, f);
  }

 private:
  LogSink* sink_;
  LogLevel most_;
  std::vector<LogField> common_;
};

// key=value, values quoted where they hold a space, a quote, '=' or a control character. No priority, no
// time.
std::string format_key_value(const LogRecord& record);
// One JSON object: {"level":"info","event":"...",...}.
std::string format_json(const LogRecord& record);

// For tests: keeps every line as key=value text.
class MemoryLogSink final : public LogSink {
 public:
  void write(const LogRecord& record) noexcept override;
  const std::vector<std::string>& lines() const { return lines_; }
  // How many lines hold `text`.
  std::size_t count(std::string_view text) const;
  void clear() { lines_.clear(); }

 private:
  std::vector<std::string> lines_;
};

}  // namespace forestall
