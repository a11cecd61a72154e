// SPDX-License-Identifier: Apache-2.0
// The web server as a part of the daemon: options and tokens from the settings.
#pragma once

#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"
#include "daemon/web/server.hpp"

namespace forestall::app {

Part make_web(Context& context);

web::ServerOptions server_options(const config::Settings& settings);
web::AccessRules access_rules(const config::Settings& settings);
// Where `forestall` reaches the daemon without knowing a port.
std::string api_socket(const config::Settings& settings);

}  // namespace forestall::app
