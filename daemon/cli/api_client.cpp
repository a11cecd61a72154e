// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/api_client.hpp"

#include <fmt/format.h>
#include <sys/un.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <exception>
#include <optional>

#include "config/settings/values.hpp"

namespace forestall::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Stream = beast::basic_stream<asio::generic::stream_protocol>;

constexpr std::uint64_t max_answer = std::uint64_t{64} << 20;

using Endpoint = Stream::endpoint_type;

Result<Endpoint> endpoint_of(const ApiAddress& address) {
  if (!address.unix_socket.empty()) {
    if (address.unix_socket.size() >= sizeof(sockaddr_un::sun_path))
      return fail(ErrorCode::invalid_argument, "the path of the socket is longer than 107 bytes");
    return Endpoint(asio::local::stream_protocol::endpoint(address.unix_socket));
  }
  boost::system::error_code ec;
  const auto ip = asio::ip::make_address(address.host, ec);
  if (ec) return fail(ErrorCode::invalid_argument, address.host + " is not an address");
  return Endpoint(asio::ip::tcp::endpoint(ip, address.port));
}

asio::awaitable<ApiAnswer> exchange(Stream& stream, const Endpoint& endpoint,
                                    const http::request<http::string_body>& request) {
  co_await stream.async_connect(endpoint, asio::use_awaitable);
  co_await http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(max_answer);
  co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
  co_return ApiAnswer{parser.get().result_int(), std::move(parser.get().body())};
}

std::unexpected<Error> explain(const std::exception_ptr& failure, const ApiAddress& address) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& e) {
    const auto& ec = e.code();
    if (ec == beast::error::timeout)
      return fail(ErrorCode::timeout, to_string(address) + " does not answer in time");
    if (ec.category() == http::make_error_code(http::error::bad_version).category())
      return fail(ErrorCode::parse,
                  fmt::format("what answers at {} is not forestalld: {}", to_string(address), ec.message()));
    return fail(ErrorCode::unavailable, fmt::format("no daemon at {}: {}", to_string(address), ec.message()));
  } catch (const std::exception& e) {
    return fail(ErrorCode::internal, e.what());
  }
}

}  // namespace

Result<ApiAddress> parse_api_address(std::string_view text) {
  constexpr std::string_view unix_scheme = "unix:";
  if (text.starts_with(unix_scheme)) {
    auto path = text.substr(unix_scheme.size());
    if (path.starts_with("//")) path.remove_prefix(2);
    if (!path.starts_with('/')) return fail(ErrorCode::invalid_argument, "expected unix:/path/of/the/socket");
    return ApiAddress{.unix_socket = std::string(path)};
  }
  const auto url = config::parse_url(text);
  if (!url) return std::unexpected(url.error());
  if (url->scheme != "http" || !(url->path.empty() || url->path == "/"))
    return fail(ErrorCode::invalid_argument, "expected http://127.0.0.1:PORT or unix:/path");
  if (!config::is_loopback(url->host))
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("{} is another machine: without TLS the token would be readable on the way; use a tunnel "
                    "(ssh -L 9464:127.0.0.1:9464)",
                    url->host));
  return ApiAddress{
      .host = url->host == "localhost" ? "127.0.0.1" : url->host, .port = url->port, .unix_socket = {}};
}

std::string to_string(const ApiAddress& address) {
  if (!address.unix_socket.empty()) return "unix:" + address.unix_socket;
  const bool v6 = address.host.find(':') != std::string::npos;
  return v6 ? fmt::format("http://[{}]:{}", address.host, address.port)
            : fmt::format("http://{}:{}", address.host, address.port);
}

Result<ApiAnswer> ApiClient::call(std::string_view method, std::string_view target, std::string_view body,
                                  std::chrono::milliseconds within, std::string_view content_type) const {
  const auto endpoint = endpoint_of(address_);
  if (!endpoint) return std::unexpected(endpoint.error());
  http::request<http::string_body> request(http::string_to_verb(method), target, 11);
  request.set(http::field::host, "localhost");
  request.set(http::field::user_agent, "forestall");
  request.set(http::field::connection, "close");
  if (!token_.empty()) request.set(http::field::authorization, fmt::format("Bearer {}", token_.reveal()));
  if (!body.empty()) {
    request.set(http::field::content_type, content_type);
    request.body() = body;
  }
  request.prepare_payload();

  asio::io_context io(1);
  Stream stream(io);
  stream.expires_after(within);
  std::optional<ApiAnswer> answer;
  std::exception_ptr failure;
  asio::co_spawn(io, exchange(stream, *endpoint, request), [&](std::exception_ptr e, ApiAnswer a) {
    failure = e;
    answer = std::move(a);
  });
  io.run();
  if (failure) return explain(failure, address_);
  return std::move(*answer);
}

}  // namespace forestall::cli
