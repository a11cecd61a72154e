// SPDX-License-Identifier: Apache-2.0
// The one place where the parts of the daemon are put together.
#pragma once

#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"

namespace forestall::app {

// To add a part: write `Part make_x(Context&)` in its own file, which makes the object, adds its metrics,
// routes, conditions and status to the context, and call it here at its place in the order. `context`
// outlives the parts.
Parts compose(Context& context);

}  // namespace forestall::app
