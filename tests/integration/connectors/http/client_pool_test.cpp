// SPDX-License-Identifier: Apache-2.0
// Connections are kept, limited, taken over only while alive, and closed in the end.
#include <algorithm>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "client_fixture.hpp"
#include "connectors/net/sleep.hpp"

namespace forestall::http {
namespace {

using namespace std::chrono_literals;
using namespace boost::asio::experimental::awaitable_operators;
using test::Fault;

TEST(ClientPool, OneConnectionServesManyCalls) {
  ClientFixture f;
  test::ScriptedServer server(f.io.get_executor(), f.clock);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(word(f.send(f.get(server.url()))), "200");
  EXPECT_EQ(server.accepted(), 1u);
  EXPECT_EQ(f.client->stats().connections_reused, 19u);
  auto closing = test::json_reply("{}");
  closing.close = true;
  server.then(closing);
  EXPECT_EQ(word(f.send(f.get(server.url()))), "200");
  EXPECT_EQ(f.client->stats().idle, 0u);
  EXPECT_EQ(word(f.send(f.get(server.url()))), "200");
  EXPECT_EQ(server.accepted(), 2u);
}

TEST(ClientPool, NeverMoreConnectionsThanAllowedAndEverybodyIsServed) {
  ClientSettings settings;
  settings.connections_per_host = 3;
  ClientFixture f(settings);
  test::ScriptedServer server(f.io.get_executor(), f.clock);
  std::vector<std::shared_ptr<std::optional<Result<Response>>>> calls;
  for (int i = 0; i < 50; ++i) calls.push_back(f.start(f.get(server.url())));
  std::size_t most = 0;
  f.run_until([&] {
    most = std::max(most, server.open());
    return std::ranges::all_of(calls, [](const auto& call) { return call->has_value(); });
  });
  for (const auto& call : calls) EXPECT_EQ(word(**call), "200");
  EXPECT_EQ(server.accepted(), 3u);
  EXPECT_LE(most, 3u);
}

TEST(ClientPool, WhoWaitsTooLongForAConnectionIsToldSo) {
  ClientSettings settings;
  settings.connections_per_host = 1;
  ClientFixture f(settings, true);
  test::ScriptedServer server(f.io.get_executor(), f.system);
  server.then(test::fault_reply(Fault::hang));
  auto first = f.start(f.get(server.url()));
  f.run_until([&] { return server.request_count() == 1; });
  Request hurried = f.post(server.url());
  hurried.options.timeout = 2s;
  auto second = f.start(std::move(hurried));
  f.io.poll();
  EXPECT_EQ(f.client->stats().waiting, 1u);
  f.manual_clock.advance(2s, [&] { f.io.poll(); });
  ASSERT_TRUE(second->has_value());
  EXPECT_EQ(word(**second), "timeout?");
  EXPECT_EQ(f.client->stats().waiting, 0u);
  f.manual_clock.advance(30s, [&] { f.io.poll(); });
  f.run_until([&] { return first->has_value(); });
  EXPECT_EQ(word(f.send(f.get(server.url()))), "200") << "the place is free again";
}

TEST(ClientPool, AKeptConnectionThatDiedIsReplacedWithoutARetry) {
  ClientFixture f;
  test::ScriptedServer server(f.io.get_executor(), f.clock);
  EXPECT_EQ(word(f.send(f.get(server.url()))), "200");
  server.drop_connections();
  f.run_until([&] { return server.open() == 0; });
  EXPECT_EQ(word(f.send(f.post(server.url()))), "200");
  EXPECT_EQ(f.client->stats().stale_retries, 0u);
}

// The server closes while the request is on its way: it cannot be told whether it was carried out.
TEST(ClientPool, AStaleConnectionIsRetriedOnlyForWhatMayBeRepeated) {
  ClientFixture f;
  test::ScriptedServer server(f.io.get_executor(), f.clock);
  for (const auto fault : {Fault::reset_unanswered, Fault::close_unanswered}) {
    EXPECT_EQ(word(f.send(f.get(server.url()))), "200");
    server.then(test::fault_reply(fault));
    const auto before = f.client->stats().stale_retries;
    EXPECT_EQ(word(f.send(f.get(server.url()))), "200");
    EXPECT_EQ(f.client->stats().stale_retries, before + 1);
    server.then(test::fault_reply(fault));
    const auto requests = server.request_count();
    EXPECT_EQ(word(f.send(f.post(server.url()))), "outcome_unknown");
    EXPECT_EQ(server.request_count(), requests + 1);
  }
  // A second failure in a row is an answer of its own: no endless retrying.
  EXPECT_EQ(word(f.send(f.get(server.url()))), "200");
  server.then(test::fault_reply(Fault::reset_unanswered));
  server.then(test::fault_reply(Fault::reset_unanswered));
  EXPECT_EQ(word(f.send(f.get(server.url()))), "unavailable?");
}

TEST(ClientPool, IdleConnectionsAreClosedInTime) {
  ClientFixture f({}, true);
  test::ScriptedServer server(f.io.get_executor(), f.system);
  EXPECT_EQ(word(f.send(f.get(server.url()))), "200");
  f.manual_clock.advance(49s, [&] { f.io.poll(); });
  EXPECT_EQ(f.client->stats().idle, 1u);
  f.manual_clock.advance(1s, [&] { f.io.poll(); });
  EXPECT_EQ(f.client->stats().idle, 0u);
  f.run_until([&] { return server.open() == 0; });
}

TEST(ClientPool, ACancelledCallClosesItsConnection) {
  ClientFixture f({}, true);
  test::ScriptedServer server(f.io.get_executor(), f.system);
  auto race = [](ClientFixture& fixture, Request request) -> boost::asio::awaitable<std::size_t> {
    const auto winner =
        co_await (fixture.client->send(std::move(request)) || net::sleep_for(fixture.clock, 1s));
    co_return winner.index();
  };
  for (int i = 0; i < 3; ++i) {
    server.then(test::fault_reply(i == 2 ? Fault::stall_body : Fault::hang, 5));
    std::optional<std::size_t> winner;
    const auto requests = server.request_count();
    boost::asio::co_spawn(f.io, race(f, f.get(server.url())),
                          [&](std::exception_ptr, std::size_t index) { winner = index; });
    f.run_until([&] { return server.request_count() == requests + 1; });
    EXPECT_EQ(f.client->stats().in_use, 1u);
    f.manual_clock.advance(1s, [&] { f.io.poll(); });
    f.run_until([&] { return winner.has_value(); });
    EXPECT_EQ(*winner, 1u);
    EXPECT_EQ(f.client->stats().in_use, 0u);
    EXPECT_EQ(f.client->stats().idle, 0u);
  }
}

TEST(ClientPool, CancelledWaitersLeaveTheQueueAndLoseNoPlace) {
  ClientSettings settings;
  settings.connections_per_host = 1;
  ClientFixture f(settings, true);
  test::ScriptedServer server(f.io.get_executor(), f.system);
  auto race = [](ClientFixture& fixture, Request request, std::chrono::nanoseconds patience,
                 int& done) -> boost::asio::awaitable<void> {
    co_await (fixture.client->send(std::move(request)) || net::sleep_for(fixture.clock, patience));
    ++done;
  };
  server.then(test::fault_reply(Fault::hang));
  int done = 0;
  for (int i = 0; i < 10; ++i)
    boost::asio::co_spawn(f.io, race(f, f.get(server.url()), (i % 3 + 1) * 1s, done), boost::asio::detached);
  f.run_until([&] { return server.request_count() == 1; });
  f.manual_clock.advance(1s, [&] {
    for (int i = 0; i < 50; ++i) f.io.poll();
  });
  f.run_until([&] { return f.client->stats().in_use == 0; });
  f.manual_clock.advance(3s, [&] { f.io.poll(); });
  f.run_until([&] { return done == 10; });
  EXPECT_EQ(f.client->stats().waiting, 0u);
  EXPECT_EQ(word(f.send(f.get(server.url()))), "200");
}

TEST(ClientPool, ClosingEndsWhatIsUnderWay) {
  ClientFixture f({}, true);
  test::ScriptedServer server(f.io.get_executor(), f.system,
                              [](const auto&) { return test::fault_reply(Fault::hang); });
  auto read = f.start(f.get(server.url()));
  auto write = f.start(f.post(server.url()));
  f.run_until([&] { return server.request_count() == 2; });
  f.client->close();
  f.run_until([&] { return read->has_value() && write->has_value(); });
  EXPECT_EQ(word(**read), "cancelled");
  EXPECT_EQ(word(**write), "outcome_unknown");
  EXPECT_EQ(word(f.send(f.get(server.url()))), "cancelled");
}

}  // namespace
}  // namespace forestall::http
