// SPDX-License-Identifier: Apache-2.0
// Answers of a person at a terminal, or of a script on standard input, a line each.
#pragma once

#include <string>

#include "config/base/error.hpp"
#include "config/base/secret.hpp"

namespace forestall::cli {

// Standard input is a terminal: somebody can be asked.
bool somebody_is_there();
// One line without its end; at a terminal after `prompt`. unavailable at the end of the input, too_large
// beyond 64 KiB.
Result<std::string> ask_line(const std::string& prompt);
// The same without showing what is typed.
Result<Secret> ask_secret(const std::string& prompt);

}  // namespace forestall::cli
