// SPDX-License-Identifier: Apache-2.0
// UPS Track: one number a call, OAuth 2.0 client credentials.
#pragma once

#include <memory>

#include "config/settings/carrier.hpp"
#include "connectors/ports/carrier.hpp"
#include "connectors/ports/context.hpp"

namespace forestall::carriers::ups {

// Settings: client_id, client_secret.
Result<std::unique_ptr<ports::Carrier>> make_carrier(const config::CarrierSettings& settings,
                                                     const ports::Context& context);

}  // namespace forestall::carriers::ups
