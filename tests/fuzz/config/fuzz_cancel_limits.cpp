// SPDX-License-Identifier: Apache-2.0
// Any bytes as presets: problems of one line each, or limits that can be counted with.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/limits/cancel_limits.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall::config;
  const auto parsed =
      parse_cancel_limits({reinterpret_cast<const char*>(data), size}, "/etc/cancel_limits.toml");
  if (!parsed) {
    if (parsed.error().empty()) std::abort();
    for (const auto& problem : parsed.error())
      if (to_string(problem).find('\n') != std::string::npos) std::abort();
    return 0;
  }
  for (const auto& one : *parsed) {
    if (one.share_ppm < 1 || one.share_ppm > 1'000'000) std::abort();
    if (one.window_days < 1 || one.window_days > 400) std::abort();
    if ((one.few_orders > 0) != (one.few_window_days > 0)) std::abort();
    if (!one.read_on.ok() || one.name.empty()) std::abort();
  }
  return 0;
}
