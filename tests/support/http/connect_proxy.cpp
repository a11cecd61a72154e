// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http/connect_proxy.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace forestall::test {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct ConnectProxy::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor executor, int s)
      : status(s), acceptor(executor, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

  asio::awaitable<void> accept() {
    const auto self = shared_from_this();
    for (;;) {
      auto [ec, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
      if (ec) co_return;
      asio::co_spawn(acceptor.get_executor(), serve(std::make_shared<tcp::socket>(std::move(socket))),
                     asio::detached);
    }
  }

  static asio::awaitable<void> pump(std::shared_ptr<tcp::socket> from, std::shared_ptr<tcp::socket> to) {
    std::array<char, 4096> block;
    for (;;) {
      const auto [ec, n] =
          co_await from->async_read_some(asio::buffer(block), asio::as_tuple(asio::use_awaitable));
      if (ec) break;
      const auto [failed, written] =
          co_await asio::async_write(*to, asio::buffer(block, n), asio::as_tuple(asio::use_awaitable));
      if (failed) break;
    }
    error_code ignored;
    to->close(ignored);
    from->close(ignored);
  }

  asio::awaitable<void> serve(std::shared_ptr<tcp::socket> client) {
    const auto self = shared_from_this();
    std::string head;
    const auto [ec, n] = co_await asio::async_read_until(*client, asio::dynamic_buffer(head), "\r\n\r\n",
                                                         asio::as_tuple(asio::use_awaitable));
    if (ec) co_return;
    heads.push_back(head);
    std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nproxied";
    auto server = std::make_shared<tcp::socket>(acceptor.get_executor());
    const bool tunnel = head.starts_with("CONNECT ");
    if (tunnel) {
      reply = fmt::format("HTTP/1.1 {} Reply\r\n\r\n", status);
      // Every name is this machine.
      const auto port = std::stoi(head.substr(head.find(':') + 1));
      error_code refused;
      if (status == 200)
        server->connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)}, refused);
      if (refused) reply = "HTTP/1.1 502 Bad Gateway\r\n\r\n";
    }
    co_await asio::async_write(*client, asio::buffer(reply), asio::as_tuple(asio::use_awaitable));
    if (!tunnel || !server->is_open()) co_return;
    asio::co_spawn(acceptor.get_executor(), pump(client, server), asio::detached);
    co_await pump(server, client);
  }

  int status;
  tcp::acceptor acceptor;
  std::vector<std::string> heads;
};

ConnectProxy::ConnectProxy(asio::any_io_executor executor, int status)
    : state_(std::make_shared<State>(executor, status)) {
  asio::co_spawn(executor, state_->accept(), asio::detached);
}
ConnectProxy::~ConnectProxy() {
  error_code ignored;
  state_->acceptor.close(ignored);
}
http::BaseUrl ConnectProxy::url() const {
  return {false, "127.0.0.1", state_->acceptor.local_endpoint().port(), ""};
}
const std::vector<std::string>& ConnectProxy::heads() const { return state_->heads; }

}  // namespace forestall::test
