// SPDX-License-Identifier: Apache-2.0
// A notice as Prometheus' Alertmanager takes it (API v2, postableAlerts). Pure.
#pragma once

#include <string>

#include "connectors/ports/notifier.hpp"

namespace forestall::notify::alertmanager {

// One alert: its labels are the notice's (alertname, seller, kind, account, forestall_key), so that
// a later notice of the same key updates it, and one that is resolved ends it. It ends by itself at
// Notice::stands_until.
std::string body_of(const ports::Notice& notice);

}  // namespace forestall::notify::alertmanager
