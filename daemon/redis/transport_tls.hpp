// SPDX-License-Identifier: Apache-2.0
// The TLS stream, in a unit of its own because it is slow to compile. Private to this folder.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <string_view>

#include "daemon/redis/transport.hpp"

namespace forestall::redis {

boost::asio::awaitable<Result<std::unique_ptr<Transport>>> connect_tls(boost::asio::any_io_executor executor,
                                                                       const Endpoint& endpoint,
                                                                       const TlsFiles& tls);

// Of transport.cpp.
boost::asio::awaitable<Result<boost::asio::ip::tcp::socket>> connect_tcp(
    boost::asio::any_io_executor executor, const Endpoint& endpoint);
std::unexpected<Error> transport_error(std::string_view step, const boost::system::error_code& ec);

}  // namespace forestall::redis
