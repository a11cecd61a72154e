// SPDX-License-Identifier: Apache-2.0
// One client at a time: what is right is answered, what is wrong is explained, what is slow is cut.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/support/daemon/running_daemon.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class Client : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    daemon = std::make_unique<RunningDaemon>(DaemonOptions{
        .api_table = "max_header = \"8KiB\"\nrequest_deadline = \"3s\"\nidle_timeout = \"4s\""});
    ASSERT_TRUE(daemon->wait_until_ready()) << daemon->process.err();
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(daemon->stop(), (Ended{0, 0})) << daemon->process.err();
    EXPECT_THAT(daemon->process.err(), ::testing::Not(HasSubstr("level=error")));
    daemon.reset();
  }
  // The status of the answer to exactly these bytes; 0 where none comes.
  static int say(std::string_view bytes) {
    TcpClient client(daemon->port);
    client.send(bytes);
    const auto answer = client.receive();
    return answer ? answer->status : 0;
  }
  static std::unique_ptr<RunningDaemon> daemon;
};
std::unique_ptr<RunningDaemon> Client::daemon;

TEST_F(Client, IsKeptAndAnsweredInOrder) {
  TcpClient client(daemon->port);
  client.send(
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const auto first = client.receive();
  const auto second = client.receive();
  const auto third = client.receive();
  ASSERT_TRUE(first && second && third);
  EXPECT_EQ(first->body, R"({"status":"alive"})");
  EXPECT_EQ(second->status, 404);
  EXPECT_THAT(second->head, HasSubstr("Connection: keep-alive"));
  EXPECT_EQ(third->status, 200);
  EXPECT_TRUE(client.closed());
}

TEST_F(Client, HeadHasNoBodyAndHttp10Works) {
  TcpClient client(daemon->port);
  client.send("HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto head = client.receive(patience, false);
  ASSERT_TRUE(head);
  EXPECT_THAT(head->head, HasSubstr("Content-Length: 18\r\n"));
  client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.receive()->status, 200);
  EXPECT_EQ(say("GET /healthz HTTP/1.0\r\n\r\n"), 200);
}

TEST_F(Client, IsToldWhatIsWrong) {
  const std::string host = "Host: localhost\r\n";
  EXPECT_EQ(say("GET /nothing HTTP/1.1\r\n" + host + "\r\n"), 404);
  EXPECT_EQ(say("DELETE /healthz HTTP/1.1\r\n" + host + "\r\n"), 405);
  EXPECT_EQ(say("GET /healthz HTTP/1.1\r\n\r\n"), 400) << "no Host";
  EXPECT_EQ(say("GET http://evil/ HTTP/1.1\r\n" + host + "\r\n"), 400);
  EXPECT_EQ(say("GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 421) << "DNS rebinding";
  EXPECT_EQ(say("GET /api/v1/status HTTP/1.1\r\n" + host + "Authorization: Bearer wrong\r\n\r\n"), 401);
  EXPECT_EQ(say("nonsense\r\n\r\n"), 400);
  EXPECT_EQ(say(std::string("\x16\x03\x01\x02\x00\x01", 6) + std::string(100, 'x') + "\r\n\r\n"), 400)
      << "TLS";
  EXPECT_EQ(say("GET /healthz HTTP/1.1\r\n" + host + "X: " + std::string(20'000, 'x') + "\r\n\r\n"), 431);
  EXPECT_EQ(say("GET /healthz HTTP/1.1\r\n" + host + "Content-Length: 99999999999\r\n\r\n"), 413);
  EXPECT_EQ(say("GET /healthz HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhello"), 413)
      << "takes no body";
  EXPECT_EQ(say("GET /healthz HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"), 400);
  EXPECT_EQ(
      say("GET /healthz HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
      413);
  EXPECT_EQ(daemon->get("/healthz")->status, 200);
}

TEST_F(Client, ProblemsAreJsonWithACode) {
  const auto answer = daemon->get("/nothing");
  EXPECT_THAT(answer->head, HasSubstr("Content-Type: application/problem+json"));
  EXPECT_THAT(answer->body, HasSubstr(R"("status":404,"code":"not_found")"));
}

// One byte at a time, each well within any timeout that starts anew with each byte.
TEST_F(Client, ThatSendsAByteAtATimeIsCutByTheDeadlineOfTheWhole) {
  TcpClient slow(daemon->port);
  const std::string request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(1000, 'x');
  const auto began = std::chrono::steady_clock::now();
  std::optional<HttpAnswer> answer;
  for (std::size_t i = 0; i < request.size() && !answer; ++i) {
    if (!slow.send(request.substr(i, 1))) break;
    answer = slow.receive(50ms);  // returns at once when it is cut
    ASSERT_LT(std::chrono::steady_clock::now() - began, patience) << "still not cut";
  }
  const auto took = std::chrono::steady_clock::now() - began;
  ASSERT_TRUE(answer) << "it is told why";
  EXPECT_EQ(answer->status, 408);
  EXPECT_GE(took, 2s);
  EXPECT_TRUE(slow.closed());
  EXPECT_GE(daemon->metric("forestall_http_connections_closed_total{reason=\"too_slow\"}"), 1);
}

TEST_F(Client, ThatNeverReadsIsCutToo) {
  TcpClient deaf(daemon->port);
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const auto before = daemon->metric("forestall_http_connections_closed_total{reason=\"too_slow\"}");
  std::string many;
  for (int i = 0; i < 2000; ++i) many += request;
  // The answers fill the buffers of the kernel long before the last one.
  std::size_t sent = 0;
  while (sent < 4 && deaf.send(many.substr(0, 16 * 1024))) ++sent;
  EXPECT_TRUE(eventually([&] {
    return daemon->metric("forestall_http_connections_closed_total{reason=\"too_slow\"}") > before;
  }));
}

TEST_F(Client, ThatIsIdleIsClosedAfterItsTime) {
  TcpClient idle(daemon->port);
  EXPECT_TRUE(idle.closed());
}

TEST_F(Client, ThatVanishesAnywhereLeavesNothing) {
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (std::size_t cut = 0; cut <= request.size(); ++cut) {
    TcpClient client(daemon->port);
    client.send(request.substr(0, cut));
  }
  EXPECT_TRUE(eventually([&] {
    return daemon->metric("forestall_http_connections{phase=\"reading\"}") == 0;
  })) << "only the one that asks";
}

TEST_F(Client, OverTheUnixSocketIsOurUserOnly) {
  struct stat status{};
  ASSERT_EQ(stat(daemon->folder.file("state/forestalld.sock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

}  // namespace
}  // namespace forestall::test
