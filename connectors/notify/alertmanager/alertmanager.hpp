// SPDX-License-Identifier: Apache-2.0
// Alerts to Prometheus' Alertmanager.
#pragma once

#include <memory>

#include "config/settings/notify.hpp"
#include "connectors/ports/context.hpp"
#include "connectors/ports/notifier.hpp"

namespace forestall::notify::alertmanager {

// Settings: url (without /api/v2/alerts); token (optional, Authorization: Bearer).
Result<std::unique_ptr<ports::Notifier>> make_notifier(const config::NotifySettings& settings,
                                                       const ports::Context& context);

}  // namespace forestall::notify::alertmanager
