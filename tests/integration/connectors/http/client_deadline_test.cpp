// SPDX-License-Identifier: Apache-2.0
// Deadlines of single steps and of the whole call, on a clock that only the test moves.
#include <boost/asio/ip/tcp.hpp>

#include "client_fixture.hpp"

namespace forestall::http {
namespace {

using namespace std::chrono_literals;
using test::Fault;

// The moment, in manual time, at which the call ends; moved in steps of half a second.
struct Ended {
  std::string word;
  std::chrono::nanoseconds after{};
};

Ended time_call(ClientFixture& f, test::ScriptedServer& server, Request request, test::Reply reply) {
  server.then(std::move(reply));
  const auto requests = server.request_count();
  const auto start = f.manual_clock.monotonic();
  auto result = f.start(std::move(request));
  f.run_until([&] { return server.request_count() == requests + 1; });
  const auto received = f.client->stats().bytes_in;
  if (server.request_count() > 0 && received == 0)
    for (int i = 0; i < 20; ++i) f.io.run_one_for(1ms);
  while (!result->has_value() && f.manual_clock.monotonic() < start + 10min) {
    f.manual_clock.advance(500ms, [&] {
      for (int i = 0; i < 5; ++i) f.io.poll();
    });
  }
  EXPECT_EQ(f.client->stats().in_use, 0u);
  return {result->has_value() ? word(**result) : "hangs", f.manual_clock.monotonic() - start};
}

TEST(ClientDeadline, ASilentServerCostsTheReadTimeout) {
  ClientFixture f({}, true);
  test::ScriptedServer server(f.io.get_executor(), f.system);
  Request patient = f.get(server.url());
  patient.options.timeout = 5min;
  const auto get = time_call(f, server, patient, test::fault_reply(Fault::hang));
  EXPECT_EQ(get.word, "timeout?");
  EXPECT_EQ(get.after, 30s);
  Request write = f.post(server.url());
  write.options.timeout = 5min;
  const auto post = time_call(f, server, write, test::fault_reply(Fault::hang));
  EXPECT_EQ(post.word, "outcome_unknown");
  EXPECT_EQ(post.after, 30s);
}

TEST(ClientDeadline, TheCallsOwnTimeoutIsNeverExceeded) {
  ClientFixture f({}, true);
  test::ScriptedServer server(f.io.get_executor(), f.system);
  for (const auto fault : {Fault::hang, Fault::stall_body}) {
    Request request = f.get(server.url());
    request.options.timeout = 7s;
    const auto ended = time_call(f, server, request, test::fault_reply(fault, 10));
    EXPECT_EQ(ended.word, "timeout?");
    EXPECT_EQ(ended.after, 7s);
  }
}

// A byte now and then keeps every step within its time; the whole still ends.
TEST(ClientDeadline, ATricklingServerIsCutOffByTheOverallTimeout) {
  ClientFixture f({}, true);
  test::ScriptedServer server(f.io.get_executor(), f.manual_clock);
  auto reply = test::fault_reply(Fault::trickle);
  reply.pace = 1s;
  Request request = f.get(server.url());
  request.options.timeout = 60s;
  const auto ended = time_call(f, server, request, reply);
  EXPECT_EQ(ended.word, "timeout?");
  EXPECT_EQ(ended.after, 60s);
  EXPECT_GT(f.client->stats().bytes_in, 40u);
  f.manual_clock.advance(10s, [&] { f.io.poll(); });
  f.run_until([&] { return server.open() == 0; });
}

TEST(ClientDeadline, ASilentHandshakeEnds) {
  ClientFixture f({}, true);
  // Accepts TCP and says nothing: the handshake waits.
  boost::asio::ip::tcp::acceptor silent(f.io, {boost::asio::ip::address_v4::loopback(), 0});
  const BaseUrl url{true, "127.0.0.1", silent.local_endpoint().port(), ""};
  auto result = f.start(f.post(url));
  f.run_until([&] { return f.client->stats().connections_opened == 1; });
  f.manual_clock.advance(9999ms, [&] { f.io.poll(); });
  EXPECT_FALSE(result->has_value());
  f.manual_clock.advance(1ms, [&] { f.io.poll(); });
  f.run_until([&] { return result->has_value(); });
  EXPECT_EQ(word(**result), "timeout?") << "nothing was sent";
}

TEST(ClientDeadline, NoTimeLeftMeansNothingIsSent) {
  ClientFixture f({}, true);
  test::ScriptedServer server(f.io.get_executor(), f.system);
  Request request = f.post(server.url());
  request.options.timeout = 0s;
  auto result = f.start(std::move(request));
  f.io.poll();
  f.manual_clock.advance(1ns, [&] { f.io.poll(); });
  f.run_until([&] { return result->has_value(); });
  EXPECT_EQ(server.request_count(), 0u);
  EXPECT_EQ(word(**result), "timeout?");
}

}  // namespace
}  // namespace forestall::http
