// SPDX-License-Identifier: Apache-2.0
// A few commands on a connection that nobody shares: the handshake, and looking at a server before using it.
// Private to this folder.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "config/base/error.hpp"
#include "daemon/redis/reply.hpp"
#include "daemon/redis/request.hpp"
#include "daemon/redis/transport.hpp"

namespace forestall::redis {

// The replies to all commands of the request, in order. Without a deadline of its own. The bytes sent are
// wiped.
boost::asio::awaitable<Result<std::vector<Reply>>> exchange(Transport& transport, Request request);

}  // namespace forestall::redis
