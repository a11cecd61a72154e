// SPDX-License-Identifier: Apache-2.0
// Alerts to a Slack channel, by an incoming webhook.
#pragma once

#include <memory>

#include "config/settings/notify.hpp"
#include "connectors/ports/context.hpp"
#include "connectors/ports/notifier.hpp"

namespace forestall::notify::slack {

// Settings: secret_url, the whole URL that Slack gave; it is never shown.
Result<std::unique_ptr<ports::Notifier>> make_notifier(const config::NotifySettings& settings,
                                                       const ports::Context& context);

}  // namespace forestall::notify::slack
