// SPDX-License-Identifier: Apache-2.0
// How forestalld ends, for scripts and for systemd's Restart= and RestartPreventExitStatus=.
#pragma once

#include <cstdint>

namespace forestall::runtime {

enum class ExitCode : std::uint8_t {
  ok = 0,       // asked to leave, everything settled
  refused = 1,  // could not start: configuration, port taken, state directory in use. Fix it first
  usage = 2,    // the command line is wrong
  failed = 3,   // a part failed while running; a restart may help
  drain_timeout =
      4,  // asked to leave, but something did not settle in time; it is re-driven at the next start
  second_signal = 5,  // told twice to leave, left at once
};

constexpr int to_int(ExitCode code) { return static_cast<int>(code); }

}  // namespace forestall::runtime
