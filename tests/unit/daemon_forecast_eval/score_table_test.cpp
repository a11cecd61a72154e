// SPDX-License-Identifier: Apache-2.0
#include "daemon/forecast_eval/score_table.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/forecast_eval/evaluate.hpp"
#include "forecasting/scoring.hpp"
#include "tests/support/packed/packed_file.hpp"

namespace forestall {
namespace {

SeriesFile file_of(std::vector<std::vector<float>> series, int horizon) {
  SeriesFile file;
  file.horizon = horizon;
  file.starts.push_back(0);
  for (const auto& one : series) {
    file.values.insert(file.values.end(), one.begin(), one.end());
    file.starts.push_back(file.values.size());
  }
  return file;
}

TEST(ScoreTable, ScoresByHand) {
  // Train 0 2 0 2: mean |difference| 2. Test 1, 3: step 1, window 4.
  const SeriesFile file = file_of({{0, 2, 0, 2, 1, 3}}, 2);
  QuantileRow perfect{};
  std::fill(perfect.begin(), perfect.begin() + 9, 1);
  std::fill(perfect.begin() + 9, perfect.end(), 4);
  const std::vector<QuantileRow> rows = {perfect};
  EXPECT_EQ(score_quantiles(file, rows).window, 0);
  EXPECT_EQ(score_quantiles(file, rows).step, 0);
  // All zero: sum of the levels x 4 / 9 / (2 steps x scale 2).
  const std::vector<QuantileRow> zero(1);
  double levels = 0;
  for (const double u : forecasting::m5_levels) levels += u;
  EXPECT_NEAR(score_quantiles(file, zero).window, levels * 4 / 9 / 4, 1e-12);
  EXPECT_NEAR(score_quantiles(file, zero).step, levels * 1 / 9 / 2, 1e-12);
}

TEST(ScoreTable, ConstantSeriesAreLeftOut) {
  const SeriesFile file = file_of({{0, 0, 0, 1}, {0, 1, 0, 1}}, 1);
  EXPECT_EQ(score_quantiles(file, std::vector<QuantileRow>(2)).series, 1U);
}

// The promise to users: better than every stored forecast of other libraries, on every set that has them.
TEST(ForecastQuality, BeatsEveryStoredPeer) {
  const std::filesystem::path peers = std::filesystem::path(FORESTALL_SOURCE_DIR) / "../shared/data/peers";
  if (!std::filesystem::exists(peers)) GTEST_SKIP() << "no " << peers;
  for (const std::string set : {"carparts", "auto"}) {
    const auto bytes = test::read_packed(peers / (set + ".bin.gz"));
    ASSERT_TRUE(bytes) << bytes.error().detail;
    const auto file = parse_series(*bytes);
    ASSERT_TRUE(file) << file.error().detail;
    const auto rows = forecast_quantiles(*file, 1);
    ASSERT_TRUE(rows);
    const QuantileScores ours = score_quantiles(*file, *rows);
    int scored = 0;
    for (const auto& entry : std::filesystem::directory_iterator(peers)) {
      if (!entry.path().filename().string().starts_with(set + "_q_")) continue;
      const auto text = test::read_packed(entry.path());
      ASSERT_TRUE(text);
      const auto peer = parse_quantiles(*text);
      ASSERT_TRUE(peer) << peer.error().detail;
      const QuantileScores theirs = score_quantiles(*file, *peer);
      EXPECT_LT(ours.window, theirs.window) << entry.path();
      EXPECT_LT(ours.step, theirs.step) << entry.path();
      ++scored;
    }
    EXPECT_GE(scored, 16);
  }
}

}  // namespace
}  // namespace forestall
