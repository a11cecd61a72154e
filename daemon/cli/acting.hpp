// SPDX-License-Identifier: Apache-2.0
// The commands with which a person sees and overrules decisions: rows of the table of commands.
#pragma once

#include <vector>

#include "daemon/cli/command.hpp"

namespace forestall::cli {

std::vector<Command> acting_commands();

}  // namespace forestall::cli
