// SPDX-License-Identifier: Apache-2.0
// Alerts as signed JSON to any URL.
#pragma once

#include <memory>

#include "config/settings/notify.hpp"
#include "connectors/ports/context.hpp"
#include "connectors/ports/notifier.hpp"

namespace forestall::notify::webhook {

// Settings: url; token (optional, Authorization: Bearer); signing_secret (optional, X-Forestall-Signature).
Result<std::unique_ptr<ports::Notifier>> make_notifier(const config::NotifySettings& settings,
                                                       const ports::Context& context);

}  // namespace forestall::notify::webhook
