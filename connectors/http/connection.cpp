// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/connection.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <memory>

#include "config/base/text.hpp"
#include "connectors/http/event.hpp"

namespace forestall::http {
namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
}

asio::awaitable<Result<Endpoints>> resolve(Clock& clock, const std::string& host, std::uint16_t port,
                                           Monotonic deadline) {
  error_code ec;
  if (const auto address = asio::ip::make_address(host, ec); !ec)
    co_return Endpoints{tcp::endpoint(address, port)};
  // What the resolver's answer needs outlives this coroutine.
  struct Lookup {
    explicit Lookup(const asio::any_io_executor& executor) : resolver(executor) {}
    tcp::resolver resolver;
    Event answered;
    bool done = false;
    error_code ec;
    Endpoints endpoints;
  };
  auto lookup = std::make_shared<Lookup>(co_await asio::this_coro::executor);
  lookup->resolver.async_resolve(
      host, std::to_string(port), tcp::resolver::numeric_service,
      [lookup](const error_code& failed, const tcp::resolver::results_type& found) {
        lookup->done = true;
        lookup->ec = failed;
        for (const auto& entry : found) lookup->endpoints.push_back(entry.endpoint());
        lookup->answered.notify_all();
      });
  while (!lookup->done) {
    const bool in_time = co_await lookup->answered.wait_until(clock, deadline);
    if (!in_time && !lookup->done)
      co_return fail_retryable(ErrorCode::timeout, fmt::format("looking up {}", printable(host, 80)));
  }
  if (lookup->ec || lookup->endpoints.empty())
    co_return fail_retryable(ErrorCode::unavailable,
                             fmt::format("looking up {}: {}", printable(host, 80), lookup->ec.message()));
  co_return std::move(lookup->endpoints);
}

// Closes the socket when the time comes, unless the step ended before.
struct Connection::Deadline {
  Deadline(Connection& connection, Monotonic when) : clock(connection.clock_) {
    timer = clock.wake_at(when, [this, &connection] {
      late = true;
      error_code ignored;
      connection.socket_.close(ignored);
    });
  }
  ~Deadline() { clock.cancel(timer); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  Clock& clock;
  TimerId timer;
  bool late = false;
};

Connection::Connection(asio::any_io_executor executor, Clock& clock) : clock_(clock), socket_(executor) {}

void Connection::abort() noexcept {
  aborted_ = true;
  error_code ignored;
  socket_.close(ignored);
}

Step Connection::finish(const error_code& ec, std::size_t bytes, const Deadline& deadline) const {
  if (deadline.late) return {StepResult::late, bytes};
  if (aborted_) return {StepResult::aborted, bytes};
  if (!ec) return {StepResult::ok, bytes};
  if (ec == asio::error::operation_aborted) throw boost::system::system_error(ec);
  // A peer that drops TCP without TLS's goodbye has cut the stream as far as framing is concerned; whether
  // the answer was whole is for its Content-Length or last chunk to say.
  if (ec == asio::error::eof || ec == ssl::error::stream_truncated) return {StepResult::closed, bytes};
  return {StepResult::failed, bytes, ec.message()};
}

asio::awaitable<Step> Connection::connect(const tcp::endpoint& endpoint, Monotonic when) {
  error_code ignored;
  if (socket_.is_open()) socket_.close(ignored);
  Deadline deadline(*this, when);
  const auto [ec] = co_await socket_.async_connect(endpoint, as_result);
  if (!ec) {
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.set_option(asio::socket_base::keep_alive(true), ignored);
  }
  co_return finish(ec, 0, deadline);
}

asio::awaitable<Step> Connection::start_tls(ssl::context& context, const std::string& host, Monotonic when) {
  tls_.emplace(socket_, context);
  SSL* const handle = tls_->native_handle();
  error_code not_an_address;
  asio::ip::make_address(host, not_an_address);
  // RFC 6066 3: server names are names; literal addresses are not sent.
  if (not_an_address) SSL_set_tlsext_host_name(handle, host.c_str());
  static constexpr unsigned char http11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_set_alpn_protos(handle, http11, sizeof http11);
  tls_->set_verify_mode(ssl::verify_peer);
  tls_->set_verify_callback(ssl::host_name_verification(host));
  Deadline deadline(*this, when);
  const auto [ec] = co_await tls_->async_handshake(ssl::stream_base::client, as_result);
  Step step = finish(ec, 0, deadline);
  if (step.result == StepResult::closed) step = {StepResult::failed, 0, "closed by the peer"};
  const long verified = SSL_get_verify_result(handle);
  const bool refused = verified != X509_V_OK || (ec.category() == asio::error::get_ssl_category() &&
                                                 ERR_GET_REASON(static_cast<unsigned long>(ec.value())) ==
                                                     SSL_R_CERTIFICATE_VERIFY_FAILED);
  if (step.result == StepResult::failed && refused) {
    step.certificate_refused = true;
    step.why = verified == X509_V_OK
                   ? fmt::format("the certificate is not for {}", host)
                   : fmt::format("the certificate is refused: {}", X509_verify_cert_error_string(verified));
  }
  co_return step;
}

asio::awaitable<Step> Connection::write(std::string_view bytes, Monotonic when) {
  Deadline deadline(*this, when);
  const asio::const_buffer buffer(bytes.data(), bytes.size());
  error_code ec;
  std::size_t written = 0;
  if (tls_)
    std::tie(ec, written) = co_await asio::async_write(*tls_, buffer, as_result);
  else
    std::tie(ec, written) = co_await asio::async_write(socket_, buffer, as_result);
  co_return finish(ec, written, deadline);
}

asio::awaitable<Step> Connection::read(std::string_view& bytes, Monotonic when) {
  Deadline deadline(*this, when);
  const asio::mutable_buffer buffer(buffer_.data(), buffer_.size());
  error_code ec;
  std::size_t got = 0;
  if (tls_)
    std::tie(ec, got) = co_await tls_->async_read_some(buffer, as_result);
  else
    std::tie(ec, got) = co_await socket_.async_read_some(buffer, as_result);
  bytes = std::string_view(buffer_.data(), got);
  co_return finish(ec, got, deadline);
}

bool Connection::quiet() {
  if (!socket_.is_open()) return false;
  char byte = 0;
  const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace forestall::http
