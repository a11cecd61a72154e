// SPDX-License-Identifier: Apache-2.0
// Any bytes as a configuration: problems or settings, never a crash; and settings print as text that reads
// back.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/settings/diff.hpp"
#include "config/settings/load.hpp"
#include "config/settings/print.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall::config;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Without secrets: a fuzzer must not open the files that it names.
  const LoadOptions options{.read_secrets = false};
  const auto settings = parse(text, "/etc/forestall.toml", options);
  if (!settings) {
    if (settings.error().empty()) std::abort();
    for (const auto& problem : settings.error())
      if (to_string(problem).find('\n') != std::string::npos) std::abort();
    return 0;
  }
  const auto again = parse(effective(*settings), "/etc/forestall.toml", options);
  if (!again || *again != *settings || !diff(*settings, *again).empty()) std::abort();
  return 0;
}
