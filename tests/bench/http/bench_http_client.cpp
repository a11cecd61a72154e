// SPDX-License-Identifier: Apache-2.0
// Requests a second over loopback TLS: our client (pool, deadlines, limits, log line) beside a bare Beast
// loop on kept connections, both against the same server, which has a thread of its own.
#include <fmt/format.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <ctime>
#include <future>
#include <string>
#include <thread>

#include "connectors/http/asio_client.hpp"
#include "connectors/net/system_clock.hpp"
#include "connectors/net/tls.hpp"
#include "tests/support/http/scripted_server.hpp"

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using namespace forestall;
using Clock_ = std::chrono::steady_clock;

struct Measured {
  double per_second;  // wall clock: whatever else runs on the machine counts
  double cpu_us;      // processor time of the client's thread a request: it does not
};

double thread_cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Runs `callers` coroutines until `requests` are done.
template <class MakeCaller>
Measured measure(asio::io_context& io, int callers, int requests, MakeCaller make) {
  int left = requests;
  const auto begun = Clock_::now();
  const double cpu = thread_cpu_seconds();
  for (int i = 0; i < callers; ++i) asio::co_spawn(io, make(left), asio::detached);
  io.restart();
  io.run();
  return {requests / std::chrono::duration<double>(Clock_::now() - begun).count(),
          (thread_cpu_seconds() - cpu) * 1e6 / requests};
}

asio::awaitable<void> our_caller(http::HttpClient& client, http::BaseUrl base, int& left, int& failed) {
  while (left-- > 0) {
    http::Request request;
    request.base = base;
    request.path = "/orders";
    const auto response = co_await client.send(std::move(request));
    if (!response || response->status != 200) ++failed;
  }
}

asio::awaitable<void> bare_caller(asio::ssl::context& tls, std::uint16_t port, int& left) {
  asio::ssl::stream<asio::ip::tcp::socket> stream(co_await asio::this_coro::executor, tls);
  co_await stream.next_layer().async_connect({asio::ip::address_v4::loopback(), port}, asio::use_awaitable);
  stream.next_layer().set_option(asio::ip::tcp::no_delay(true));
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
  beast::flat_buffer buffer;
  beast::http::request<beast::http::empty_body> request(beast::http::verb::get, "/orders", 11);
  request.set("Host", "localhost");
  while (left-- > 0) {
    co_await beast::http::async_write(stream, request, asio::use_awaitable);
    beast::http::response<beast::http::string_body> response;
    co_await beast::http::async_read(stream, buffer, response, asio::use_awaitable);
  }
}

}  // namespace

int main() {
  test::TestCa ca;
  const std::string body = "{\"filler\":\"" + std::string(2000, 'x') + "\"}";
  asio::io_context server_io{1};
  net::SystemClock server_clock(server_io.get_executor());
  auto stay = asio::make_work_guard(server_io);
  std::promise<http::BaseUrl> listening;
  std::thread server_thread([&] {
    test::ScriptedServer server(
        server_io.get_executor(), server_clock,
        [&](const test::SeenRequest&) { return test::json_reply(body); },
        ca.issue({"localhost", "127.0.0.1"}));
    server.keep_requests(false);
    listening.set_value(server.url("127.0.0.1"));
    server_io.run();
  });
  const auto url = listening.get_future().get();
  constexpr int requests = 20'000;
  fmt::print("{} requests, {} bytes each, TLS on loopback, one server thread, one client thread\n", requests,
             body.size());
  fmt::print("{:>8} {:>13} {:>13} {:>13} {:>13} {:>12}\n", "callers", "client [1/s]", "bare [1/s]",
             "client [us]", "bare [us]", "connections");
  for (const int callers : {1, 16, 64}) {
    asio::io_context io{1};
    net::SystemClock clock(io.get_executor());
    MemoryLogSink sink;
    http::ClientSettings settings;
    settings.ca_file = ca.ca_file();
    settings.connections_per_host = 64;
    auto client = http::make_http_client(io.get_executor(), clock, Logger(sink), settings).value();
    int failed = 0;
    // Idle connections keep a timer; closing ends the loop.
    int finished = 0;
    const auto with_end = [&](int& left) -> asio::awaitable<void> {
      return [](http::AsioHttpClient& c, http::BaseUrl base, int& l, int& f, int& done,
                int all) -> asio::awaitable<void> {
        co_await our_caller(c, base, l, f);
        if (++done == all) c.close();
      }(*client, url, left, failed, finished, callers);
    };
    const Measured ours = measure(io, callers, requests, with_end);
    const auto opened = client->stats().connections_opened;
    auto tls = net::make_tls_client_context({.ca_file = ca.ca_file(), .certificate_file = {}, .key_file = {}})
                   .value();
    const Measured bare =
        measure(io, callers, requests, [&](int& left) { return bare_caller(tls, url.port, left); });
    fmt::print("{:>8} {:>13.0f} {:>13.0f} {:>13.1f} {:>13.1f} {:>12}{}\n", callers, ours.per_second,
               bare.per_second, ours.cpu_us, bare.cpu_us, opened,
               failed == 0 ? "" : fmt::format("  {} FAILED", failed));
  }
  stay.reset();
  server_io.stop();
  server_thread.join();
}
