// SPDX-License-Identifier: Apache-2.0
// What the daemon shows of its accounts and stock, and what it says when something is wrong with them.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/integration/daemon/polling/observed_world.hpp"
#include "tests/support/daemon/metrics_lint.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// An hour in six seconds.
const std::vector<std::string> quick = {"--seed", "5", "--skus", "50", "--days", "3", "--speed", "600"};

std::string readiness(const ObservedWorld& world) {
  const auto answer = world.get("/readyz");
  return answer ? answer->body : "";
}
bool ready(const ObservedWorld& world) {
  return eventually([&] {
    const auto answer = world.get("/readyz");
    return answer && answer->status == 200;
  });
}

TEST(Observed, IsReadyOnceEverythingWasReadAndSaysWhatItKnows) {
  ObservedWorld world({.sandbox = quick});
  world.start_daemon();
  ASSERT_TRUE(ready(world)) << readiness(world) << world.daemon().err();

  const auto accounts = world.status("accounts").as_array();
  ASSERT_EQ(accounts.size(), 2U);
  const auto& us = accounts[0].as_object();
  EXPECT_EQ(us.at("id").as_string(), "amazon-us");
  EXPECT_EQ(us.at("mode").as_string(), "observe");
  EXPECT_TRUE(us.at("connected").as_bool());
  EXPECT_TRUE(us.at("backfill").at("done").as_bool());
  EXPECT_TRUE(us.at("orders_complete_before").is_string());
  EXPECT_GT(us.at("blind_window_seconds").at("total").at("p95").to_number<double>(), 60);
  EXPECT_TRUE(us.at("error").is_null());
  const auto stock = world.status("stock").as_array();
  ASSERT_EQ(stock.size(), 1U);
  EXPECT_FALSE(stock[0].at("stale").as_bool());

  const auto page = world.get("/metrics");
  ASSERT_TRUE(page);
  EXPECT_THAT(lint_metrics(page->body), IsEmpty());
  EXPECT_THAT(page->body, HasSubstr("forestall_backfill_done{seller=\"acme\",account=\"amazon-us\"} 1"));

  const auto table = world.forestall({"status"});
  EXPECT_THAT(table.out, HasSubstr("amazon-us\tacme\tamazon\tobserve\t"));
}

TEST(Observed, AChannelThatIsGoneIsSaidAndTheDaemonGoesOn) {
  ObservedWorld world({.sandbox = quick});
  world.start_daemon();
  ASSERT_TRUE(ready(world)) << readiness(world) << world.daemon().err();
  world.sandbox().child().signal(SIGKILL);
  EXPECT_TRUE(eventually([&] { return readiness(world).find("no orders read since") != std::string::npos; }))
      << readiness(world);
  EXPECT_TRUE(world.daemon().running());
  const auto accounts = world.status("accounts").as_array();
  EXPECT_TRUE(accounts[0].at("error").is_string());
  // One fact, not a thousand lines.
  const auto log = world.daemon().err();
  std::size_t lines = 0;
  for (auto at = log.find("event=poll_failed"); at != std::string::npos;
       at = log.find("event=poll_failed", at + 1))
    ++lines;
  EXPECT_LE(lines, 40U) << log;
  world.daemon().signal(SIGTERM);
  EXPECT_EQ(world.daemon().wait_for(), (Ended{0, 0}));
}

