// SPDX-License-Identifier: Apache-2.0
// patchListingsItem: the body that sets quantities and nothing else, and what the answer means. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/amazon/listing_decoder.hpp"
#include "connectors/http/message.hpp"
#include "connectors/ports/marketplace.hpp"

namespace forestall::amazon {

// What a pause must remember: "restore/1?c0=DEFAULT&q0=5".
std::string restore_text(std::span<const FulfilmentRecord> records);
// The seller's records in it; empty for text that is none of ours.
std::vector<FulfilmentRecord> read_restore(std::string_view text);

// `total` over the seller's own records of a listing. Zero is zero for each. Else in proportion to what they
// show now or, where that is nothing, to what they showed `before`; where that is nothing either, all to the
// first (DEFAULT, if there is one). A listing normally has one record.
std::vector<FulfilmentRecord> share_out(Units total, std::span<const FulfilmentRecord> now,
                                        std::span<const FulfilmentRecord> before);

enum class Patch : bool { apply, preview };
// `merge` sets the quantity of each channel code and keeps what else its record says (lead time, restock
// date).
http::Request patch_quantities(const Place& place, std::string_view sku,
                               std::span<const FulfilmentRecord> quantities, Patch mode);

// ACCEPTED (or VALID of a preview): taken, not done. invalid_argument with Amazon's reasons for INVALID,
// which comes with HTTP 200. outcome_unknown for an answer that cannot be read.
Result<ports::WriteReceipt> decode_patch(std::string_view body, Patch mode);

}  // namespace forestall::amazon
