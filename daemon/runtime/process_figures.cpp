// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/process_figures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace forestall::runtime {
namespace {

// The fields of /proc/self/stat after the program's name, which may hold anything: field 3 of proc(5) comes
// first.
std::vector<std::string> stat_fields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  std::istringstream rest(line.substr(std::min(line.rfind(')') + 1, line.size())));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

double boot_time_seconds() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  return 0;
}

}  // namespace

ProcessFigures read_process_figures() {
  ProcessFigures figures;
  const auto fields = stat_fields();
  const auto number = [&](std::size_t field) {  // as numbered in proc(5)
    std::uint64_t value = 0;
    if (field - 3 < fields.size()) {
      const auto& text = fields[field - 3];
      std::from_chars(text.data(), text.data() + text.size(), value);
    }
    return value;
  };
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  figures.cpu_seconds = static_cast<double>(number(14) + number(15)) / ticks;
  figures.threads = number(20);
  figures.start_time_seconds = boot_time_seconds() + static_cast<double>(number(22)) / ticks;
  figures.virtual_bytes = number(23);
  figures.resident_bytes = number(24) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.max_fds = limit.rlim_cur;
  std::error_code ignored;
  for (std::filesystem::directory_iterator it("/proc/self/fd", ignored), end; it != end;
       it.increment(ignored))
    ++figures.open_fds;
  if (figures.open_fds > 0) --figures.open_fds;  // the one that reads the directory
  return figures;
}

}  // namespace forestall::runtime
