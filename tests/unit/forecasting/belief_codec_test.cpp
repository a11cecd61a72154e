// SPDX-License-Identifier: Apache-2.0
#include "forecasting/belief_codec.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string_view>
#include <vector>

namespace forestall::forecasting {
namespace {

struct Bench {
  std::vector<WeekProfile> profiles = {WeekProfile::flat()};
  std::vector<StratumPrior> strata = std::vector<StratumPrior>(1);
  DemandFilter filter{profiles, strata};
};

DemandBelief lived(const Bench& b) {
  DemandBelief belief = b.filter.start(0, 7, 1'700'000'000).value();
  b.filter.set_selling(belief, 1'700'000'000, true).value();
  for (int i = 1; i < 50; ++i) {
    if (i == 30) b.filter.set_promotion(belief, 1'700'000'000 + i * 40'000, true).value();
    b.filter.observe(belief, 1'700'000'000 + i * 40'000, i % 4).value();
  }
  return belief;
}

void seal(std::vector<std::uint8_t>& record) {
  const std::uint32_t crc = crc32(record);
  for (int i = 0; i < 4; ++i) record.push_back(static_cast<std::uint8_t>(crc >> (8 * i)));
}

TEST(BeliefCodec, ChecksumIsTheCommonOne) {
  const std::string_view text = "123456789";
  EXPECT_EQ(crc32({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}), 0xCBF43926U);
}

TEST(BeliefCodec, EveryBitComesBack) {
  const Bench b;
  const DemandBelief belief = lived(b);
  const auto back = decode_belief(encode_belief(belief));
  ASSERT_TRUE(back);
  EXPECT_EQ(std::memcmp(&*back, &belief, sizeof belief), 0);
}

TEST(BeliefCodec, EveryFlippedBitIsNoticed) {
  const Bench b;
  const BeliefRecord record = encode_belief(lived(b));
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
    BeliefRecord damaged = record;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_EQ(decode_belief(damaged).error(), ForecastError::damaged) << bit;
  }
  for (std::size_t length = 0; length < record.size(); ++length) {
    EXPECT_EQ(decode_belief(std::span(record).first(length)).error(), ForecastError::damaged) << length;
  }
}

TEST(BeliefCodec, AnOlderRecordIsReadAndANewerRefused) {
  const Bench b;
  const DemandBelief belief = lived(b);
  const BeliefRecord now = encode_belief(belief);
  // Version 1 has no open_expected (payload bytes 44..47) and no open_units (54..55).
  std::vector<std::uint8_t> old(now.begin(), now.begin() + 65);
  old[0] = 1;
  old.erase(old.begin() + 1 + 54, old.begin() + 1 + 56);
  old.erase(old.begin() + 1 + 44, old.begin() + 1 + 48);
  seal(old);
  const auto back = decode_belief(old);
  ASSERT_TRUE(back);
  DemandBelief expected = belief;
  expected.open_expected = 0;
  expected.open_units = 0;
  EXPECT_EQ(*back, expected);

  std::vector<std::uint8_t> future(now.begin(), now.begin() + 65);
  future[0] = belief_version + 1;
  future.push_back(42);
  seal(future);
  EXPECT_EQ(decode_belief(future).error(), ForecastError::unsupported);
}

TEST(BeliefCodec, ImpossibleValuesAreDamageEvenWithAGoodChecksum) {
  const Bench b;
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -1.0F}) {
    DemandBelief belief = lived(b);
    belief.exposure_hours[2] = bad;
    EXPECT_EQ(decode_belief(encode_belief(belief)).error(), ForecastError::damaged);
    belief = lived(b);
    belief.units[0] = bad;
    EXPECT_EQ(decode_belief(encode_belief(belief)).error(), ForecastError::damaged);
  }
}

TEST(BeliefCodec, ADamagedSkuStartsFromItsPriorAndSaysSo) {
  const Bench b;
  const DemandBelief belief = lived(b);
  BeliefRecord record = encode_belief(belief);
  auto restored = restore_belief(b.filter, record, 0, 7, 1'800'000'000).value();
  EXPECT_FALSE(restored.from_prior);
  EXPECT_EQ(restored.belief, belief);
  record[20] ^= 1;
  restored = restore_belief(b.filter, record, 0, 7, 1'800'000'000).value();
  EXPECT_TRUE(restored.from_prior);
  EXPECT_EQ(restored.reason, ForecastError::damaged);
  EXPECT_EQ(restored.belief, b.filter.start(0, 7, 1'800'000'000).value());
  restored = restore_belief(b.filter, encode_belief(belief), 0, 7, 1'600'000'000).value();
  EXPECT_EQ(restored.reason, ForecastError::time_backwards)
      << "a record from the future would refuse every event";
}

}  // namespace
}  // namespace forestall::forecasting
