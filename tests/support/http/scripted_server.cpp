// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http/scripted_server.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <zlib.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <deque>
#include <list>
#include <stdexcept>

#include "connectors/net/sleep.hpp"

namespace forestall::test {
namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

std::string pack(std::string_view text, int window_bits) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib");
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string head_of(const Reply& reply) {
  std::string head = fmt::format("HTTP/1.1 {} Reply\r\n", reply.status);
  for (const auto& [name, value] : reply.headers) head += fmt::format("{}: {}\r\n", name, value);
  if (reply.close) head += "Connection: close\r\n";
  if (reply.chunked || reply.fault == Fault::endless_body) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (reply.status >= 200 && reply.status != 204 && reply.status != 304) {
    std::size_t length = reply.body.size();
    if (reply.fault == Fault::length_too_long) length += reply.at;
    if (reply.fault == Fault::length_too_short) length -= std::min(length, reply.at);
    head += fmt::format("Content-Length: {}\r\n", length);
  }
  return head + "\r\n";
}

std::string framed(const Reply& reply) {
  if (!reply.chunked) return reply.body;
  std::string out;
  for (std::size_t i = 0; i < reply.body.size(); i += 1000) {
    const auto piece = std::string_view(reply.body).substr(i, 1000);
    out += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
  }
  return out + "0\r\n\r\n";
}

}  // namespace

Reply json_reply(std::string body, int status) {
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}
Reply html_reply(int status) {
  return {.status = status,
          .headers = {{"Content-Type", "text/html"}},
          .body = "<html><body><h1>Service Unavailable</h1></body></html>"};
}
Reply fault_reply(Fault fault, std::size_t at) {
  Reply reply = json_reply(R"({"ok":true,"filler":"0123456789012345678901234567890123456789"})");
  reply.fault = fault;
  reply.at = at;
  return reply;
}
Reply redirect_reply(std::string location, int status) {
  return {.status = status, .headers = {{"Location", std::move(location)}}};
}
Reply gzip_reply(std::string_view json) {
  Reply reply = json_reply(gzip(json));
  reply.headers.push_back({"Content-Encoding", "gzip"});
  return reply;
}
Reply gzip_bomb_reply(std::size_t unpacked_bytes) { return gzip_reply(std::string(unpacked_bytes, ' ')); }
std::string gzip(std::string_view text) { return pack(text, 15 + 16); }
std::string deflate(std::string_view text, bool bare) { return pack(text, bare ? -15 : 15); }

