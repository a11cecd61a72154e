// SPDX-License-Identifier: Apache-2.0
// Many clients at once: idle ones neither starve others nor eat the memory.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <vector>

#include "tests/support/daemon/running_daemon.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t crowd = 2000;

void allow_descriptors() {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < crowd + 100) GTEST_SKIP() << "may not open " << crowd << " descriptors";
}

double all_connections(const RunningDaemon& daemon) {
  double sum = 0;
  for (const char* phase : {"idle", "reading", "handling", "writing"})
    sum += daemon.metric(fmt::format("forestall_http_connections{{phase=\"{}\"}}", phase));
  return sum;
}

TEST(Crowd, TwoThousandIdleConnectionsFit) {
  allow_descriptors();
  if (IsSkipped()) return;
  RunningDaemon daemon;
  ASSERT_TRUE(daemon.wait_until_ready());
  ASSERT_TRUE(daemon.get("/metrics"));
  const auto before = daemon.process.resident_bytes();
  std::vector<TcpClient> idle;
  for (std::size_t i = 0; i < crowd; ++i) idle.emplace_back(daemon.port);
  ASSERT_TRUE(eventually([&] { return all_connections(daemon) >= crowd; }));
  const auto each = (daemon.process.resident_bytes() - before) / crowd;
  RecordProperty("resident_bytes_per_idle_connection", static_cast<int>(each));
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  EXPECT_LT(each, 64u * 1024);
#else
  EXPECT_LT(each, 8u * 1024);
#endif
  EXPECT_EQ(daemon.get("/healthz")->status, 200);
  EXPECT_EQ(daemon.stop(), (Ended{0, 0})) << "and the end does not wait for them";
}

TEST(Crowd, BeyondTheLimitTheLongestIdleMakeRoomAndEverybodyIsServed) {
  allow_descriptors();
  if (IsSkipped()) return;
  RunningDaemon daemon({.api_table = "max_connections = 200"});
  ASSERT_TRUE(daemon.wait_until_ready());
  const auto fds = daemon.process.open_descriptors();
  std::vector<TcpClient> idle;
  for (std::size_t i = 0; i < crowd; ++i) {
    idle.emplace_back(daemon.port);
    if (i % 100 == 99) {
      ASSERT_EQ(daemon.get("/healthz")->status, 200) << "after " << i;
    }
  }
  ASSERT_TRUE(eventually([&] {
    return daemon.metric("forestall_http_connections_closed_total{reason=\"made_room\"}") >= crowd - 200;
  }));
  EXPECT_LE(all_connections(daemon), 200);
  EXPECT_LE(daemon.process.open_descriptors(), fds + 202);
  EXPECT_EQ(daemon.metric("forestall_http_connections_closed_total{reason=\"full\"}"), 0);
  EXPECT_TRUE(idle.front().closed()) << "the first to come is the first to go";
  idle.back().send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(idle.back().receive()->status, 200) << "the last still has its place";
}

TEST(Crowd, SlowSendersInEveryPlaceDoNotShutOthersOut) {
  RunningDaemon daemon({.api_table = "max_connections = 20\nrequest_deadline = \"1m\""});
  ASSERT_TRUE(daemon.wait_until_ready());
  std::vector<TcpClient> slow;
  for (int i = 0; i < 20; ++i) {
    slow.emplace_back(daemon.port);
    slow.back().send("GET /healthz HTTP/1.1\r\nX: ");
  }
  // Refused at first: they have only just begun. A second later the slowest makes room.
  EXPECT_TRUE(eventually([&] {
    const auto health = daemon.get("/healthz");
    return health && health->status == 200;
  }));
}

}  // namespace
}  // namespace forestall::test