TEST(Observed, StockThatIsBadChangesNothingAndStockThatIsOldIsStale) {
  ObservedWorld world(
      {.sandbox = {"--seed", "5", "--skus", "50", "--days", "30", "--speed", "600", "--stock-every", "10d"},
       .replace = {{"deducts_at = \"pick\"", "deducts_at = \"pick\"\nstale_after = \"2h\""}}});
  world.start_daemon();
  ASSERT_TRUE(eventually([&] {
    return world.status("stock").is_array() && world.status("stock").at(0).at("true_at").is_string();
  })) << world.daemon().err();
  const auto levels = world.redis().call({"HLEN", "forestall:{acme}:sku"});
  EXPECT_GE(*levels->integer(), 50);
  {
    std::ofstream bad(world.folder.file("bad.csv"));
    bad << "sku,on_hand\nSKU-00001,\"12\nSKU-00002,3\n";
  }
  std::filesystem::rename(world.folder.file("bad.csv"), world.stock_folder + "/zz-bad.csv");
  EXPECT_TRUE(world.daemon().wait_for_err("event=stock_refused")) << world.daemon().err();
  EXPECT_TRUE(world.status("stock").at(0).at("error").is_string());
  EXPECT_EQ(*world.redis().call({"HLEN", "forestall:{acme}:sku"})->integer(), *levels->integer());
  // Nobody writes for hours.
  EXPECT_TRUE(eventually([&] { return readiness(world).find("nothing newer than") != std::string::npos; }))
      << readiness(world);
  EXPECT_THAT(world.daemon().err(), HasSubstr("event=stock_stale"));
}

TEST(Observed, AWarehouseThatSaysEverythingIsGoneIsNotBelievedUntilAPersonSaysSo) {
  ObservedWorld world(
      {.sandbox = {"--seed", "5", "--skus", "50", "--days", "30", "--speed", "600", "--stock-every", "10d"}});
  world.start_daemon();
  const auto source = [&](std::string_view key) -> boost::json::value {
    const auto stock = world.status("stock");
    return stock.is_array() ? stock.at(0).at(key) : boost::json::value();
  };
  ASSERT_TRUE(eventually([&] { return source("true_at").is_string(); })) << world.daemon().err();

  // The same table with nothing in it, an hour later.
  std::ifstream full(world.stock_folder + "/stock.csv");
  std::ofstream empty(world.folder.file("empty.csv"));
  std::string line;
  std::getline(full, line);
  empty << line << "\n";
  const auto as_of = to_string(world.now());
  while (std::getline(full, line)) {
    const auto last = line.rfind(','), before = line.rfind(',', last - 1);
    empty << line.substr(0, before) << ",0," << as_of << "\n";
  }
  empty.close();
  std::filesystem::rename(world.folder.file("empty.csv"), world.stock_folder + "/zz-empty.csv");
  EXPECT_TRUE(eventually([&] { return source("suspect") == true; })) << world.daemon().err();
  EXPECT_THAT(readiness(world), HasSubstr("the feed is suspect"));
  EXPECT_THAT(world.forestall({"status"}).out, HasSubstr("\tsuspect\t"));
  EXPECT_EQ(source("applied").to_number<int>(), 50) << "nothing was changed";

  EXPECT_EQ(world.forestall({"accept", "warehouse"}).ended, (Ended{0, 0}));
  EXPECT_TRUE(eventually([&] { return source("suspect") == false; })) << world.daemon().err();
  EXPECT_EQ(source("applied").to_number<int>(), 100);
  EXPECT_EQ(world.forestall({"accept", "nothing"}).ended, (Ended{4, 0}));
}

TEST(Observed, ReconcileReadsEverythingAgain) {
  ObservedWorld world({.sandbox = quick});
  world.start_daemon();
  ASSERT_TRUE(ready(world)) << readiness(world) << world.daemon().err();
  const auto rounds = [&](std::string_view feed) {
    const auto accounts = world.status("accounts");
    for (const auto& one : accounts.at(0).at("feeds").as_array())
      if (one.at("feed").as_string() == feed) return one.at("rounds").to_number<std::int64_t>();
    return std::int64_t{-1};
  };
  const auto before = rounds("order_history");
  const auto asked = world.forestall({"reconcile", "amazon-us"});
  EXPECT_EQ(asked.ended, (Ended{0, 0})) << asked.err;
  EXPECT_TRUE(eventually([&] { return rounds("order_history") > before; }));
  EXPECT_EQ(world.forestall({"reconcile", "nobody"}).ended, (Ended{4, 0}));
  const auto anew = world.forestall({"reconcile", "amazon-us", "--from-start", "--json"});
  EXPECT_EQ(anew.ended, (Ended{0, 0})) << anew.err;
  EXPECT_THAT(anew.out, HasSubstr("\"from_start\":true"));
}

}  // namespace
}  // namespace forestall::test
