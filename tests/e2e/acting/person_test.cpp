// SPDX-License-Identifier: Apache-2.0
// Modes, the kill switch and people, with the real daemon on the real sandbox. What was written is what the
// sandbox received.
#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>
#include <chrono>
#include <thread>

#include "tests/integration/daemon/polling/observed_world.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const std::vector<std::string> busy = {"--seed", "5",  "--skus",      "60", "--rate",  "6",
                                       "--days", "30", "--accounts",  "2",  "--speed", "300",
                                       "--fba",  "0",  "--lead-time", "1d", "--cover", "3d"};
const std::map<std::string, std::string> guarded = {{"mode = \"observe\"", "mode = \"guard\""}};

std::size_t writes(ObservedWorld& world) {
  const auto answer = world.sandbox().control("writes?from=0");
  if (answer.json.is_array()) return answer.json.as_array().size();
  return answer.json.as_object().at("writes").as_array().size();
}

std::int64_t metric(ObservedWorld& world, std::string_view name) {
  const auto page = world.get("/metrics");
  if (!page) return -1;
  double sum = 0;
  for (std::size_t at = 0;
       (at = page->body.find(std::string("\n") + std::string(name), at)) != std::string::npos;) {
    const auto end = page->body.find('\n', ++at);
    const auto line = page->body.substr(at, end - at);
    sum += std::strtod(line.c_str() + line.rfind(' '), nullptr);
  }
  return static_cast<std::int64_t>(sum);
}

TEST(Modes, ObserveNeverWrites) {
  ObservedWorld world({.sandbox = busy});
  world.start_daemon();
  ASSERT_TRUE(eventually([&] { return metric(world, "forestall_wishes_noted_total") >= 10; }))
      << world.daemon().err();
  EXPECT_EQ(writes(world), 0U) << "the sandbox received a write";
  EXPECT_EQ(metric(world, "forestall_intents_total"), 0);
}

TEST(Modes, TheKillSwitchIsInForceWithinASecond) {
  ObservedWorld world({.sandbox = busy, .replace = guarded});
  world.start_daemon();
  ASSERT_TRUE(eventually([&] { return writes(world) >= 10; })) << world.daemon().err();
  const auto done = world.forestall({"mode", "observe", "--all"});
  const auto asked = std::chrono::steady_clock::now();
  EXPECT_EQ(done.ended, (Ended{0, 0})) << done.err;
  EXPECT_THAT(done.out, HasSubstr("stays paused"));
  // What was on the wire when the switch was thrown may still arrive within the second.
  while (std::chrono::steady_clock::now() - asked < 1s) std::this_thread::sleep_for(10ms);
  const auto after = writes(world);
  const auto noted = metric(world, "forestall_wishes_noted_total");
  ASSERT_TRUE(eventually([&] { return metric(world, "forestall_wishes_noted_total") >= noted + 5; }))
      << "nothing happened that could have been written: the test shows nothing";
  EXPECT_EQ(writes(world), after);
  // It outlives the process.
  world.kill_daemon();
  world.start_daemon();
  ASSERT_TRUE(eventually([&] { return metric(world, "forestall_wishes_noted_total") >= 5; }))
      << world.daemon().err();
  EXPECT_EQ(writes(world), after);
}

TEST(People, WhoPausesInTheChannelIsLeftAlone) {
  ObservedWorld world({.sandbox = busy, .replace = guarded});
  world.start_daemon();
  ASSERT_TRUE(eventually([&] { return writes(world) >= 5; })) << world.daemon().err();
  // Something that sells: a listing that was written lately.
  const auto list = world.sandbox().control("writes?from=0").json;
  const auto& first = (list.is_array() ? list : list.as_object().at("writes")).as_array().at(0).as_object();
  const std::string sku(first.at("sku").as_string());
  const std::string account(first.at("account").as_string());
  const auto edited = world.sandbox().control(
      "edit", "POST",
      boost::json::serialize(boost::json::object{{"account", account}, {"sku", sku}, {"active", false}}));
  ASSERT_EQ(edited.status(), 200) << edited.reply.body;
  std::string explained;
  ASSERT_TRUE(eventually([&] {
    explained = world.forestall({"explain", sku, "--account", account}).out;
    return explained.find("outside_pause") != std::string::npos;
  })) << explained
      << world.daemon().err();
  const auto so_far = world.sandbox().control("writes?from=0").json;
  ASSERT_TRUE(world.until(world.now() + 90min));
  const auto later = world.sandbox().control("writes?from=0").json;
  const auto of_it = [&](const boost::json::value& all) {
    std::size_t n = 0;
    for (const auto& one : (all.is_array() ? all : all.as_object().at("writes")).as_array())
      n += one.at("sku").as_string() == sku && one.at("account").as_string() == account ? 1 : 0;
    return n;
  };
  EXPECT_EQ(of_it(later), of_it(so_far)) << "written over a person's pause";
}

}  // namespace
}  // namespace forestall::test
