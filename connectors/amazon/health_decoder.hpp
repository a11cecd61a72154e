// SPDX-License-Identifier: Apache-2.0
// The seller performance report (GET_V2_SELLER_PERFORMANCE_REPORT). Pure.
#pragma once

#include <string_view>

#include "connectors/amazon/place.hpp"
#include "connectors/model/observation.hpp"

namespace forestall::amazon {

// One AccountHealth: the rates of our marketplace with the limits in force there. Amazon's schema and
// Amazon's own example spell some names differently; both are read. A metric that cannot be read is left out.
// parse: no JSON, or nothing about our marketplace.
Result<model::AccountHealth> decode_health(std::string_view report, const Place& place,
                                           const Reading& reading);

}  // namespace forestall::amazon
