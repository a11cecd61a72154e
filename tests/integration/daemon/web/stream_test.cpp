// SPDX-License-Identifier: Apache-2.0
// Streams of server-sent events: what a reader gets, and that readers who are slow, silent or gone cost
// nothing.
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>

#include "config/base/log.hpp"
#include "connectors/net/system_clock.hpp"
#include "daemon/web/server.hpp"
#include "tests/support/daemon/tcp_client.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string ask = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";

// A server of its own on a thread of its own, with one hub at /events.
class Streams : public ::testing::Test {
 protected:
  void serve(web::ServerOptions options = {}) {
    std::vector<web::Route> routes{
        {.pattern = "/events",
         .access = web::Access::read,
         .summary = "",
         .handler = {},
         .media_type = "text/event-stream",
         .events = [this](const web::Request&) { return hub_.read(); }},
        {.pattern = "/refused",
         .access = web::Access::open,
         .summary = "",
         .handler = {},
         .events = [](const web::Request&) {
           return std::unexpected(web::problem(404, ErrorCode::not_found, "no such seller"));
         }}};
    server_ = std::make_unique<web::Server>(io_.get_executor(), clock_, Logger(log_), options,
                                            std::move(routes), web::AccessRules{}, [](std::string_view) {});
    ASSERT_TRUE(server_->start());
    port_ = server_->port();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Streams() override {
    if (!thread_.joinable()) return;
    stop();
    guard_.reset();
    thread_.join();
  }
  // On the loop's thread.
  template <class F>
  auto there(F f) {
    std::packaged_task<decltype(f())()> task(std::move(f));
    auto result = task.get_future();
    boost::asio::post(io_, std::move(task));
    return result.get();
  }
  void publish(std::string topic, std::string data) {
    there([&] { hub_.publish(topic, data); });
  }
  std::size_t readers() {
    return there([this] { return hub_.readers(); });
  }
  web::WebCounters counters() {
    return there([this] { return server_->counters(); });
  }
  void stop() {
    if (stopped_) return;
    stopped_ = true;
    std::promise<void> done;
    boost::asio::co_spawn(io_, server_->stop(), [&done](const std::exception_ptr&) { done.set_value(); });
    done.get_future().get();
  }
  TcpClient open(std::string_view request = ask) const {
    TcpClient client(port_);
    client.send(request);
    return client;
  }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{io_.get_executor()};
  net::SystemClock clock_{io_.get_executor()};
  MemoryLogSink log_;
  web::EventHub hub_;
  std::unique_ptr<web::Server> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
  bool stopped_ = false;
};

TEST_F(Streams, BeginWithEveryTopicAndGoOnWithWhatIsNew) {
  serve();
  publish("orders", R"({"n":1})");
  auto client = open();
  const auto first = client.read_until("{\"n\":1}\n\n");
  EXPECT_THAT(first, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(first, HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_THAT(first, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(first, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(first, HasSubstr("event: orders\nid: 1\ndata: {\"n\":1}\n\n"));
  publish("orders", R"({"n":1})");
  publish("orders", R"({"n":2})");
  EXPECT_EQ(client.read_until("2}\n\n"), "event: orders\nid: 2\ndata: {\"n\":2}\n\n");
}

TEST_F(Streams, SayThatTheyLiveWhereNothingHappens) {
  serve({.heartbeat = 20ms});
  auto client = open();
  EXPECT_THAT(client.read_until(":\n\n:\n\n"), HasSubstr("\r\n\r\n:\n\n"));
}

TEST_F(Streams, WhoLeavesIsForgottenAtOnce) {
  serve();
  for (int i = 0; i < 50; ++i) {
    auto client = open();
    client.read_until("\r\n\r\n");
  }
  EXPECT_TRUE(eventually([this] { return readers() == 0; })) << readers() << " readers left";
  EXPECT_TRUE(eventually([this] { return there([this] { return server_->connections().size(); }) == 0; }));
}

// It never reads: what it is owed is the newest state, and it is cut at the deadline of a write.
TEST_F(Streams, WhoDoesNotReadIsCutAndNothingPilesUp) {
  serve({.connections = {.request = 2s}});
  auto deaf = open();
  auto awake = open();
  awake.read_until("\r\n\r\n");
  const std::string large(1'000'000, 'x');
  EXPECT_TRUE(eventually([&] {
    static int i = 0;
    publish("state", std::to_string(++i) + large);
    awake.read_until("data: " + std::to_string(i));
    return counters().timed_out > 0;
  }));
  EXPECT_TRUE(eventually([this] { return readers() == 1; })) << "the one that reads";
  publish("state", "after");
  EXPECT_THAT(awake.read_until("data: after\n\n"), HasSubstr("after"));
}

TEST_F(Streams, HaveALimitThatFreesItself) {
  serve({.max_streams = 3});
  auto a = open();
  auto b = open();
  {
    auto c = open();
    for (auto* client : {&a, &b, &c}) EXPECT_THAT(client->read_until("\r\n\r\n"), HasSubstr("200 OK"));
    auto refused = open();
    const auto answer = refused.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 503);
    EXPECT_THAT(answer->head, HasSubstr("Retry-After: 10"));
    EXPECT_EQ(counters().streams_refused, 1u);
  }
  EXPECT_TRUE(eventually([this] { return readers() == 2; }));
  auto d = open();
  EXPECT_THAT(d.read_until("\r\n\r\n"), HasSubstr("200 OK"));
}

TEST_F(Streams, WhoChattersIsLeft) {
  serve();
  auto client = open();
  client.read_until("\r\n\r\n");
  client.send(std::string(10'000, 'x'));
  EXPECT_TRUE(client.closed());
}

TEST_F(Streams, EndWhenTheRulesChange) {
  serve();
  auto client = open();
  client.read_until("\r\n\r\n");
  there([this] {
    web::AccessRules rules;
    rules.read_needs_token = true;
    server_->set_rules(std::move(rules));
  });
  EXPECT_TRUE(client.closed());
  auto again = open();
  EXPECT_EQ(again.receive()->status, 401);
}

TEST_F(Streams, DoNotKeepTheServerFromStopping) {
  serve({.stop_grace = 60s});
  auto client = open();
  client.read_until("\r\n\r\n");
  const auto began = std::chrono::steady_clock::now();
  stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 30s) << "streams do not use up the grace";
  EXPECT_TRUE(client.closed());
}

TEST_F(Streams, MayBeRefusedAndHaveAHead) {
  serve();
  auto refused = open("GET /refused HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(refused.receive()->status, 404);
  auto head = open("HEAD /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(head.read_until("\r\n\r\n"), HasSubstr("text/event-stream"));
  EXPECT_TRUE(head.closed());
  EXPECT_EQ(readers(), 0u);
}

}  // namespace
}  // namespace forestall::test
