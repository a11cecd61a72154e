// SPDX-License-Identifier: Apache-2.0
// From argv to a command and its values, through the table. CLI11 stays inside command_line.cpp.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "daemon/cli/command.hpp"

namespace forestall::cli {

struct Parsed {
  const Command* command = nullptr;
  Invocation invocation;
};

// Where there is nothing to run: help and version on stdout with 0, usage errors on stderr with 2.
struct Printed {
  std::string out;
  std::string err;
  Exit exit = Exit::ok;
};

// `arguments` without the program's name. Global options may stand before or after the command.
std::expected<Parsed, Printed> parse(std::span<const Command> commands, std::vector<std::string> arguments,
                                     const std::string& version);

}  // namespace forestall::cli
