// SPDX-License-Identifier: Apache-2.0
// Files that are not what they should be, given to the real daemon: what is known stays, and the cause is
// named in the log, in the status and in the metrics; the next good file is taken.
#include <gmock/gmock.h>

#include <fstream>
#include <functional>

#include "tests/integration/daemon/app/filled_daemon.hpp"

namespace forestall::test {
namespace {

using ::testing::HasSubstr;

constexpr int skus = 60;
std::string sku(int i) { return "H-" + std::to_string(i); }

// Half of them a few, half of them many.
std::int64_t usual(int i) { return i < skus / 2 ? 3 + i % 4 : 200 + i; }

// What the other warehouse has, if there is one.
std::int64_t second(int i) { return 2 + i % 9; }
constexpr std::string_view second_table = R"(
[[stock]]
id = "second"
seller = "acme"
kind = "csv"
path = "second.csv"
location = "hamburg"
deducts_at = "ship"
)";

std::string file_of(const std::function<std::string(int)>& row) {
  std::string text = "sku,on_hand\n";
  for (int i = 0; i < skus; ++i) text += row(i);
  return text;
}
std::string row(int i, std::int64_t units) { return sku(i) + "," + std::to_string(units) + "\n"; }

// Of one warehouse, or of one of two, the other of which says what it always said.
class HostileFeed : public ::testing::TestWithParam<bool> {
 protected:
  HostileFeed() : sync_(server_.socket()) {
    EXPECT_TRUE(daemon_.wait_until_ready());
    EXPECT_EQ(daemon_.stop(), (Ended{0, 0}));
    const auto token = daemon_.folder.write("token", "0123456789abcdef0123456789abcdef\n");
    std::filesystem::permissions(token, std::filesystem::perms::owner_read);
    daemon_.folder.write("mapping.csv", mapping_header);
    auto tables = tables_of(server_);
    tables.replace(tables.find("path = \"stock.csv\""), 18, "path = \"stock\"\npoll = \"1s\"");
    std::filesystem::create_directory(daemon_.folder.path() / "stock");
    if (two()) {
      daemon_.folder.write("second.csv", file_of([](int i) { return row(i, second(i)); }));
      tables += second_table;
    }
    daemon_.rewrite({.api_table = "token_file = \"./token\"", .more = tables + account_table("amazon")});
  }
  // Renamed into place, like a careful writer does it.
  void put(const std::string& text, std::chrono::hours age = {}) {
    const auto folder = daemon_.folder.path();
    const auto made = folder / "made";
    std::ofstream(made) << text;
    if (age != std::chrono::hours{})
      std::filesystem::last_write_time(made, std::filesystem::file_time_type::clock::now() - age);
    std::filesystem::rename(made, folder / "stock" / "stock.csv");
  }
  bool two() const { return GetParam(); }
  std::int64_t available(int i) {
    const auto states = records_->states();
    const auto found = states.find({sku(i), model::Pool::own});
    if (found == states.end() || found->second.certainty != model::Certainty::known) return -999;
    return found->second.available.count();
  }
  bool all_are(const std::function<std::int64_t(int)>& units) {
    const auto states = records_->states();
    for (int i = 0; i < skus; ++i) {
      const auto found = states.find({sku(i), model::Pool::own});
      if (found == states.end() || found->second.certainty != model::Certainty::known ||
          found->second.available.count() != units(i) + (two() ? second(i) : 0))
        return false;
    }
    return true;
  }
  Finished status() { return run({program("forestall"), "--config", daemon_.config, "status"}); }
  bool names(const std::string& cause) {
    return eventually([&] { return status().out.find(cause) != std::string::npos; });
  }

