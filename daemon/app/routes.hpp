// SPDX-License-Identifier: Apache-2.0
// The pages of the daemon itself: metrics, health, readiness, status, and the description of all pages.
#pragma once

#include "daemon/app/context.hpp"

namespace forestall::app {

// Adds them in front of what the parts added. The description covers every route that is in the context by
// the first time somebody asks for it.
void add_own_routes(Context& context);

}  // namespace forestall::app
