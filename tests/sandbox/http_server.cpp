// SPDX-License-Identifier: Apache-2.0
// The sandbox's server; the only translation unit here that includes Beast.
#include "tests/sandbox/http_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <csignal>

namespace forestall::sandbox {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Stream = boost::beast::tcp_stream;

namespace {

Request read_request(http::request<http::string_body>& message) {
  Request request{.method = std::string(message.method_string()),
                  .access_token = std::string(message["x-amz-access-token"]),
                  .user_agent = std::string(message[http::field::user_agent]),
                  .authorization = std::string(message[http::field::authorization]),
                  .body = std::move(message.body())};
  parse_target(message.target(), request);
  return request;
}

http::response<http::string_body> write_answer(Answer& answer, bool keep_alive) {
  http::response<http::string_body> message(static_cast<http::status>(answer.status), 11);
  message.set(http::field::content_type, answer.content_type);
  for (const auto& [name, value] : answer.headers) message.set(name, value);
  message.keep_alive(keep_alive);
  message.body() = std::move(answer.body);
  message.prepare_payload();
  return message;
}

void cut(Stream& stream) {
  boost::system::error_code ignored;
  stream.socket().set_option(asio::socket_base::linger(true, 0), ignored);  // RST instead of FIN
  stream.socket().close(ignored);
}

}  // namespace

struct HttpServer::Impl {
  const VirtualClock& clock;
  std::function<Answer(const Request&)> handler;
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  asio::signal_set signals{io, SIGINT, SIGTERM};
  asio::steady_timer ticker{io};
  std::size_t in_flight = 0;

  Impl(const VirtualClock& the_clock, std::function<Answer(const Request&)> the_handler)
      : clock(the_clock), handler(std::move(the_handler)) {}

  asio::awaitable<void> accept() {
    for (;;) {
      tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
      socket.set_option(tcp::no_delay(true));
      asio::co_spawn(io, serve(Stream(std::move(socket))), asio::detached);
    }
  }

  asio::awaitable<void> wait_until(Instant virtual_time) {
    asio::steady_timer timer(io);
    while (clock.now() < virtual_time) {
      timer.expires_after(std::chrono::milliseconds{2});
      co_await timer.async_wait(asio::use_awaitable);
    }
  }

  // A connection, until the other side leaves, sends what is no HTTP, or is cut off.
  asio::awaitable<void> serve(Stream stream) {
    boost::beast::flat_buffer buffer;
    for (bool open = true; open;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(std::uint64_t{16} << 20);
      const auto [error, bytes] =
          co_await http::async_read(stream, buffer, parser, asio::as_tuple(asio::use_awaitable));
      if (error) break;
      const bool keep_alive = parser.get().keep_alive();
      const Request request = read_request(parser.get());
      Answer answer = handler(request);
      ++in_flight;
      open = co_await deliver(stream, std::move(answer), keep_alive) && keep_alive;
      --in_flight;
    }
    boost::system::error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
  }

  // False where the connection is finished. Never throws, so that the count of what is in flight holds.
  asio::awaitable<bool> deliver(Stream& stream, Answer answer, bool keep_alive) {
    try {
      if (answer.not_before > Instant{}) co_await wait_until(answer.not_before);
      if (answer.delivery == Delivery::never) {
        char byte = 0;  // until the other side gives up
        co_await stream.async_read_some(asio::buffer(&byte, 1), asio::use_awaitable);
        co_return false;
      }
      if (answer.delivery != Delivery::reset) {
        auto message = write_answer(answer, keep_alive);
        if (answer.delivery == Delivery::whole) {
          co_await http::async_write(stream, message, asio::use_awaitable);
          co_return true;
        }
        message.body().resize(message.body().size() / 2);  // Content-Length still promises all of it
        http::serializer<false, http::string_body> serializer(message);
        co_await http::async_write(stream, serializer, asio::use_awaitable);
      }
    } catch (const boost::system::system_error&) {
      co_return false;
    }
    cut(stream);
    co_return false;
  }

  asio::awaitable<void> tick(const std::function<void()>& work) {
    for (;;) {
      ticker.expires_after(std::chrono::milliseconds{50});
      co_await ticker.async_wait(asio::use_awaitable);
      work();
    }
  }
};

HttpServer::HttpServer(std::uint16_t port, const VirtualClock& clock,
                       std::function<Answer(const Request&)> handler)
    : impl_(std::make_unique<Impl>(clock, std::move(handler))) {
  const tcp::endpoint here(asio::ip::address_v4::loopback(), port);
  impl_->acceptor.open(here.protocol());
  impl_->acceptor.set_option(asio::socket_base::reuse_address(true));
  impl_->acceptor.bind(here);
  impl_->acceptor.listen();
}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const { return impl_->acceptor.local_endpoint().port(); }
std::size_t HttpServer::in_flight() const { return impl_->in_flight; }
void HttpServer::stop() { impl_->io.stop(); }

void HttpServer::run(const std::function<void()>& tick) {
  impl_->signals.async_wait([this](const boost::system::error_code& error, int) {
    if (!error) stop();
  });
  asio::co_spawn(impl_->io, impl_->accept(), asio::detached);
  asio::co_spawn(impl_->io, impl_->tick(tick), asio::detached);
  impl_->io.run();
}

}  // namespace forestall::sandbox
