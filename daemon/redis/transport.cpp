// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/transport.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/redis/transport_tls.hpp"

namespace forestall::redis {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(asio::generic::stream_protocol::socket socket) : socket_(std::move(socket)) {}

  asio::awaitable<Result<std::size_t>> read_some(std::span<char> into) override {
    const auto [ec, n] = co_await socket_.async_read_some(asio::buffer(into.data(), into.size()), as_result);
    if (ec) co_return transport_error("read", ec);
    co_return n;
  }
  asio::awaitable<Result<std::size_t>> write_some(std::string_view bytes) override {
    const auto [ec, n] = co_await socket_.async_write_some(asio::buffer(bytes), as_result);
    if (ec) co_return transport_error("write", ec);
    co_return n;
  }
  void close() noexcept override {
    error_code ignored;
    socket_.close(ignored);
  }
  bool counts_exactly() const override { return true; }

 private:
  asio::generic::stream_protocol::socket socket_;
};

asio::awaitable<Result<std::unique_ptr<Transport>>> connect_unix(asio::any_io_executor executor,
                                                                 const Endpoint& endpoint) {
  asio::local::stream_protocol::socket socket(executor);
  const auto [ec] =
      co_await socket.async_connect(asio::local::stream_protocol::endpoint(endpoint.path), as_result);
  if (ec) co_return transport_error("connect", ec);
  co_return std::make_unique<PlainTransport>(asio::generic::stream_protocol::socket(std::move(socket)));
}

}  // namespace

std::unexpected<Error> transport_error(std::string_view step, const error_code& ec) {
  if (ec == asio::error::operation_aborted)
    return fail(ErrorCode::cancelled, fmt::format("{}: stopped", step));
  if (ec == asio::error::eof)
    return fail_retryable(ErrorCode::unavailable, "the server closed the connection");
  return fail_retryable(ErrorCode::unavailable, fmt::format("{}: {}", step, ec.message()));
}

asio::awaitable<Result<asio::ip::tcp::socket>> connect_tcp(asio::any_io_executor executor,
                                                           const Endpoint& endpoint) {
  asio::ip::tcp::resolver resolver(executor);
  const auto [lookup, addresses] =
      co_await resolver.async_resolve(endpoint.host, std::to_string(endpoint.port), as_result);
  if (lookup)
    co_return fail_retryable(ErrorCode::unavailable,
                             fmt::format("look up {}: {}", endpoint.host, lookup.message()));
  error_code last = asio::error::host_not_found;
  for (const auto& address : addresses) {
    asio::ip::tcp::socket socket(executor);
    const auto [ec] = co_await socket.async_connect(address.endpoint(), as_result);
    if (ec == asio::error::operation_aborted) co_return transport_error("connect", ec);
    last = ec;
    if (ec) continue;
    error_code ignored;  // an old peer without these is no worse than a slow one
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    co_return socket;
  }
  co_return transport_error("connect", last);
}

asio::awaitable<Result<std::unique_ptr<Transport>>> connect_transport(asio::any_io_executor executor,
                                                                      const Endpoint& endpoint,
                                                                      const TlsFiles& tls) {
  if (endpoint.kind == Endpoint::Kind::unix_socket) co_return co_await connect_unix(executor, endpoint);
  if (endpoint.kind == Endpoint::Kind::tls) co_return co_await connect_tls(executor, endpoint, tls);
  auto socket = co_await connect_tcp(executor, endpoint);
  if (!socket) co_return std::unexpected(socket.error());
  co_return std::make_unique<PlainTransport>(asio::generic::stream_protocol::socket(std::move(*socket)));
}

}  // namespace forestall::redis
