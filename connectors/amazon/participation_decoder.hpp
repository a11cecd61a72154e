// SPDX-License-Identifier: Apache-2.0
// Sellers v1: the answer of getMarketplaceParticipations. Pure.
#pragma once

#include <string_view>

#include "config/base/error.hpp"

namespace forestall::amazon {

// Whether the seller takes part in the marketplace. parse where the answer cannot be read.
Result<bool> decode_participation(std::string_view body, std::string_view marketplace);

}  // namespace forestall::amazon
