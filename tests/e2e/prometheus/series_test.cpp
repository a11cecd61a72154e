// SPDX-License-Identifier: Apache-2.0
// How many series a daemon shows does not depend on how much a seller sells.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <set>
#include <sstream>

#include "tests/integration/daemon/app/filled_daemon.hpp"

namespace forestall::test {
namespace {

class Series : public FilledDaemon {
 protected:
  Series() {
    daemon_.rewrite(
        {.api_table = "token_file = \"./token\"", .more = tables_of(server_) + account_table("amazon")});
    write("");
  }
  void fill(int first, int end) {
    // A daemon that ran a moment ago has given the records back.
    sync_.call({"DEL", "forestall:{acme}:lease"});
    records_.emplace(sync_, "acme");
    records_->set_now(std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()));
    const auto now = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
    for (int from = first; from < end; from += 1000) {
      std::vector<model::Observation> page;
      for (int i = from; i < std::min(from + 1000, end); ++i) {
        const auto name = fmt::format("S-{:06}", i);
        page.push_back(model::StockLevel{
            {SourceId::literal("warehouse"), model::Version(2), now - std::chrono::hours(1)},
            SkuId::parse(name).value(),
            LocationId::literal("berlin"),
            Units(i % 20),
            false});
        model::ListingState listing;
        listing.from = {SourceId::literal("amazon"), model::Version(2), now - std::chrono::hours(1)};
        listing.account = AccountId::literal("amazon");
        listing.listing = ListingId::parse(name).value();
        listing.quantity = Units(10);
        page.push_back(listing);
      }
      records_->observe(page);
      records_->returned.clear();
      records_->events.clear();
    }
  }
  // Name and labels of everything a daemon with these records shows, once it has looked at all listings.
  std::set<std::string> shown(int listings) {
    sync_.call({"DEL", "forestall:{acme}:lease"});
    auto process = start();
    EXPECT_TRUE(process.wait_for_err("event=ledger_opened", std::chrono::seconds(60))) << process.err();
    EXPECT_TRUE(
        eventually([&] { return daemon_.metric("forestall_ledger_listings{seller=\"acme\"}") >= listings; },
                   std::chrono::seconds(60)));
    EXPECT_TRUE(
        eventually([&] { return daemon_.metric("forestall_survey_timestamp_seconds{seller=\"acme\"}") > 0; },
                   std::chrono::seconds(60)));
    // And the budget assessed, and Redis asked how it is.
    EXPECT_TRUE(eventually([&] {
      return daemon_.metric("forestall_budget_assessed_timestamp_seconds{seller=\"acme\"}") > 0 &&
             daemon_.metric("forestall_budget_cost_factor{account=\"amazon\"}") > 0 &&
             daemon_.metric("forestall_redis_used_memory_bytes") > 0;
    }));
    RecordProperty("survey_microseconds_" + std::to_string(listings),
                   static_cast<int>(1e6 * daemon_.metric("forestall_survey_busy_seconds{seller=\"acme\"}")));
    std::set<std::string> all;
    std::istringstream page(get("/metrics")->body);
    for (std::string line; std::getline(page, line);)
      if (!line.starts_with("#")) all.insert(line.substr(0, line.rfind(' ')));
    process.signal(SIGTERM);
    EXPECT_EQ(process.wait_for(), (Ended{0, 0}));
    return all;
  }
};

TEST_F(Series, AreTheSameForAThousandAndForAHundredThousandSkusAndFewerThanTwoThousand) {
  fill(0, 1000);
  const auto few = shown(1000);
  fill(1000, 100'000);
  const auto many = shown(100'000);
  std::vector<std::string> differ;
  std::ranges::set_symmetric_difference(few, many, std::back_inserter(differ));
  EXPECT_THAT(differ, ::testing::IsEmpty());
  const auto of_account = std::ranges::count_if(many, [](const std::string& series) {
    return series.find("account=\"amazon\"") != std::string::npos ||
           series.find("source=\"amazon\"") != std::string::npos;
  });
  RecordProperty("series_of_an_account", static_cast<int>(of_account));
  RecordProperty("series_in_all", static_cast<int>(many.size()));
  EXPECT_GT(of_account, 50) << "the account is there";
  EXPECT_LT(of_account, 2000);
  EXPECT_LT(many.size(), 2000u);
}

}  // namespace
}  // namespace forestall::test
