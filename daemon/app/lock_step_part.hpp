// SPDX-License-Identifier: Apache-2.0
// The part that moves a world in lock-step on: only once everything has started, until its history is over.
#pragma once

#include <functional>

#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"
#include "daemon/timing/lock_step.hpp"

namespace forestall::app {

// The first part: what stops may still wait for the world. `leave` asks the daemon to stop.
Part make_lock_step(Context& context, timing::LockStep& lock_step, std::function<void()> leave);

}  // namespace forestall::app
