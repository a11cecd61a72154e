// SPDX-License-Identifier: Apache-2.0
// What a server says about itself: the text of INFO as named values.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace forestall::redis {

class ServerInfo {
 public:
  ServerInfo() = default;
  // Lines "name:value"; comments and lines that are neither are skipped. The first of equal names counts.
  static ServerInfo parse(std::string_view info_text);

  bool empty() const { return values_.empty(); }
  // Empty when the server did not say.
  std::string_view text(std::string_view name) const;
  std::optional<std::int64_t> number(std::string_view name) const;

  std::string_view version() const { return text("redis_version"); }  // "7.0.15"
  std::optional<int> major_version() const;
  bool is_replica() const { return text("role") == "slave"; }
  bool is_loading() const { return text("loading") == "1"; }
  std::string_view run_id() const { return text("run_id"); }  // changes with every start of the server

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace forestall::redis
