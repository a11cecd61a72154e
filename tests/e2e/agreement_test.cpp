// SPDX-License-Identifier: Apache-2.0
// The daemon and the backtest meet the same shoppers: what the backtest promises is what the daemon does,
// order by order.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <sstream>

#include "daemon/backtest/policies/guard_policy.hpp"
#include "daemon/backtest/world/run.hpp"
#include "tests/e2e/trial.hpp"
#include "tests/sandbox/setting.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;

constexpr int accounts = 2;
constexpr Millis poll = 5min;

sandbox::Options history(std::uint64_t seed, int days) {
  return {.seed = seed,
          .skus = 12,
          .lines_per_sku_day = 1.5,
          .days = days,
          .accounts = accounts,
          .fba = 0,
          .lock_step = true,
          .pending_share = 0,
          .withdrawn_share = 0,
          .pick_after = 0ms,
          .lead_time = 48h,
          .cover = 48h};
}

// The same as options of the program.
std::vector<std::string> arguments(const sandbox::Options& o) {
  return {"--seed",        fmt::format("{}", o.seed),
          "--skus",        fmt::format("{}", o.skus),
          "--rate",        fmt::format("{}", o.lines_per_sku_day),
          "--days",        fmt::format("{}", o.days),
          "--accounts",    fmt::format("{}", o.accounts),
          "--fba",         "0",
          "--pending",     "0",
          "--withdrawn",   "0",
          "--pick-after",  "0s",
          "--lead-time",   duration_text(o.lead_time),
          "--cover",       duration_text(o.cover),
          "--live-after",  duration_text(o.live_after),
          "--stock-every", "15m"};
}

// One line an order: when, what was asked, what was accepted.
std::vector<std::string> backtested(const sandbox::Options& options, planner::WriteKind writes,
                                    world::Truth& truth) {
  auto setting = sandbox::make_setting(options, Instant{});
  if (!setting) throw std::runtime_error(to_string(setting.error()));
  // The daemon is told of receipts by a file every quarter of an hour, read every five minutes.
  setting->scenario.fulfilment.stock_reported_after = 10min;
  world::World world(setting->scenario, setting->catalogue, setting->demand);
  backtest::GuardSettings guard;
  guard.cancel_cost = 10;
  guard.poll_every.assign(accounts, poll);
  guard.writes.assign(accounts, writes);
  guard.lot_units = 1;
  guard.knows_receipts = false;
  backtest::GuardPolicy policy(world, guard, backtest::DemandBook::untaught(world));
  world::run(world, policy);
  truth = world.truth();
  std::vector<std::string> lines;
  for (world::LineIndex line = 0; line < world.demand().size(); ++line)
    if (world.lines()[line].offered)
      lines.push_back(fmt::format("{} {} {} {} {}", to_string(world.demand().time[line]),
                                  world.demand().order[line], world.demand().units[line],
                                  world.lines()[line].accepted, world.lines()[line].filled));
  return lines;
}

// The same lines of /sandbox/lines. From the end: a SKU may hold commas.
std::vector<std::string> lived(const Trial& trial) {
  std::istringstream rows(trial.sandbox.control("lines").reply.body);
  std::vector<std::string> lines;
  std::string row;
  std::getline(rows, row);
  while (std::getline(rows, row)) {
    std::vector<std::string> head, tail;
    std::string_view rest = row;
    while (tail.size() < 6) {
      const auto comma = rest.rfind(',');
      tail.insert(tail.begin(), std::string(rest.substr(comma + 1)));
      rest = rest.substr(0, comma);
    }
    while (head.size() < 3) {
      const auto comma = rest.find(',');
      head.emplace_back(rest.substr(0, comma));
      rest = rest.substr(comma + 1);
    }
    lines.push_back(fmt::format("{} {} {} {} {}", head[0], head[2], tail[0], tail[1], tail[2]));
  }
  return lines;
}

struct Compared {
  std::size_t lines = 0, differ = 0;
  std::int64_t refused = 0;
  bool same_digest = false;
};

Compared compare(const sandbox::Options& options, planner::WriteKind writes = planner::WriteKind::absolute) {
  world::Truth expected;
  const auto promised = backtested(options, writes, expected);
  Trial trial({.sandbox = arguments(options),
               .seller = "lead_time = \"2d\"\n",
               .account = "poll.orders = \"5m\"\npoll.listings = \"1w\"\n",
               .stock = "poll = \"5m\"\n",
               .writes = writes == planner::WriteKind::absolute   ? ""
                         : writes == planner::WriteKind::relative ? "relative"
                                                                  : "compare_and_set"});
  if (!trial.run(std::chrono::minutes(5))) throw std::runtime_error(trial.log().substr(0, 4000));
  const auto truth = trial.finish();
  const auto happened = lived(trial);
  Compared compared{.lines = happened.size(),
                    .refused = count(truth, "/lines/refused"),
                    .same_digest = truth.at("digest").as_string() == fmt::format("{:016x}", expected.digest)};
  if (happened.size() != promised.size()) throw std::runtime_error("not the same shoppers");
  for (std::size_t i = 0; i < happened.size(); ++i)
    if (happened[i] != promised[i]) {
      ++compared.differ;
      fmt::print("  daemon   {}\n  backtest {}\n", happened[i], promised[i]);
    }
  fmt::print(
      "seed {}: {} lines, {} differ; refused {} and {}, oversold {} and {}, writes {} and {} by daemon and "
      "backtest ({:.1f} s)\n",
      options.seed, compared.lines, compared.differ, compared.refused, expected.lines.refused,
      count(truth, "/units/oversold"), expected.units.oversold, count(truth, "/writes"), expected.writes,
      trial.seconds());
  return compared;
}

TEST(AgreementTest, DaemonAndBacktestTakeTheSameOrders) {
  const auto compared = compare(history(1, 4));
  EXPECT_EQ(compared.differ, 0U);
  EXPECT_TRUE(compared.same_digest);
  EXPECT_GT(compared.refused, 0) << "a history in which nothing runs out says nothing";
}

TEST(AgreementTest, AlsoOnChannelsThatAdd) {
  const auto compared = compare(history(1, 4), planner::WriteKind::relative);
  EXPECT_EQ(compared.differ, 0U);
  EXPECT_TRUE(compared.same_digest);
  EXPECT_GT(compared.refused, 0) << "a history in which nothing runs out says nothing";
}

// Such a channel answers when it has compared, and what it took is live at once.
TEST(AgreementTest, AlsoOnChannelsThatCompare) {
  auto options = history(1, 4);
  options.live_after = 1s;
  const auto compared = compare(options, planner::WriteKind::compare_and_set);
  EXPECT_EQ(compared.differ, 0U);
  EXPECT_TRUE(compared.same_digest);
  EXPECT_GT(compared.refused, 0) << "a history in which nothing runs out says nothing";
}

TEST(AgreementTest, OnLongerHistoriesTheyDifferInFewOrders) {
  if (std::getenv("FORESTALL_LONG") == nullptr) GTEST_SKIP() << "takes minutes: only with FORESTALL_LONG=1";
  std::size_t lines = 0, differ = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const auto compared = compare(history(seed, 12));
    lines += compared.lines;
    differ += compared.differ;
  }
  fmt::print("{} of {} lines differ\n", differ, lines);
  // Calls take their turn and listings are read back: a write of the daemon is some minutes from the
  // backtest's.
  EXPECT_LE(differ * 100, 3 * lines);
}

}  // namespace
}  // namespace forestall::test
