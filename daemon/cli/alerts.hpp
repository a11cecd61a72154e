// SPDX-License-Identifier: Apache-2.0
// The commands about alerts: alerts, ack, snooze.
#pragma once

#include <vector>

#include "daemon/cli/command.hpp"

namespace forestall::cli {

std::vector<Command> alert_commands();

}  // namespace forestall::cli
