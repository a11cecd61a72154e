// SPDX-License-Identifier: Apache-2.0
// The main job over real order histories, in lock-step: the guard against a plain tool, by the sandbox's
// truth.
//
// The stated cell: three accounts (.60/.25/.15 of the orders) on one stock, orders visible after 2 minutes,
// writes live after 8, stock by (s,S) with a lead time of 10 days and 21 days of cover, units looked for at
// the order, no losses; the guard holds nothing back, takes a cancellation for ten margins and asks for
// orders every 5 minutes; without it a plain tool shows the books every 8 hours. Stock is constructed,
// channels are drawn (tests/sandbox/README.md).
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <sstream>

#include "tests/e2e/trial.hpp"
#include "tests/support/packed/packed_file.hpp"

namespace forestall::test {
namespace {

const std::string source = FORESTALL_SOURCE_DIR;

TrialOptions cell(const std::string& orders, std::string_view seed = "1") {
  return {.sandbox = {"--orders", orders, "--seed", std::string(seed), "--accounts", "3", "--pick-after",
                      "0s", "--stock-every", "6h"},
          .account = "poll.orders = \"5m\"\npoll.listings = \"1w\"\n",
          .stock = "poll = \"15m\"\n"};
}

std::string row(std::string_view name, const boost::json::value& truth) {
  return fmt::format("  {:<24}{:>9}{:>9}{:>9}{:>9}{:>9}\n", name, count(truth, "/orders/accepted"),
                     count(truth, "/orders/oversold"), count(truth, "/units/filled"),
                     count(truth, "/units/refused"), count(truth, "/writes"));
}

void print(const std::string& title, const Trial& trial, const boost::json::value& guarded) {
  fmt::print("\n{} ({:.1f} s)\n  {:<24}{:>9}{:>9}{:>9}{:>9}{:>9}\n", title, trial.seconds(), "", "accepted",
             "oversold", "filled", "refused", "writes");
  fmt::print("{}", row("guard", guarded));
  for (const auto* every : {"5m", "1h", "8h"})
    fmt::print("{}", row(std::string("plain tool every ") + every, trial.baseline(every)));
}

// A history up to a day, so that it is short; all of it without a day.
std::string until(std::string_view day, const std::string& history) {
  if (day.empty()) return history;
  std::istringstream lines(history);
  std::string kept, line;
  while (std::getline(lines, line) && line.find(day) == std::string::npos) kept += line + "\n";
  return kept;
}

TEST(GuardTest, TheSameSeedIsTheSameHistoryToTheLastUnit) {
  const TemporaryFolder folder;
  const auto orders = folder.write(
      "orders.csv", until("2011-01-10", read_file(source + "/tests/data/online_retail/sample.csv")));
  std::vector<std::string> digests;
  std::vector<std::int64_t> writes;
  for (int i = 0; i < 2; ++i) {
    auto options = cell(orders);
    // A leaner warehouse than the stated one, so that so few days hold something to prevent.
    for (const auto* more : {"--lead-time", "2d", "--cover", "2d"}) options.sandbox.emplace_back(more);
    Trial trial(options);
    ASSERT_TRUE(trial.run(std::chrono::minutes(4))) << trial.log();
    const auto truth = trial.finish();
    EXPECT_TRUE(truth.at("books_add_up").as_bool());
    EXPECT_EQ(books_fault(trial.sandbox), "");
    digests.emplace_back(truth.at("digest").as_string());
    writes.push_back(count(truth, "/writes"));
    print("a sample of Online Retail", trial, truth);
    EXPECT_GT(count(truth, "/writes"), 0);
    EXPECT_LT(3 * count(truth, "/orders/oversold"), count(trial.baseline("8h"), "/orders/oversold"));
  }
  EXPECT_EQ(digests[0], digests[1]);
  EXPECT_EQ(writes[0], writes[1]);
}

// At least 100 orders oversold without the guard, at most a third of them with it.
void prevents(const std::string& title, const std::string& name, std::string_view end = {}) {
  const std::string packed = source + "/../shared/data/" + name;
  if (std::getenv("FORESTALL_LONG") == nullptr) GTEST_SKIP() << "takes minutes: only with FORESTALL_LONG=1";
  if (!std::filesystem::exists(packed)) GTEST_SKIP() << packed << " is not here";
  const TemporaryFolder folder;
  Trial trial(cell(folder.write("orders.csv", until(end, read_packed(packed).value()))));
  ASSERT_TRUE(trial.run(std::chrono::minutes(50))) << trial.log().substr(0, 4000);
  const auto truth = trial.finish();
  print(title, trial, truth);
  const auto plain = trial.baseline("8h");
  EXPECT_GE(count(plain, "/orders/oversold"), 100);
  EXPECT_LE(3 * count(truth, "/orders/oversold"), count(plain, "/orders/oversold"));
  EXPECT_EQ(books_fault(trial.sandbox), "");
  EXPECT_TRUE(truth.at("books_add_up").as_bool());
}

TEST(GuardTest, PreventsOverselling43507OrdersOfAnApparelSeller) {
  prevents("an apparel seller at Amazon.in, April-May 2022", "amazon_in/amazon_orders_2022-04_05.csv.gz");
}

// Two months: of 29 lines an invoice has, nearly each moves three listings.
TEST(GuardTest, PreventsOversellingTwoMonthsOfAGiftShop) {
  prevents("UCI Online Retail, January and February 2011", "online_retail/online_retail_to_2011-08.csv.gz",
           "2011-03-01");
}

}  // namespace
}  // namespace forestall::test
