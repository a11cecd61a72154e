// SPDX-License-Identifier: Apache-2.0
// The part that holds the one HTTP client of the daemon, for channels, carriers and alert sinks.
#pragma once

#include "connectors/http/client.hpp"
#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"

namespace forestall::app {

// `client` lives as long as the Part does. Its deadlines are real time (Context::machine_clock).
struct HttpPart {
  Part part;
  http::HttpClient& client;
};

// Throws std::runtime_error where [daemon] ca_file or proxy cannot be used.
HttpPart make_http(Context& context);

}  // namespace forestall::app
