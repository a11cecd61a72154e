// SPDX-License-Identifier: Apache-2.0
// FedEx Track: thirty numbers a call, OAuth 2.0 client credentials in the form.
#pragma once

#include <memory>

#include "config/settings/carrier.hpp"
#include "connectors/ports/carrier.hpp"
#include "connectors/ports/context.hpp"

namespace forestall::carriers::fedex {

// Settings: client_id, client_secret.
Result<std::unique_ptr<ports::Carrier>> make_carrier(const config::CarrierSettings& settings,
                                                     const ports::Context& context);

}  // namespace forestall::carriers::fedex
