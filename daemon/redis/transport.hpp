// SPDX-License-Identifier: Apache-2.0
// A connected byte stream: TCP, TLS or Unix socket behind one port. Private to this folder.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "config/base/error.hpp"
#include "daemon/redis/client.hpp"
#include "daemon/redis/endpoint.hpp"

namespace forestall::redis {

class Transport {
 public:
  virtual ~Transport() = default;
  // At least one byte, or an error: `unavailable` when the other side closed or reset. One of each at a time.
  virtual boost::asio::awaitable<Result<std::size_t>> read_some(std::span<char> into) = 0;
  virtual boost::asio::awaitable<Result<std::size_t>> write_some(std::string_view bytes) = 0;
  // What is in progress ends with an error. May be called at any time, more than once.
  virtual void close() noexcept = 0;
  // Whether a failed write leaves no doubt about what was sent before it.
  virtual bool counts_exactly() const = 0;
};

// Connects; for TLS also verifies the certificate against the authorities and the host name.
boost::asio::awaitable<Result<std::unique_ptr<Transport>>> connect_transport(
    boost::asio::any_io_executor executor, const Endpoint& endpoint, const TlsFiles& tls);

}  // namespace forestall::redis
