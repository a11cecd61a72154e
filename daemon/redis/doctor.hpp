// SPDX-License-Identifier: Apache-2.0
// What about a server of somebody else's would lose data or stop us one day. Pure: from the text of INFO and
// the values of CONFIG GET.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"
#include "daemon/redis/client.hpp"
#include "daemon/redis/server_info.hpp"

namespace forestall::redis {

enum class Severity : std::uint8_t {
  ok,       // looked at, fine
  warning,  // works today; may lose acknowledged writes or stop later
  failed,   // cannot be used like this
};
std::string_view severity_name(Severity severity);

struct Finding {
  Severity severity = Severity::ok;
  std::string check;  // stable snake_case name: "append_only"
  std::string what;   // what was found
  std::string to_do;  // what to do about it; empty for ok
  friend bool operator==(const Finding&, const Finding&) = default;
};

using ServerSettings = std::map<std::string, std::string, std::less<>>;  // CONFIG GET as names and values

// Every check once, the fine ones too. Where CONFIG may not be read (`settings` empty) INFO has to do, and
// what cannot be known is a warning that says so.
std::vector<Finding> examine_server(const ServerInfo& info, const ServerSettings& settings);

// Asks and examines: a connection that cannot be made is itself a finding.
boost::asio::awaitable<std::vector<Finding>> examine(Client& client);

}  // namespace forestall::redis
