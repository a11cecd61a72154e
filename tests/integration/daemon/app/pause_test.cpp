// SPDX-License-Identifier: Apache-2.0
// A Redis that stops answering without going away: the daemon says so, loses nothing, and goes on by itself.
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "tests/integration/daemon/app/filled_daemon.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// Longer than the silence after which a connection is dead (5 s); in long runs longer than the lease (15 s),
// which the daemon then has to take again.
std::chrono::seconds pause_length() { return std::getenv("FORESTALL_LONG") != nullptr ? 30s : 8s; }

using PausedRedis = FilledDaemon;

TEST_F(PausedRedis, IsNamedAsTheReasonAndForgivenWhenItGoesOn) {
  write("amazon,L-1,SKU-1,1\namazon,L-2,SKU-2,2\n");
  auto daemon = start();
  ASSERT_TRUE(daemon.wait_for_err("event=ready") && ready()) << daemon.err();
  ASSERT_TRUE(are(8, 4, 6));
  const auto order = *sync_.call({"HGETALL", "forestall:{acme}:order"});

  const auto paused_at = std::chrono::steady_clock::now();
  server_.pause();
  // Asking every 4 s, waiting 5 s for an answer.
  std::string missing;
  EXPECT_TRUE(eventually([&] {
    missing = get("/readyz")->body;
    return missing.find("no connection to Redis: no answer for ") != std::string::npos;
  })) << missing;
  EXPECT_EQ(get("/healthz")->status, 200) << "alive, and unfit to act";
  std::this_thread::sleep_until(paused_at + pause_length());
  server_.resume();

  EXPECT_TRUE(eventually([&] { return get("/readyz")->status == 200; }, 30s)) << get("/readyz")->body;
  EXPECT_TRUE(are(8, 4, 6));
  EXPECT_EQ(*sync_.call({"HGETALL", "forestall:{acme}:order"}), order);
  EXPECT_EQ(daemon_.metric("forestall_ledger_open{seller=\"acme\"}"), 1);
  const auto rebuilt = run({program("forestall"), "--config", daemon_.config, "rebuild", "acme"});
  EXPECT_EQ(rebuilt.ended, (Ended{0, 0})) << rebuilt.out << rebuilt.err;
  // And it works: the mapping can be changed again.
  write("amazon,L-1,SKU-2,1\n");
  daemon.signal(SIGHUP);
  EXPECT_TRUE(become(10, 8, 6)) << daemon.err();
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait_for(), (Ended{0, 0})) << daemon.err();
}

}  // namespace
}  // namespace forestall::test
