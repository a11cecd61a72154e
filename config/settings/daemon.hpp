// SPDX-License-Identifier: Apache-2.0
// [daemon]: the process itself.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/base/log.hpp"
#include "config/base/time.hpp"
#include "config/settings/values.hpp"

namespace forestall {

constexpr auto words(std::type_identity<LogLevel>) {
  return std::to_array<std::pair<std::string_view, LogLevel>>({{"error", LogLevel::error},
                                                               {"warning", LogLevel::warning},
                                                               {"notice", LogLevel::notice},
                                                               {"info", LogLevel::info},
                                                               {"debug", LogLevel::debug}});
}

}  // namespace forestall

namespace forestall::config {

enum class LogFormat : std::uint8_t { key_value, json };
constexpr auto words(std::type_identity<LogFormat>) {
  return std::to_array<std::pair<std::string_view, LogFormat>>(
      {{"key_value", LogFormat::key_value}, {"json", LogFormat::json}});
}

struct DaemonSettings {
  std::filesystem::path state_dir = "/var/lib/forestall";
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::key_value;
  Millis drain_deadline = std::chrono::seconds(20);
  Millis progress_deadline = std::chrono::seconds(30);
  Millis turn_limit = std::chrono::milliseconds(5);
  std::uint32_t worker_threads = 2;
  Millis max_clock_skew = std::chrono::seconds(60);
  std::optional<std::filesystem::path> ca_file;
  std::optional<std::filesystem::path> cancel_limits_file;
  std::optional<Url> proxy;

  friend bool operator==(const DaemonSettings&, const DaemonSettings&) = default;
};

}  // namespace forestall::config
