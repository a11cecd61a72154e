// SPDX-License-Identifier: Apache-2.0
#include "tests/support/tcp_proxy/tcp_proxy.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <list>
#include <thread>

namespace forestall::test {
namespace asio = boost::asio;
using boost::system::error_code;
using Socket = asio::generic::stream_protocol::socket;
using Upstream = asio::generic::stream_protocol::endpoint;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

enum class Direction : bool { to_server, to_client };

}  // namespace

struct TcpProxy::Impl {
  struct Link {
    Socket client;
    Socket server;

    void cut(bool reset) {
      for (Socket* socket : {&client, &server}) {
        error_code ignored;
        if (reset) socket->set_option(asio::socket_base::linger(true, 0), ignored);
        socket->close(ignored);
      }
    }
  };

  Impl(Upstream up, const Faults& f)
      : upstream(std::move(up)), faults(f), acceptor(io, {asio::ip::address_v4::loopback(), 0}), changed(io) {
    changed.expires_at(std::chrono::steady_clock::time_point::max());
    port = acceptor.local_endpoint().port();
    asio::co_spawn(io, accept(), asio::detached);
    thread = std::thread([this] { io.run(); });
  }
  ~Impl() {
    io.stop();
    thread.join();
  }

  template <class Action>
  auto on_thread(Action action) {
    std::packaged_task<decltype(action())()> task(std::move(action));
    auto done = task.get_future();
    asio::post(io, std::move(task));
    return done.get();
  }

  asio::awaitable<void> accept() {
    while (true) {
      auto [ec, client] = co_await acceptor.async_accept(as_result);
      if (ec) co_return;
      ++counts.connections;
      if (faults.refuse) continue;
      asio::co_spawn(io, serve(std::make_shared<Link>(Link{Socket(std::move(client)), Socket(io)})),
                     asio::detached);
    }
  }

  asio::awaitable<void> serve(std::shared_ptr<Link> link) {
    std::erase_if(links, [](const auto& weak) { return weak.expired(); });
    links.push_back(link);
    const auto [ec] = co_await link->server.async_connect(upstream, as_result);
    if (ec) co_return link->cut(faults.reset);
    error_code ignored;
    link->client.set_option(asio::ip::tcp::no_delay(true), ignored);
    link->server.set_option(asio::ip::tcp::no_delay(true), ignored);
    asio::co_spawn(io, pump(link, Direction::to_server), asio::detached);
    asio::co_spawn(io, pump(link, Direction::to_client), asio::detached);
  }

  bool stalled(Direction direction) const {
    return direction == Direction::to_server ? faults.stall_to_server : faults.stall_to_client;
  }

  asio::awaitable<void> pump(std::shared_ptr<Link> link, Direction direction) {
    const bool up = direction == Direction::to_server;
    Socket& from = up ? link->client : link->server;
    Socket& to = up ? link->server : link->client;
    std::uint64_t passed = 0;
    std::array<char, 16384> buffer;
    while (true) {
      const auto [ec, n] = co_await from.async_read_some(asio::buffer(buffer), as_result);
      while (stalled(direction)) co_await changed.async_wait(as_result);
      if (ec) co_return link->cut(faults.reset);
      if (!up && faults.lose_answers) continue;
      if (faults.latency.count() > 0) {
        asio::steady_timer timer(io, faults.latency);
        co_await timer.async_wait(asio::use_awaitable);
      }
      const auto limit = up ? faults.cut_to_server : faults.cut_to_client;
      const std::size_t pass =
          limit ? static_cast<std::size_t>(std::min<std::uint64_t>(n, *limit - std::min(*limit, passed))) : n;
      const auto [failed, sent] =
          co_await asio::async_write(to, asio::buffer(buffer.data(), pass), as_result);
      passed += sent;
      (up ? counts.to_server : counts.to_client) += sent;
      if (failed || (limit && passed >= *limit)) co_return link->cut(faults.reset);
    }
  }

  asio::io_context io{1};
  Upstream upstream;
  Faults faults;
  Counts counts;
  asio::ip::tcp::acceptor acceptor;
  asio::steady_timer changed;  // never due; cancelled when the faults change
  std::list<std::weak_ptr<Link>> links;
  std::uint16_t port = 0;
  std::thread thread;
};

TcpProxy::TcpProxy(std::uint16_t upstream_port, Faults faults)
    : impl_(std::make_unique<Impl>(asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), upstream_port),
                                   faults)) {}
TcpProxy::TcpProxy(const std::string& upstream_socket, Faults faults)
    : impl_(std::make_unique<Impl>(asio::local::stream_protocol::endpoint(upstream_socket), faults)) {}
TcpProxy::~TcpProxy() = default;

std::uint16_t TcpProxy::port() const { return impl_->port; }

void TcpProxy::set(const Faults& faults) {
  impl_->on_thread([this, faults] {
    impl_->faults = faults;
    impl_->changed.cancel();
  });
}

void TcpProxy::cut_all() {
  impl_->on_thread([this] {
    for (const auto& weak : impl_->links)
      if (const auto link = weak.lock()) link->cut(impl_->faults.reset);
  });
}

TcpProxy::Counts TcpProxy::counts() const {
  return impl_->on_thread([this] { return impl_->counts; });
}

}  // namespace forestall::test
