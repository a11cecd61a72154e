// SPDX-License-Identifier: Apache-2.0
// What the kernel knows about this process: memory, processor time, descriptors, threads.
#pragma once

#include <cstdint>

namespace forestall::runtime {

struct ProcessFigures {
  double cpu_seconds = 0;  // user and system
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;
  std::uint64_t threads = 0;
  double start_time_seconds = 0;  // Unix time
};

// Zeros where /proc is hidden from us.
ProcessFigures read_process_figures();

}  // namespace forestall::runtime
