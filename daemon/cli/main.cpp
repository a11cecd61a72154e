// SPDX-License-Identifier: Apache-2.0
// forestall: finds the command in the table, runs it, prints what it says.
#include <cstdio>
#include <string>
#include <vector>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/commands.hpp"

int main(int argc, char** argv) {
  using namespace forestall::cli;
  const auto table = commands();
  auto parsed = parse(table, {argv + 1, argv + argc}, FORESTALL_VERSION);
  Exit exit = Exit::ok;
  std::string out;
  std::string err;
  if (parsed) {
    auto& invocation = parsed->invocation;
    invocation.terminal = detect_terminal();
    exit = parsed->command->run(invocation);
    out = std::move(invocation.out);
    err = std::move(invocation.err);
  } else {
    out = std::move(parsed.error().out);
    err = std::move(parsed.error().err);
    exit = parsed.error().exit;
  }
  std::fputs(err.c_str(), stderr);
  std::fwrite(out.data(), 1, out.size(), stdout);
  // A full disk behind `forestall status > file` is not success.
  if (std::fflush(stdout) != 0 && exit == Exit::ok) exit = Exit::failed;
  return static_cast<int>(exit);
}
