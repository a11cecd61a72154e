// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/transport_tls.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/net/tls.hpp"

namespace forestall::redis {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

class TlsTransport final : public Transport {
 public:
  using Stream = asio::ssl::stream<asio::ip::tcp::socket>;

  TlsTransport(asio::ssl::context context, asio::ip::tcp::socket socket)
      : context_(std::move(context)), stream_(std::move(socket), context_) {}

  asio::awaitable<Status> handshake(const std::string& host) {
    error_code is_name;
    asio::ip::make_address(host, is_name);
    // RFC 6066: server_name carries a name, never an address.
    if (is_name && SSL_set_tlsext_host_name(stream_.native_handle(), host.c_str()) != 1)
      co_return fail(ErrorCode::invalid_argument, fmt::format("{} is no host name", host));
    stream_.set_verify_callback(asio::ssl::host_name_verification(host));
    const auto [ec] = co_await stream_.async_handshake(asio::ssl::stream_base::client, as_result);
    if (!ec) co_return Status();
    const long verdict = SSL_get_verify_result(stream_.native_handle());
    if (verdict != X509_V_OK)
      co_return fail(ErrorCode::unauthenticated, fmt::format("TLS: the certificate of {} is not accepted: {}",
                                                             host, X509_verify_cert_error_string(verdict)));
    co_return error_of("TLS handshake", ec);
  }
  asio::awaitable<Result<std::size_t>> read_some(std::span<char> into) override {
    const auto [ec, n] = co_await stream_.async_read_some(asio::buffer(into.data(), into.size()), as_result);
    if (ec) co_return error_of("read", ec);
    co_return n;
  }
  asio::awaitable<Result<std::size_t>> write_some(std::string_view bytes) override {
    const auto [ec, n] = co_await stream_.async_write_some(asio::buffer(bytes), as_result);
    if (ec) co_return error_of("write", ec);
    co_return n;
  }
  void close() noexcept override {
    // Without TLS' own goodbye: every reply is framed, so a cut connection is never taken for an end.
    error_code ignored;
    stream_.lowest_layer().close(ignored);
  }
  bool counts_exactly() const override { return false; }  // a record may be out although its write failed

 private:
  static std::unexpected<Error> error_of(std::string_view step, const error_code& ec) {
    if (ec == asio::ssl::error::stream_truncated) return transport_error(step, asio::error::eof);
    return transport_error(step, ec);
  }

  asio::ssl::context context_;
  Stream stream_;
};

}  // namespace

asio::awaitable<Result<std::unique_ptr<Transport>>> connect_tls(asio::any_io_executor executor,
                                                                const Endpoint& endpoint,
                                                                const TlsFiles& tls) {
  // Made anew for each connection, so that renewed certificates are taken up.
  auto context = net::make_tls_client_context({tls.ca_file, tls.certificate_file, tls.key_file});
  if (!context) co_return fail_in("TLS", context.error());
  auto socket = co_await connect_tcp(executor, endpoint);
  if (!socket) co_return std::unexpected(socket.error());
  auto transport = std::make_unique<TlsTransport>(std::move(*context), std::move(*socket));
  if (const auto done =
          co_await transport->handshake(tls.server_name.empty() ? endpoint.host : tls.server_name);
      !done)
    co_return std::unexpected(done.error());
  co_return transport;
}

}  // namespace forestall::redis
