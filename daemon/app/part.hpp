// SPDX-License-Identifier: Apache-2.0
// A part of the daemon: something that is started, perhaps reloaded, and stopped.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "config/base/error.hpp"
#include "config/settings/settings.hpp"

namespace forestall::app {

struct Part {
  std::string name;
  // Returns when the part works, or why it cannot. May take long; is cancelled when the daemon is asked to
  // stop.
  std::function<boost::asio::awaitable<Status>()> start{};
  // Settles and joins everything of the part. Also called when start() failed or was cancelled on the way.
  std::function<boost::asio::awaitable<void>()> stop{};
  // Takes over what can be changed while running. Parts that cannot change anything leave it empty.
  std::function<void(const config::Settings&)> reload{};
};

// Started in this order, stopped in the reverse one.
using Parts = std::vector<Part>;

}  // namespace forestall::app
