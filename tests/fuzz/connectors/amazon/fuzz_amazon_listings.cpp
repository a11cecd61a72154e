// SPDX-License-Identifier: Apache-2.0
// Any bytes as answers of searchListingsItems, getListingsItem and patchListingsItem.
#include "connectors/amazon/listing_decoder.hpp"
#include "connectors/amazon/patch.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzzed_place.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall;
  using namespace forestall::amazon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto page = decode_listings(text, fuzzed_place(), fuzzed_reading())) must_be_sound(*page);
  if (const auto listing = decode_listing(text, "TEA", fuzzed_place(), fuzzed_reading())) {
    must(model::check(listing->state).has_value());
    // What may be written can be: shares add up, and none is Amazon's.
    if (listing->why_not_writable().empty()) {
      Units sum;
      for (const auto& share : share_out(Units(7), listing->records, {})) {
        must(!share.amazons());
        sum += share.quantity.value();
      }
      must(sum == Units(7));
    }
    for (const auto& record : read_restore(restore_text(listing->records))) must(!record.amazons());
  }
  // An answer to a write is taken, refused or unclear; nothing else.
  const auto answer = decode_patch(text, Patch::apply);
  must(answer || answer.error().code == ErrorCode::invalid_argument ||
       answer.error().code == ErrorCode::outcome_unknown);
  return 0;
}
