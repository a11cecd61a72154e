// SPDX-License-Identifier: Apache-2.0
// The client of tests, over Beast.
#include "tests/support/ask/ask.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "config/base/text.hpp"

namespace forestall::test {

namespace asio = boost::asio;
namespace http_ns = boost::beast::http;

AskedReply http(std::uint16_t port, const Ask& ask) {
  asio::io_context io;
  boost::beast::tcp_stream stream(io);
  stream.expires_after(ask.within);
  http_ns::request<http_ns::string_body> request(http_ns::verb::unknown, ask.target, 11);
  request.method_string(ask.method);
  request.set(http_ns::field::host, "127.0.0.1");
  request.set(http_ns::field::user_agent, "forestall-test");
  for (const auto& [name, value] : ask.headers) {
    if (value.empty())
      request.erase(name);
    else
      request.set(name, value);
  }
  request.body() = ask.body;
  request.prepare_payload();
  request.keep_alive(false);

  AskedReply reply;
  boost::beast::flat_buffer buffer;
  http_ns::response_parser<http_ns::string_body> parser;
  parser.body_limit(std::uint64_t{256} << 20);
  const auto run = [&](auto&& start) {
    boost::system::error_code result;
    io.restart();
    start([&result](boost::system::error_code error, auto...) { result = error; });
    io.run();
    if (result && reply.broken.empty())
      reply.broken = result == boost::beast::error::timeout ? "timeout" : result.message();
    return !result;
  };
  const asio::ip::tcp::endpoint there(asio::ip::address_v4::loopback(), port);
  const bool whole = run([&](auto done) { stream.async_connect(there, std::move(done)); }) &&
                     run([&](auto done) { http_ns::async_write(stream, request, std::move(done)); }) &&
                     run([&](auto done) { http_ns::async_read(stream, buffer, parser, std::move(done)); });
  reply.body = parser.get().body();
  for (const auto& field : parser.get())
    reply.headers[to_lower(field.name_string())] = std::string(field.value());
  if (whole) reply.status = static_cast<int>(parser.get().result_int());
  return reply;
}

std::string percent_encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved)
      result.push_back(c);
    else
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace forestall::test
