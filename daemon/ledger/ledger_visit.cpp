// SPDX-License-Identifier: Apache-2.0
// Reading some kinds of what is kept, slice by slice, so that nothing large is in memory at once.
#include <utility>

#include "daemon/ledger/entity_codec.hpp"
#include "daemon/ledger/ledger.hpp"

namespace forestall::ledger {

Task<std::size_t> Ledger::visit_kinds(std::string letters, std::function<bool(std::string_view field)> wanted,
                                      std::function<void(model::Observation&&)> take) {
  std::size_t unread = 0;
  std::string cursor = "0";
  do {
    auto reply = co_await fcall("forestall_load", {"entity", cursor, std::to_string(options_.slice)},
                                redis::Repeat::harmless);
    if (!reply) co_return std::unexpected(reply.error());
    auto slice = decode_record_slice(*reply);
    if (!slice) co_return std::unexpected(slice.error());
    for (const auto& [field, record] : slice->records) {
      if (field.empty() || letters.find(field.front()) == std::string::npos) continue;
      if (wanted && !wanted(field)) continue;
      auto observation = decode_entity(field, record);
      if (observation)
        take(std::move(*observation));
      else
        ++unread;
    }
    cursor = slice->cursor;
  } while (cursor != "0");
  co_return unread;
}

}  // namespace forestall::ledger
