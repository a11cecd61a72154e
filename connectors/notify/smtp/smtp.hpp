// SPDX-License-Identifier: Apache-2.0
// Alerts as mails, by SMTP over TLS.
#pragma once

#include <memory>

#include "config/settings/notify.hpp"
#include "connectors/ports/context.hpp"
#include "connectors/ports/notifier.hpp"

namespace forestall::notify::smtp {

// Settings: url (smtp://host:587 with STARTTLS, smtps://host:465), from, to; username and password
// (optional); tls = "off" for a relay on this machine. Deadlines are on context.clock.
Result<std::unique_ptr<ports::Notifier>> make_notifier(const config::NotifySettings& settings,
                                                       const ports::Context& context);

}  // namespace forestall::notify::smtp
