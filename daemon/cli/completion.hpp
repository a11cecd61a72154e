// SPDX-License-Identifier: Apache-2.0
// Completion scripts for shells, written from the table of commands. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cli/command.hpp"

namespace forestall::cli {

// Options of every command, for help and completion alike.
std::vector<Argument> global_arguments();

// "bash", "zsh" or "fish"; empty for another.
std::string completion(std::string_view shell, std::span<const Command> commands);

}  // namespace forestall::cli
