// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/blind_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "config/base/random.hpp"

namespace forestall::polling {
namespace {

using namespace std::chrono_literals;

const Instant start = Instant(std::chrono::sys_days(std::chrono::year{2026} / 1 / 5));

double seconds(Millis value) { return std::chrono::duration<double>(value).count(); }

TEST(BlindWindow, BeforeAnythingIsMeasuredThePriorSpeaks) {
  const BlindWindow window(BlindWindow::priors(3min, start));
  EXPECT_NEAR(seconds(window.quantile(Leg::placed_to_seen, .5)), 210, 10);
  EXPECT_NEAR(seconds(window.quantile(Leg::placed_to_seen, .95)), 310, 15);
  EXPECT_NEAR(seconds(window.quantile(Leg::sent_to_live, .5)), 300, 12);
  EXPECT_NEAR(seconds(window.quantile(Leg::sent_to_live, .95)), 900, 40);
  EXPECT_EQ(window.measured(Leg::placed_to_seen), 0U);
  EXPECT_GT(window.quantile(.95), window.quantile(.5));
}

TEST(BlindWindow, MeasurementsReplaceThePrior) {
  BlindWindow window(BlindWindow::priors(3min, start));
  auto now = start;
  for (int i = 0; i < 1000; ++i) {
    now += 30s;
    window.record_seen(now - 20s, now);
    window.record_sent(now, now + 1s);
    window.record_live(now, now + 40s);
  }
  EXPECT_NEAR(seconds(window.quantile(Leg::placed_to_seen, .5)), 20, 1);
  EXPECT_NEAR(seconds(window.quantile(Leg::seen_to_sent, .5)), 1, .05);
  EXPECT_NEAR(seconds(window.quantile(.5)), 61, 3);
  EXPECT_EQ(window.measured(Leg::sent_to_live), 1000U);
}

// A channel that becomes slow is noticed within a day, whatever was measured the month before.
TEST(BlindWindow, WhatIsOldFades) {
  BlindWindow window(BlindWindow::priors(3min, start));
  auto now = start;
  for (int i = 0; i < 30 * 24 * 12; ++i, now += 5min) window.record_live(now - 1min, now);
  EXPECT_NEAR(seconds(window.quantile(Leg::sent_to_live, .5)), 60, 3);
  for (int i = 0; i < 2 * 24 * 12; ++i, now += 5min) window.record_live(now - 2h, now);
  EXPECT_NEAR(seconds(window.quantile(Leg::sent_to_live, .5)), 7200, 300);
  // Years of it do not overflow anything.
  for (int i = 0; i < 3000; ++i, now += 24h) window.record_live(now - 3min, now);
  EXPECT_NEAR(seconds(window.quantile(Leg::sent_to_live, .5)), 180, 9);
}

TEST(BlindWindow, ClocksThatDisagreeGiveZeroNotNonsense) {
  BlindWindow window(BlindWindow::priors(3min, start));
  for (int i = 0; i < 1000; ++i) window.record_seen(start + 5min, start);
  EXPECT_LE(window.quantile(Leg::placed_to_seen, .9), 1ms);
}

TEST(BlindWindow, TheQueueOfTheMomentCounts) {
  BlindWindow window(BlindWindow::priors(3min, start));
  const auto usual = window.quantile(.95);
  const auto busy = window.quantile(.95, 20min);
  EXPECT_GT(busy, usual + 18min);
  EXPECT_EQ(window.quantile(.95), usual);
}

// Against a hundred thousand sums drawn from the same legs.
TEST(BlindWindow, TheSumOfTheLegsIsRight) {
  BlindWindow window({.placed_to_seen = {.p50 = 1s, .p95 = 1s, .weight = 0},
                      .seen_to_sent = {.p50 = 1s, .p95 = 1s, .weight = 0},
                      .sent_to_live = {.p50 = 1s, .p95 = 1s, .weight = 0},
                      .stated_at = start});
  SeededRandom random(3);
  std::vector<double> sums;
  const auto drawn = [&](double scale) { return Millis(std::llround(-scale * std::log(1 - random.unit()))); };
  for (int i = 0; i < 100'000; ++i) {
    const auto a = Millis(120'000) + drawn(90'000);
    const auto b = drawn(5'000);
    const auto c = drawn(300'000);
    window.record_seen(start - a, start);
    window.record_sent(start - b, start);
    window.record_live(start - c, start);
    sums.push_back(seconds(a + b + c));
  }
  std::ranges::sort(sums);
  for (const double q : {.1, .5, .9, .95, .99}) {
    const double exact = sums[static_cast<std::size_t>(q * 100'000)];
    EXPECT_NEAR(seconds(window.quantile(q)), exact, exact * .05) << q;
  }
}

}  // namespace
}  // namespace forestall::polling
