// SPDX-License-Identifier: Apache-2.0
// EasyPost: the aggregator that knows parcels of every carrier, those included that answer only their own
// customers.
#pragma once

#include <memory>

#include "config/settings/carrier.hpp"
#include "connectors/ports/carrier.hpp"
#include "connectors/ports/context.hpp"

namespace forestall::carriers::easypost {

// Settings: token (the API key), webhook_secret (optional: without it no message is believed).
Result<std::unique_ptr<ports::Carrier>> make_carrier(const config::CarrierSettings& settings,
                                                     const ports::Context& context);

}  // namespace forestall::carriers::easypost
