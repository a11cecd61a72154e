// SPDX-License-Identifier: Apache-2.0
#include "daemon/forecast_eval/series_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace forestall {
namespace {

struct Bytes {
  std::string text;
  Bytes& i32(std::int32_t value) { return raw(&value, sizeof value); }
  Bytes& f32(float value) { return raw(&value, sizeof value); }
  Bytes& raw(const void* data, std::size_t size) {
    text.append(static_cast<const char*>(data), size);
    return *this;
  }
};

std::string detail(const Bytes& bytes) {
  const auto file = parse_series(bytes.text);
  return file ? "accepted" : file.error().detail;
}

TEST(SeriesFile, TrainAndTestPartsAreSplitByTheHorizon) {
  const auto file = parse_series(
      Bytes().i32(2).i32(2).i32(3).f32(1).f32(2).f32(3).i32(4).f32(0).f32(-1).f32(5).f32(6).text);
  ASSERT_TRUE(file) << file.error().detail;
  ASSERT_EQ(file->size(), 2U);
  EXPECT_EQ(file->train(0).size(), 1U);
  EXPECT_EQ(file->test(0)[1], 3);
  EXPECT_EQ(file->train(1)[1], 0) << "net returns count as no demand";
  EXPECT_EQ(file->test(1)[0], 5);
}

TEST(SeriesFile, DamageIsNamedByPlace) {
  EXPECT_EQ(detail(Bytes().i32(1)), "shorter than its 8-byte head");
  EXPECT_EQ(detail(Bytes().i32(1).i32(0).i32(9)), "horizon 0 is not in 1..10000");
  EXPECT_EQ(detail(Bytes().i32(1'000'000'000).i32(1)), "1000000000 series do not fit into 0 bytes");
  EXPECT_EQ(detail(Bytes().i32(-1).i32(1)), "-1 series do not fit into 0 bytes");
  EXPECT_EQ(detail(Bytes().i32(1).i32(1).i32(1).f32(1)), "series 1: 1 values, more than 1 are needed");
  EXPECT_EQ(detail(Bytes().i32(1).i32(1).i32(3).f32(1)),
            "series 1: 3 values do not fit into the 4 bytes left");
  EXPECT_EQ(detail(Bytes().i32(1).i32(1).i32(2).f32(1).f32(NAN)), "series 1: value 2 is nan");
  EXPECT_EQ(detail(Bytes().i32(0).i32(1).i32(7)), "4 bytes after the last series");
}

TEST(QuantileFile, RowsComeBackAsWritten) {
  std::vector<QuantileRow> rows(2);
  for (std::size_t i = 0; i < 18; ++i) rows[1][i] = static_cast<double>(i) * 1.5;
  const auto back = parse_quantiles(format_quantiles(rows));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, rows);
}

TEST(QuantileFile, WrongColumnsAreNamed) {
  EXPECT_EQ(parse_quantiles("1,2\n").error().detail,
            "line 1: column 2 of 18 is not a number followed by a comma");
  std::string good = format_quantiles(std::vector<QuantileRow>(1));
  good.insert(good.size() - 1, ",3");
  EXPECT_EQ(parse_quantiles(good).error().detail,
            "line 1: column 18 of 18 is not a number followed by the end");
  EXPECT_FALSE(parse_quantiles("nan,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0"));
}

}  // namespace
}  // namespace forestall
