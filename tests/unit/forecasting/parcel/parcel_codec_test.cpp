// SPDX-License-Identifier: Apache-2.0
// What is stored comes back; what is damaged does not.
#include <gtest/gtest.h>

#include <random>

#include "forecasting/belief_codec.hpp"
#include "forecasting/parcel/event_model.hpp"
#include "forecasting/parcel/silence.hpp"

namespace forestall::forecasting {
namespace {

constexpr std::int32_t today = 20'000;

SilenceModel some_silences() {
  SilenceModel model;
  for (std::uint64_t i = 0; i < 50; ++i) {
    const std::array<std::uint64_t, 2> path{1, 10 + i % 7};
    EXPECT_TRUE(model.waited(path, 0, static_cast<double>(i), today));
    EXPECT_TRUE(i % 9 == 0 ? model.never(path, today) : model.scanned(path, static_cast<double>(i), today));
  }
  return model;
}

EventModel some_events() {
  EventModel model({.width = 2});
  std::mt19937_64 random(1);
  for (int i = 0; i < 200; ++i) {
    const std::array<double, 2> x{std::normal_distribution<double>()(random), 1.0 * (i % 3)};
    EXPECT_TRUE(model.learn(x, model.ask(x, today + i), i % 4 == 0, today + i));
  }
  EXPECT_TRUE(model.refit(today + 200));
  return model;
}

TEST(ParcelCodec, SilencesComeBackAsTheyWere) {
  const SilenceModel model = some_silences();
  const auto bytes = encode(model);
  const auto back = decode_silence_model(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(encode(*back), bytes);
  const std::array<std::uint64_t, 2> path{1, 12};
  EXPECT_EQ(back->look(path, 30, today).final, model.look(path, 30, today).final);
}

TEST(ParcelCodec, EventsComeBackAsTheyWere) {
  EventModel model = some_events();
  const auto bytes = encode(model);
  auto back = decode_event_model(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(encode(*back), bytes);
  const std::array<double, 2> x{0.3, 2};
  EXPECT_EQ(back->forecast(x, today + 200).probability, model.forecast(x, today + 200).probability);
  ASSERT_TRUE(model.refit(today + 207));
  ASSERT_TRUE(back->refit(today + 207));
  EXPECT_EQ(encode(*back), encode(model));
}

TEST(ParcelCodec, EveryFlippedByteIsNoticed) {
  const auto check = [](std::vector<std::uint8_t> bytes, const auto& decode) {
    for (std::size_t i = 0; i < bytes.size(); i += 1 + bytes.size() / 500) {
      auto broken = bytes;
      broken[i] ^= 0x41U;
      EXPECT_FALSE(decode(broken)) << i;
    }
    for (std::size_t n = 0; n < bytes.size(); n += 1 + bytes.size() / 200)
      EXPECT_FALSE(decode(std::vector<std::uint8_t>(bytes.begin(), bytes.begin() + static_cast<long>(n))))
          << n;
  };
  check(encode(some_silences()), [](const auto& b) { return decode_silence_model(b).has_value(); });
  check(encode(some_events()), [](const auto& b) { return decode_event_model(b).has_value(); });
}

TEST(ParcelCodec, ALaterVersionIsSaidToBeOne) {
  auto bytes = encode(CurveTree());
  bytes[1] = 2;
  bytes.resize(bytes.size() - 4);
  const std::uint32_t sum = crc32(bytes);
  for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<std::uint8_t>(sum >> (8 * i)));
  EXPECT_EQ(decode_curve_tree(bytes).error(), ForecastError::unsupported);
}

}  // namespace
}  // namespace forestall::forecasting
