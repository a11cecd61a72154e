// SPDX-License-Identifier: Apache-2.0
// Every order of a sandbox arrives in the ledger, once, whatever happens to the daemon and to the answers.
#include <gmock/gmock.h>

#include <csignal>

#include "config/base/random.hpp"
#include "tests/integration/daemon/polling/observed_world.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Instant begin = parse_instant("2026-02-02T00:00:00Z").value();

void expect_everything_arrived(ObservedWorld& world, Instant end) {
  // What was placed last may not be visible yet: two minutes late, asked for every three.
  const auto settled = world.orders_of_the_truth(end - 15min);
  const auto all = world.orders_of_the_truth(end);
  const auto known = world.orders_of_the_ledger();
  EXPECT_GE(settled.size(), 100U);
  for (const auto& order : settled) EXPECT_TRUE(known.contains(order)) << order << " never arrived";
  for (const auto& order : known) EXPECT_TRUE(all.contains(order)) << order << " was never placed";
  EXPECT_THAT(world.differences(), IsEmpty()) << "something was counted twice, or not at all";
}

TEST(Arrival, EveryOrderOnceAcrossKills) {
  ObservedWorld world({.sandbox = {"--seed", "7", "--skus", "100", "--rate", "6", "--days", "1"}});
  const auto end = begin + 24h;
  SeededRandom random(3);
  world.start_daemon();
  for (int kills = 0; kills < 6; ++kills) {
    const auto when = begin + kills * 3h + Millis(static_cast<std::int64_t>(random.below(180 * 60'000)));
    ASSERT_TRUE(world.until(when)) << world.daemon().err();
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(20'000)));
    world.kill_daemon();
    world.start_daemon();
  }
  ASSERT_TRUE(world.until_the_end()) << world.daemon().err();
  expect_everything_arrived(world, end);
}

TEST(Arrival, AFirstReadingThatIsKilledGoesOn) {
  std::unique_ptr<ObservedWorld> begun;
  for (int attempt = 0; attempt < 5 && begun == nullptr; ++attempt) {
    begun = std::make_unique<ObservedWorld>(
        WorldOptions{.sandbox = {"--seed", "8", "--skus", "200", "--rate", "8", "--days", "2"}});
    begun->sandbox().advance("1d12h");
    begun->start_daemon();
    // After the first page of the past.
    ASSERT_TRUE(eventually([&] { return !begun->cursor("amazon-us order_history").empty(); }))
        << begun->daemon().err();
    begun->kill_daemon();
    if (!begun->cursor("amazon-us order_history round").empty()) begun.reset();  // killed too late
  }
  ASSERT_NE(begun, nullptr) << "killed too late each time, to show anything";
  auto& world = *begun;
  world.start_daemon();
  ASSERT_TRUE(world.until_the_end()) << world.daemon().err();
  EXPECT_THAT(world.daemon().err(), HasSubstr("event=backfilled seller=acme account=amazon-us"));
  EXPECT_NE(world.cursor("amazon-us order_history round"), "");
  expect_everything_arrived(world, begin + 48h);
}

TEST(Arrival, AnswersThatBreakLoseNothing) {
  ObservedWorld world({.sandbox = {"--seed", "9", "--skus", "100", "--rate", "6", "--days", "1"}});
  std::string faults;
  const std::vector<std::string> kinds = {R"("fault":"reset")",
                                          R"("fault":"truncated")",
                                          R"("fault":"invalid_json")",
                                          R"("fault":"status","status":500)",
                                          R"("fault":"lost_answer")",
                                          R"("fault":"status","status":503,"html":true)",
                                          R"("fault":"status","status":429)"};
  int nth = 2;
  for (const auto& kind : kinds)
    for (const auto* operation : {"searchOrders", "searchListingsItems"}) {
      faults += faults.empty() ? "" : ",";
      faults += "{\"operation\":\"" + std::string(operation) + "\",\"nth\":" + std::to_string(nth) +
                ",\"count\":2," + kind + "}";
      nth += 3;
    }
  const auto scripted = world.sandbox().control("faults", "POST", "{\"faults\":[" + faults + "]}");
  ASSERT_EQ(scripted.status(), 200) << scripted.reply.body;
  world.start_daemon();
  ASSERT_TRUE(world.until_the_end()) << world.daemon().err();
  EXPECT_THAT(world.daemon().err(), HasSubstr("event=poll_failed"));
  EXPECT_THAT(world.daemon().err(), HasSubstr("event=poll_recovered"));
  expect_everything_arrived(world, begin + 24h);
}

TEST(Arrival, RedisThatDiesLosesNothing) {
  ObservedWorld world({.sandbox = {"--seed", "10", "--skus", "100", "--rate", "6", "--days", "1"}});
  world.start_daemon();
  for (int kills = 1; kills <= 3; ++kills) {
    ASSERT_TRUE(world.until(begin + kills * 5h)) << world.daemon().err();
    world.restart_redis();
  }
  ASSERT_TRUE(world.until_the_end()) << world.daemon().err();
  expect_everything_arrived(world, begin + 24h);
}

}  // namespace
}  // namespace forestall::test
