// SPDX-License-Identifier: Apache-2.0
// Asks a channel, outside the daemon, what an account's credentials may do there.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "config/base/error.hpp"
#include "config/settings/account.hpp"
#include "config/settings/daemon.hpp"
#include "connectors/ports/marketplace.hpp"

namespace forestall::cli {

// Every permission, each tested by a call that changes nothing; through the proxy and authorities of
// `daemon`. An error where no connector can be made of the settings.
Result<std::vector<ports::DoctorFinding>> visit(const config::AccountSettings& account,
                                                const config::DaemonSettings& daemon,
                                                const std::string& version,
                                                std::chrono::seconds within = std::chrono::seconds(90));

}  // namespace forestall::cli
