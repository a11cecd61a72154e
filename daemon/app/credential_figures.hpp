// SPDX-License-Identifier: Apache-2.0
// When credentials stop working, as far as the configuration says it.
#pragma once

#include "daemon/app/context.hpp"

namespace forestall::app {

// forestall_credential_expires_timestamp_seconds for each account with `secret_expires`.
void add_credential_figures(Context& context);

}  // namespace forestall::app
