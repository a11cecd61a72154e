// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/stream.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "connectors/net/sleep.hpp"

namespace forestall::web {
namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;
using Socket = asio::generic::stream_protocol::socket;
using namespace asio::experimental::awaitable_operators;

namespace {

constexpr std::size_t most_heard = 4096;  // bytes of a peer that has nothing to say

// True when the peer spoke or left.
awaitable<bool> readable(Socket& socket, error_code& ec) {
  co_await socket.async_wait(Socket::wait_read, asio::redirect_error(asio::use_awaitable, ec));
  co_return true;
}

awaitable<void> expired(asio::steady_timer& timer) {
  error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace

awaitable<void> send_events(Socket& socket, EventReader& reader, const StreamPorts& ports) {
  const auto never = asio::steady_timer::time_point::max();
  asio::steady_timer news(socket.get_executor(), never);
  struct Deaf {
    EventReader& reader;
    ~Deaf() { reader.on_news({}); }
  } const deaf{reader};
  // A wait that begins afterwards ends at once too: nothing is missed between taking and waiting.
  reader.on_news([&news] { news.expires_at(asio::steady_timer::time_point::min()); });
  const std::string heartbeat(event_heartbeat);
  std::size_t heard = 0;
  bool silent = false;
  for (;;) {
    news.expires_at(never);
    const auto frames = reader.take();
    std::vector<asio::const_buffer> parts;
    parts.reserve(frames.size() + 1);
    for (const auto& frame : frames) parts.push_back(asio::buffer(*frame));
    if (parts.empty() && silent) parts.push_back(asio::buffer(heartbeat));
    if (!parts.empty()) {
      if (!ports.enters(StreamStep::writes)) co_return;
      error_code ec;
      co_await asio::async_write(socket, parts, asio::redirect_error(asio::use_awaitable, ec));
      if (ec) co_return;
    }
    if (!ports.enters(StreamStep::waits)) co_return;
    error_code ec;
    const auto outcome =
        co_await (expired(news) || net::sleep_for(ports.clock, ports.heartbeat) || readable(socket, ec));
    silent = outcome.index() == 1;
    if (outcome.index() != 2) continue;
    if (ec) co_return;
    std::array<char, 512> words{};
    const auto n =
        co_await socket.async_read_some(asio::buffer(words), asio::redirect_error(asio::use_awaitable, ec));
    heard += n;
    if (ec || heard > most_heard) co_return;
  }
}

}  // namespace forestall::web
