// SPDX-License-Identifier: Apache-2.0
// Starting, being refused, and leaving.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/support/daemon/metrics_lint.hpp"
#include "tests/support/daemon/running_daemon.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Start, ServesUntilAskedToLeave) {
  RunningDaemon daemon(
      {.daemon_table = "turn_limit = \"10s\""});  // how busy the machine is, is not the question
  ASSERT_TRUE(daemon.wait_until_ready()) << daemon.process.err();
  EXPECT_EQ(daemon.get("/healthz")->status, 200);
  const auto ready = daemon.get("/readyz");
  EXPECT_THAT(ready->body, HasSubstr(R"({"name":"started","ok":true})"));
  EXPECT_EQ(daemon.get("/api/v1/status")->status, 200);
  EXPECT_THAT(daemon.get("/api/v1/openapi.json")->body, HasSubstr("/api/v1/status"));
  EXPECT_EQ(daemon.stop(), (Ended{0, 0}));
  EXPECT_THAT(daemon.process.err(), HasSubstr("event=stopped exit_code=0"));
  EXPECT_THAT(daemon.process.err(), Not(HasSubstr("level=error")));
  EXPECT_THAT(daemon.process.err(), Not(HasSubstr("level=warning")));
}

TEST(Start, EveryMetricFollowsTheRules) {
  RunningDaemon daemon;
  ASSERT_TRUE(daemon.wait_until_ready());
  const auto page = daemon.get("/metrics");
  ASSERT_TRUE(page);
  EXPECT_THAT(page->head, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  EXPECT_THAT(lint_metrics(page->body), IsEmpty());
  EXPECT_GE(daemon.metric("forestall_loop_turn_seconds_count"), 1);
  EXPECT_EQ(daemon.metric("forestall_log_dropped_lines_total"), 0) << "counters exist before they count";
  EXPECT_GE(daemon.metric("process_open_fds"), 3);
}

TEST(Lint, SeesWhatBreaksTheRules) {
  const auto bad = [](std::string_view name, std::string_view type, std::string_view labels = "") {
    return lint_metrics("# HELP " + std::string(name) + " A sentence of help.\n# TYPE " + std::string(name) +
                        " " + std::string(type) + "\n" + std::string(name) + std::string(labels) + " 1\n")
        .size();
  };
  EXPECT_EQ(bad("forestall_writes_total", "counter"), 0u);
  EXPECT_EQ(bad("forestall_writes_total", "counter", "{account=\"a\\\"}b\"}"), 0u);
  EXPECT_EQ(bad("forestall_writes", "counter"), 1u);
  EXPECT_EQ(bad("forestall_writes_total", "gauge"), 1u);
  EXPECT_EQ(bad("writes_total", "counter"), 1u);
  EXPECT_EQ(bad("forestall_wait_ms", "gauge"), 1u);
  EXPECT_EQ(bad("forestall_backup_age_seconds", "gauge"), 1u);
  EXPECT_EQ(bad("forestall_stock_units", "gauge", "{sku=\"A\"}"), 1u);
  EXPECT_EQ(bad("forestall_x_seconds", "summary"), 1u);
  EXPECT_EQ(bad("forestall_x_seconds", "histogram"), 1u);
  EXPECT_EQ(lint_metrics("forestall_x 1\n").size(), 1u);
  EXPECT_EQ(lint_metrics("# HELP forestall_x A sentence of help.\n# TYPE forestall_x gauge\nforestall_x 1\n"
                         "forestall_x 2\n")
                .size(),
            1u);
  EXPECT_EQ(lint_metrics("# HELP forestall_x A sentence of help.\n# TYPE forestall_x gauge\n").size(), 1u);
}

TEST(Start, APortThatIsTakenIsNamed) {
  RunningDaemon first;
  ASSERT_TRUE(first.wait_until_ready());
  const auto config = first.folder.write(
      "second.toml", "[daemon]\nstate_dir = \"" + first.folder.file("other") +
                         "\"\n[api]\nlisten = \"127.0.0.1:" + std::to_string(first.port) + "\"\n");
  const auto second = run({program("forestalld"), "--config", config});
  EXPECT_EQ(second.ended, (Ended{1, 0}));
  EXPECT_THAT(second.err, HasSubstr("cannot listen on 127.0.0.1:" + std::to_string(first.port)));
  EXPECT_THAT(second.err, HasSubstr("Address already in use"));
  EXPECT_EQ(first.get("/healthz")->status, 200);
}

TEST(Start, TheSecondDaemonOnAStateDirectoryIsRefusedAndHarmless) {
  RunningDaemon first;
  ASSERT_TRUE(first.wait_until_ready());
  const auto config = first.folder.write(
      "second.toml", "[daemon]\nstate_dir = \"" + first.folder.file("state") +
                         "\"\n[api]\nlisten = \"127.0.0.1:" + std::to_string(free_port()) + "\"\n");
  const auto second = run({program("forestalld"), "--config", config});
  EXPECT_EQ(second.ended, (Ended{1, 0}));
  EXPECT_THAT(second.err, HasSubstr("with pid " + std::to_string(first.process.pid())));
  EXPECT_EQ(first.get("/healthz")->status, 200);
  EXPECT_TRUE(std::filesystem::is_socket(first.folder.file("state/forestalld.sock")))
      << "not taken from the first";
  first.process.signal(SIGKILL);
  first.process.wait_for();
  ChildProcess third({program("forestalld"), "--config", config});
  EXPECT_TRUE(third.wait_for_err("event=ready")) << "what a killed daemon leaves behind blocks nobody";
}

TEST(Stop, SigtermAtAnyMomentOfTheStartLeavesCleanly) {
  int clean = 0;
  for (int step = 0; step < 40; ++step) {
    RunningDaemon daemon;
    // A different moment each time: closely at first, and the last ones surely after main() began.
    const auto until = std::chrono::steady_clock::now() + step * 500us;
    while (std::chrono::steady_clock::now() < until) {
    }
    if (step >= 36) ASSERT_TRUE(daemon.process.wait_for_err("event=starting"));
    daemon.process.signal(SIGTERM);
    const auto ended = daemon.process.wait_for();
    ASSERT_TRUE(ended) << "step " << step << ": hangs\n" << daemon.process.err();
    // Before main() has taken over the signal the kernel ends it; nothing has been touched by then.
    if (ended->signal == SIGTERM) {
      EXPECT_FALSE(std::filesystem::exists(daemon.folder.file("state")));
      continue;
    }
    EXPECT_EQ(*ended, (Ended{0, 0})) << "step " << step << "\n" << daemon.process.err();
    EXPECT_FALSE(std::filesystem::exists(daemon.folder.file("state/forestalld.sock")));
    ++clean;
  }
  EXPECT_GT(clean, 0);
}

// Half a request keeps the drain busy for its grace.
TEST(Stop, ARequestAtWorkIsWaitedForAndNoLonger) {
  RunningDaemon daemon;
  ASSERT_TRUE(daemon.wait_until_ready());
  TcpClient half(daemon.port);
  ASSERT_TRUE(half.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n"));
  ASSERT_TRUE(
      eventually([&] { return daemon.metric("forestall_http_connections{phase=\"reading\"}") == 1; }));
  daemon.process.signal(SIGTERM);
  ASSERT_TRUE(daemon.process.wait_for_err("event=stopping part=web"));
  ASSERT_TRUE(half.send("\r\n"));
  const auto answer = half.receive();
  ASSERT_TRUE(answer) << "what was begun before the signal is finished";
  EXPECT_EQ(answer->status, 200);
  EXPECT_THAT(answer->head, HasSubstr("Connection: close"));
  EXPECT_EQ(daemon.process.wait_for(), (Ended{0, 0}));
}

TEST(Stop, TheSecondSignalLeavesAtOnce) {
  RunningDaemon daemon;
  ASSERT_TRUE(daemon.wait_until_ready());
  TcpClient half(daemon.port);
  ASSERT_TRUE(half.send("GET /healthz HTTP/1.1\r\n"));
  ASSERT_TRUE(
      eventually([&] { return daemon.metric("forestall_http_connections{phase=\"reading\"}") == 1; }));
  daemon.process.signal(SIGTERM);
  ASSERT_TRUE(daemon.process.wait_for_err("event=stopping part=web"));
  daemon.process.signal(SIGINT);
  EXPECT_EQ(daemon.process.wait_for(), (Ended{5, 0})) << "not by the grace of the request";
}

TEST(Stop, LeavesNoThreadAndNoDescriptorBehindWhileRunning) {
  RunningDaemon daemon;
  ASSERT_TRUE(daemon.wait_until_ready());
  ASSERT_TRUE(daemon.get("/metrics"));
  ASSERT_TRUE(eventually([&] { return daemon.metric("forestall_http_connections{phase=\"idle\"}") == 0; }));
  const auto threads = daemon.process.threads();
  std::size_t descriptors = 0;
  ASSERT_TRUE(eventually([&] {  // the last client's descriptor goes a moment after its answer
    const auto now = daemon.process.open_descriptors();
    return std::exchange(descriptors, now) == now;
  }));
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(daemon.get(i % 2 == 0 ? "/metrics" : "/nothing"));
  for (int i = 0; i < 20; ++i) daemon.process.signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return daemon.process.open_descriptors() <= descriptors; }))
      << daemon.process.open_descriptors() << " after, " << descriptors << " before";
  EXPECT_EQ(daemon.process.threads(), threads);
  EXPECT_EQ(daemon.stop(), (Ended{0, 0}));
}

}  // namespace
}  // namespace forestall::test
