// SPDX-License-Identifier: Apache-2.0
// The part that looks after the process itself: log, watchdog, length of turns.
#pragma once

#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"

namespace forestall::app {

Part make_housekeeping(Context& context);

// The metrics of the process, its loop, its log and its workers.
void add_own_figures(Context& context);

}  // namespace forestall::app
