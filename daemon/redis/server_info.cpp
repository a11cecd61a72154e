// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/server_info.hpp"

#include "config/base/text.hpp"

namespace forestall::redis {

ServerInfo ServerInfo::parse(std::string_view info_text) {
  ServerInfo info;
  for (const std::string_view raw : split(info_text, '\n')) {
    const std::string_view line = trim(raw);
    const auto colon = line.find(':');
    if (line.starts_with('#') || colon == std::string_view::npos || colon == 0) continue;
    info.values_.emplace(line.substr(0, colon), line.substr(colon + 1));
  }
  return info;
}

std::string_view ServerInfo::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<std::int64_t> ServerInfo::number(std::string_view name) const {
  return parse_integer<std::int64_t>(text(name));
}

std::optional<int> ServerInfo::major_version() const {
  const auto all = version();
  return parse_integer<int>(all.substr(0, all.find('.')));
}

}  // namespace forestall::redis
