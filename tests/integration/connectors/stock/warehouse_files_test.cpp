// SPDX-License-Identifier: Apache-2.0
// The sandbox's warehouse writes, the connector reads: nothing is set aside, nothing is missed, nothing is
// told twice.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "config/base/text.hpp"
#include "connectors/registry/registry.hpp"
#include "tests/integration/sandbox/running_sandbox.hpp"
#include "tests/support/http/fake_client.hpp"
#include "tests/support/http/run.hpp"
#include "tests/support/process/environment.hpp"

namespace forestall::test {
namespace {

struct Told {
  std::map<std::string, std::int64_t> levels;
  std::map<std::string, Instant> true_at;
  std::size_t unknown = 0, counts = 0, picks = 0, missing_units = 0;
  std::set<std::string> pick_names;
  std::vector<Error> set_aside;
};

class WarehouseFiles : public testing::Test {
 protected:
  WarehouseFiles() {
    settings.id = SourceId::literal("warehouse");
    settings.kind = "csv";
    settings.path = folder.path();
    settings.location = LocationId::literal("Hamburg");
    settings.deducts_at = config::DeductsAt::pick;
    restart();
  }
  void restart() { source = connectors::make(connectors::registry(), settings, context).value(); }

  void round() {
    for (bool more = true; more;) {
      const auto page = run(io, source->poll({cursor}, std::chrono::seconds(30)));
      ASSERT_TRUE(page) << page.error().detail;
      cursor = page->next.text;
      more = page->more;
      for (const auto& e : page->set_aside) told.set_aside.push_back(e);
      for (const auto& o : page->observations) take(o);
    }
  }
  void take(const model::Observation& o) {
    ASSERT_TRUE(model::check(o));
    if (const auto* level = std::get_if<model::StockLevel>(&o)) {
      auto& last = told.true_at[level->sku.str()];
      EXPECT_GT(level->from.true_at, last) << "told twice, or out of order";
      last = level->from.true_at;
      if (level->on_hand)
        told.levels[level->sku.str()] = level->on_hand->count();
      else
        ++told.unknown;
    } else if (std::holds_alternative<model::StockCount>(o)) {
      ++told.counts;
    } else if (const auto* pick = std::get_if<model::PickFailed>(&o)) {
      ++told.picks;
      told.missing_units += static_cast<std::size_t>(pick->missing.count());
      EXPECT_TRUE(told.pick_names.insert(pick->line.str() + "|" + pick->sku.str()).second);
    }
  }

  // What the files say, read without any of our code: quantities stand before the last comma.
  std::int64_t sum_of(const std::string& prefix) const {
    std::int64_t sum = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      if (!entry.path().filename().string().starts_with(prefix)) continue;
      std::ifstream file(entry.path());
      std::string line;
      std::getline(file, line);
      while (std::getline(file, line)) {
        const auto last = line.rfind(','), before = line.rfind(',', last - 1);
        sum += parse_integer<std::int64_t>(line.substr(before + 1, last - before - 1)).value();
      }
    }
    return sum;
  }

  TemporaryFolder folder;
  config::StockSettings settings;
  boost::asio::io_context io;
  // Later than any time of the sandbox.
  ManualClock clock{parse_instant("2099-01-01T00:00:00Z").value()};
  SeededRandom random{1};
  MemoryLogSink sink;
  ports::Sessions sessions;
  FakeClient http{clock, [](const http::Request&) { return json_response(500, "{}"); }};
  ports::Context context{http, clock, random, Logger(sink), sessions};
  std::unique_ptr<ports::StockSource> source;
  std::string cursor;
  Told told;
};

TEST_F(WarehouseFiles, AreReadAsTheyAppear) {
  round();  // watches from here on
  RunningSandbox sandbox({"--seed", "3", "--skus", "60", "--rate", "2", "--days", "20", "--loss-rate", "0.05",
                          "--warehouse", folder.path().string(), "--stock-every", "1h"});
  for (int hour = 0; hour < 24 * 15; ++hour) {
    sandbox.advance("1h");
    clock.advance(std::chrono::hours(1));
    round();
    if (hour % 50 == 49) restart();
  }
  EXPECT_THAT(told.set_aside, testing::IsEmpty());
  EXPECT_EQ(told.unknown, 0U);
  EXPECT_EQ(told.levels.size(), 60U);
  std::int64_t on_hand = 0;
  for (const auto& [sku, units] : told.levels) on_hand += units;
  EXPECT_EQ(on_hand, sum_of("stock"));
  EXPECT_GT(told.picks, 0U) << "with losses some picks fail";
  EXPECT_EQ(told.missing_units, static_cast<std::size_t>(sum_of("failed-picks-")));
  EXPECT_GT(told.counts, 0U);
  EXPECT_TRUE(told.levels.contains("x,y;z")) << "awkward SKUs are among them";
}

}  // namespace
}  // namespace forestall::test
