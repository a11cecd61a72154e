// SPDX-License-Identifier: Apache-2.0
// Waiting in a coroutine, on whatever clock was injected.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "config/base/clock.hpp"

namespace forestall::net {

// Resumes at or soon after `when`. Throws boost::system::system_error(operation_aborted) when cancelled, so
// that `op || sleep_until(...)` cancels and joins whichever loses.
boost::asio::awaitable<void> sleep_until(Clock& clock, Monotonic when);
boost::asio::awaitable<void> sleep_for(Clock& clock, std::chrono::nanoseconds duration);

}  // namespace forestall::net
