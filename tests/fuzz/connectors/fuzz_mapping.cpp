// SPDX-License-Identifier: Apache-2.0
// Any bytes as a mapping file: whatever is taken resolves, and what is ambiguous never does.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "connectors/mapping/mapping.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall::mapping;
  const auto file = parse_mapping({reinterpret_cast<const char*>(data), size});
  if (!file) {
    if (file.error().detail.empty()) std::abort();
    return 0;
  }
  const auto& mapping = file->mapping;
  for (const auto& entry : mapping.entries()) {
    const auto& account = mapping.accounts()[entry.account];
    const auto found = resolve(mapping, account, entry.listing, true);
    if (found.found != Found::by_file || found.components.empty()) std::abort();
    if (mapping.find_ambiguous(account, entry.listing) != nullptr) std::abort();
  }
  if (file->problem_count < file->unattributed || file->problems.size() > max_reported) std::abort();
  return 0;
}
