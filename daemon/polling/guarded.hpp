// SPDX-License-Identifier: Apache-2.0
// A bug of a connector costs its own feed a round, and is told as such.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "config/base/error.hpp"

namespace forestall::polling {

// What the round says; internal where it threw. Being cancelled goes through.
boost::asio::awaitable<Status> guarded(boost::asio::awaitable<Status> round);

}  // namespace forestall::polling
