// SPDX-License-Identifier: Apache-2.0
// Server-sent events on a connection whose head is already written.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <chrono>
#include <cstdint>
#include <functional>

#include "config/base/clock.hpp"
#include "daemon/web/event_hub.hpp"

namespace forestall::web {

enum class StreamStep : std::uint8_t { waits, writes };

struct StreamPorts {
  Clock& clock;
  std::chrono::nanoseconds heartbeat;
  // Called before each step: whoever watches deadlines gives a time to writing and none to waiting. False:
  // the stream is to end.
  std::function<bool(StreamStep)> enters;
};

// Until the peer leaves, writing fails, or the socket's operations are cancelled. What the peer says
// meanwhile is read and dropped, up to 4 KiB; a peer that says more is left.
boost::asio::awaitable<void> send_events(boost::asio::generic::stream_protocol::socket& socket,
                                         EventReader& reader, const StreamPorts& ports);

}  // namespace forestall::web