struct ScriptedServer::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor executor, Clock& c, Handler h)
      : clock(c),
        handler(std::move(h)),
        acceptor(executor, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

  asio::awaitable<void> accept() {
    const auto self = shared_from_this();
    for (;;) {
      auto [ec, socket] = co_await acceptor.async_accept(as_result);
      if (ec) co_return;
      socket.set_option(tcp::no_delay(true));
      asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), ++accepted), asio::detached);
    }
  }

  asio::awaitable<void> serve(tcp::socket socket, std::size_t number) {
    const auto self = shared_from_this();
    const auto place = sockets.insert(sockets.end(), &socket);
    try {
      if (tls) {
        asio::ssl::stream<tcp::socket&> stream(socket, *tls);
        const auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::server, as_result);
        if (!ec) {
          const char* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
          co_await converse(stream, socket, number, name != nullptr ? name : "");
        }
      } else {
        co_await converse(socket, socket, number, "");
      }
    } catch (const boost::system::system_error&) {  // the client went away, or the server is closing
    }
    sockets.erase(place);
  }

  Reply next(const SeenRequest& request) {
    if (!script.empty()) {
      Reply reply = std::move(script.front());
      script.pop_front();
      return reply;
    }
    return handler ? handler(request) : json_reply("{}");
  }

  template <class Stream>
  asio::awaitable<void> converse(Stream& stream, tcp::socket& socket, std::size_t number, std::string sni) {
    beast::flat_buffer buffer;
    for (;;) {
      if (!script.empty() && script.front().fault == Fault::close_unread) {
        script.pop_front();
        co_return;
      }
      beast::http::request_parser<beast::http::string_body> parser;
      const auto [ec, bytes] = co_await beast::http::async_read(stream, buffer, parser, as_result);
      if (ec) co_return;
      const auto& message = parser.get();
      SeenRequest seen{std::string(message.method_string()),
                       std::string(message.target()),
                       {},
                       message.body(),
                       sni,
                       number};
      for (const auto& field : message)
        seen.headers.push_back({std::string(field.name_string()), std::string(field.value())});
      ++count;
      const Reply reply = next(seen);
      if (keep) requests.push_back(std::move(seen));
      if (!co_await answer(stream, socket, reply, message.method() == beast::http::verb::head)) co_return;
    }
  }

  static void reset(tcp::socket& socket) {
    error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
  }

  // False where the connection ends here.
  template <class Stream>
  asio::awaitable<bool> answer(Stream& stream, tcp::socket& socket, const Reply& reply, bool head_only) {
    const std::string head = reply.fault == Fault::not_http ? std::string() : head_of(reply);
    std::string body = head_only ? std::string() : framed(reply);
    const auto send = [&](std::string_view text) {
      return asio::async_write(stream, asio::const_buffer(text.data(), text.size()), asio::use_awaitable);
    };
    if (reply.pace > Millis(0) && reply.fault != Fault::trickle) co_await net::sleep_for(clock, reply.pace);
    switch (reply.fault) {
      case Fault::hang:
        co_await net::sleep_until(clock, Monotonic::max());
        break;
      case Fault::close_unread:
      case Fault::close_unanswered:
        co_return false;
      case Fault::reset_unanswered:
        reset(socket);
        co_return false;
      case Fault::cut_body:
        co_await send(head + body.substr(0, reply.at));
        co_return false;
      case Fault::reset_body:
        co_await send(head + body.substr(0, reply.at));
        reset(socket);
        co_return false;
      case Fault::stall_body:
        co_await send(head + body.substr(0, reply.at));
        co_await net::sleep_until(clock, Monotonic::max());
        break;
      case Fault::trickle:
        for (const char byte : head + body) {
          co_await send(std::string_view(&byte, 1));
          co_await net::sleep_for(clock, reply.pace);
        }
        break;
      case Fault::endless_body:
        co_await send(head);
        for (const std::string chunk = fmt::format("4000\r\n{}\r\n", std::string(0x4000, ' '));;)
          co_await send(chunk);
      case Fault::none:
      case Fault::length_too_long:
      case Fault::length_too_short:
      case Fault::not_http:
        co_await send(head + body);
        break;
    }
    co_return !(reply.close || reply.close_after || reply.fault == Fault::length_too_long ||
                reply.fault == Fault::not_http);
  }

  void close_connections() {
    error_code ignored;
    for (tcp::socket* socket : sockets) socket->close(ignored);
  }

  Clock& clock;
  Handler handler;
  tcp::acceptor acceptor;
  std::optional<asio::ssl::context> tls;
  std::deque<Reply> script;
  std::vector<SeenRequest> requests;
  bool keep = true;
  std::size_t count = 0;
  std::size_t accepted = 0;
  std::list<tcp::socket*> sockets;
};

ScriptedServer::ScriptedServer(asio::any_io_executor executor, Clock& clock, Handler handler,
                               std::optional<CertificateFiles> certificate)
    : state_(std::make_shared<State>(executor, clock, std::move(handler))) {
  if (certificate) {
    state_->tls.emplace(asio::ssl::context::tls_server);
    state_->tls->use_certificate_chain_file(certificate->certificate);
    state_->tls->use_private_key_file(certificate->key, asio::ssl::context::pem);
  }
  asio::co_spawn(executor, state_->accept(), asio::detached);
}

ScriptedServer::~ScriptedServer() {
  error_code ignored;
  state_->acceptor.close(ignored);
  state_->close_connections();
}

http::BaseUrl ScriptedServer::url(std::string host) const {
  return {state_->tls.has_value(), std::move(host), state_->acceptor.local_endpoint().port(), ""};
}
void ScriptedServer::then(Reply reply) { state_->script.push_back(std::move(reply)); }
void ScriptedServer::set_handler(Handler handler) { state_->handler = std::move(handler); }
const std::vector<SeenRequest>& ScriptedServer::requests() const { return state_->requests; }
void ScriptedServer::keep_requests(bool keep) { state_->keep = keep; }
std::size_t ScriptedServer::request_count() const { return state_->count; }
std::size_t ScriptedServer::accepted() const { return state_->accepted; }
std::size_t ScriptedServer::open() const { return state_->sockets.size(); }
void ScriptedServer::drop_connections() { state_->close_connections(); }

}  // namespace forestall::test
