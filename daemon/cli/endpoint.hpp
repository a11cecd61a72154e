// SPDX-License-Identifier: Apache-2.0
// Which daemon a command means, and with which token: from the options, else from the configuration.
#pragma once

#include "daemon/cli/api_client.hpp"
#include "daemon/cli/command.hpp"

namespace forestall::cli {

// --api, else the Unix socket in the state directory where there is one, else api.listen; --token-file, else
// api.token as far as we may read it. A configuration that cannot be read is no error here: the defaults may
// do, and `doctor` says more.
Result<ApiClient> connect(const GlobalOptions& options);

// GET, expecting 200 (or `also`): the parsed body. Else a complaint in `invocation.err` and the exit code to
// return.
struct Fetched {
  unsigned status = 0;
  std::string body;
};
std::expected<Fetched, Exit> get(Invocation& invocation, std::string_view target, unsigned also = 200);

// The same with POST, for what changes state; waits up to ten minutes. A body is sent as text/csv.
std::expected<Fetched, Exit> post(Invocation& invocation, std::string_view target, unsigned also = 200,
                                  std::string_view csv = {});

// What `error` means for a script.
Exit exit_for(const Error& error);

}  // namespace forestall::cli