  RedisServer server_;
  SyncRedis sync_;
  std::optional<SyncLedger> records_;
  RunningDaemon daemon_;
};

INSTANTIATE_TEST_SUITE_P(Warehouses, HostileFeed, testing::Bool(),
                         [](const auto& one) { return one.param ? "Two" : "One"; });

TEST_P(HostileFeed, TakesNothingAwayAndNamesTheCause) {
  put(file_of([](int i) { return row(i, usual(i)); }));
  ChildProcess process({program("forestalld"), "--config", daemon_.config});
  ASSERT_TRUE(process.wait_for_err("event=stock_read")) << process.err();
  records_.emplace(sync_, "acme");
  ASSERT_TRUE(eventually([&] { return all_are(usual); }));

  std::string million = "sku,on_hand\n";
  for (int i = 0; i < 1'000'000; ++i) million += "H-0,7\n";
  struct Case {
    const char* what;
    std::string text;
    const char* cause;
  };
  const Case cases[] = {
      {"an empty file", "", "the file is empty"},
      {"a heading alone", "sku,on_hand\n", "a snapshot without a row"},
      {"all zeros", file_of([](int i) { return row(i, 0); }),
       "60 SKUs fall to zero and no order explains it"},
      {"negative stock", file_of([](int i) { return row(i, -5); }), "60 SKUs fall to zero"},
      {"a column too many", file_of([](int i) { return "x," + sku(i) + "\n"; }), "on_hand"},
      {"a row too far", file_of([](int i) { return row(i, usual((i + skus / 2) % skus)); }),
       "60 of 60 SKUs jump"},
      {"ten times as much", file_of([](int i) { return row(i, 10 * usual(i)); }), "60 of 60 SKUs jump"},
      {"a half", file_of([](int i) { return i % 2 == 0 ? row(i, usual(i)) : ""; }),
       "30 of 60 SKUs are missing"},
      {"one SKU a million times", million, "1000000 rows name 1 SKUs"},
      {"no text at all", std::string("\x00\xff\xfe\x01", 4) + std::string(5000, '\0'), "stock.csv"},
  };
  int round = 0;
  for (const auto& c : cases) {
    if (two() && c.text == million) continue;  // the file alone tells, and it takes its time
    SCOPED_TRACE(c.what);
    const auto before = [&round](int i) { return usual(i) + round % 2; };
    put(c.text);
    ASSERT_TRUE(names(c.cause)) << status().out;
    EXPECT_TRUE(all_are(before)) << available(0) << " " << available(59);
    EXPECT_THAT(process.err(), HasSubstr("event=stock_refused"));
    EXPECT_THAT(process.err(), HasSubstr(c.cause));
    // And goes on with the next file that is right.
    ++round;
    put(file_of([&](int i) { return row(i, before(i)); }));
    ASSERT_TRUE(eventually([&] { return all_are(before); })) << available(0);
    ASSERT_TRUE(eventually(
        [&] { return daemon_.metric(R"(forestall_stock_suspect{seller="acme",source="warehouse"})") == 0; }));
  }
  // A week-old copy over the file: older than what is known, so nothing of it is taken.
  put(file_of([](int i) { return row(i, usual(i) + 40); }), std::chrono::hours(24 * 7));
  ASSERT_TRUE(process.wait_for_err("older than the last snapshot")) << process.err();
  EXPECT_TRUE(all_are([&](int i) { return usual(i) + round % 2; }));
}

// At the first start there is nothing to compare with: a week-old file is taken as what it is, old.
TEST_P(HostileFeed, AWeekOldFileIsStale) {
  put(file_of([](int i) { return row(i, usual(i)); }), std::chrono::hours(24 * 7));
  ChildProcess process({program("forestalld"), "--config", daemon_.config});
  ASSERT_TRUE(process.wait_for_err("event=stock_read")) << process.err();
  ASSERT_TRUE(names("nothing newer than")) << status().out;
  ASSERT_TRUE(eventually(
      [&] { return daemon_.metric(R"(forestall_stock_stale{seller="acme",source="warehouse"})") == 1; }));
}

}  // namespace
}  // namespace forestall::test
