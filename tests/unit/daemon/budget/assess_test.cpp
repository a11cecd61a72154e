// SPDX-License-Identifier: Apache-2.0
// Which limit is in force, and that the worse of two counts is believed.
#include "daemon/budget/assess.hpp"

#include <gtest/gtest.h>

namespace forestall::budget {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

class Assess : public ::testing::Test {
 protected:
  Assess() {
    account_.id = AccountId::literal("amazon-us");
    account_.kind = "amazon";
    account_.marketplace = "ATVPDKIKX0DER";
    seller_.cancellation_cost_in_margins = 10;
    for (int d = 0; d < 60; ++d) days_.days.push_back({today_ - days(d), 10, 0});
  }
  AccountBudget assess() {
    return budget::assess({account_, seller_, presets_, health_ ? &*health_ : nullptr, days_, now_});
  }
  void report(std::int64_t count, std::int64_t of, std::optional<double> limit, int window,
              int days_ago = 1) {
    model::AccountHealth health;
    health.from.true_at = now_ - days(days_ago);
    const auto last = today_ - days(days_ago);
    health.readings.push_back({model::HealthMetric::cancellation_rate, count, of,
                               CivilDate(last - days(window - 1)), CivilDate(last), limit});
    health_ = health;
  }

  const Instant now_ = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 12h;
  const guard::budget::Day today_ = std::chrono::local_days(std::chrono::year(2026) / 11 / 23);
  const config::CancelLimits presets_ = config::shipped_cancel_limits();
  config::AccountSettings account_;
  config::SellerSettings seller_;
  std::optional<model::AccountHealth> health_;
  AccountDays days_;
};

TEST_F(Assess, WithoutAnyWordThePresetIsInForceWithItsDate) {
  const auto budget = assess();
  ASSERT_EQ(budget.standings.size(), 1u);
  const auto& one = budget.standings[0];
  EXPECT_EQ(one.in_force.says, Says::preset);
  EXPECT_EQ(one.in_force.name, "amazon-7d");
  EXPECT_TRUE(one.in_force.dated);
  EXPECT_FALSE(one.in_force.source.empty());
  EXPECT_EQ(one.outlook.orders, 70);
  EXPECT_EQ(one.outlook.left, 1);
  EXPECT_EQ(budget.in_a_row, 2);
  EXPECT_GT(budget.cost_factor, 1);
}

TEST_F(Assess, TheSettingStandsAboveThePresetAndTheReportAboveBoth) {
  account_.cancel_limit.share = 0.05;
  account_.cancel_limit.window = days(14);
  auto budget = assess();
  ASSERT_EQ(budget.standings.size(), 1u);
  EXPECT_EQ(budget.standings[0].in_force.says, Says::setting);
  EXPECT_EQ(budget.standings[0].outlook.allowed, 6);  // below 5 % of 140
  report(0, 70, 0.01, 7);
  budget = assess();
  ASSERT_EQ(budget.standings.size(), 1u);
  EXPECT_EQ(budget.standings[0].in_force.says, Says::channel);
  EXPECT_EQ(budget.standings[0].in_force.limit.share_ppm, 10'000);
  EXPECT_EQ(budget.standings[0].in_force.preset_ppm, 25'000);  // told: the preset is out of date
  EXPECT_EQ(budget.standings[0].outlook.allowed, 0);
}

TEST_F(Assess, AReportWithoutALimitOrTooOldLeavesTheRest) {
  report(0, 70, {}, 7);
  EXPECT_EQ(assess().standings[0].in_force.says, Says::preset);
  report(0, 70, 0.01, 7, 20);
  EXPECT_EQ(assess().standings[0].in_force.says, Says::preset);
  report(0, 70, 0.025, 7);
  EXPECT_EQ(assess().standings[0].in_force.says, Says::channel);
  EXPECT_FALSE(assess().standings[0].in_force.preset_ppm);
}

TEST_F(Assess, OfTwoWindowsTheReportReplacesItsOwn) {
  account_.marketplace = "A21TJRUUN4KGV";
  report(0, 300, 0.02, 30);
  const auto budget = assess();
  ASSERT_EQ(budget.standings.size(), 2u);
  EXPECT_EQ(budget.standings[0].in_force.says, Says::channel);
  EXPECT_EQ(budget.standings[0].in_force.limit.window_days, 30);
  EXPECT_EQ(budget.standings[1].in_force.name, "amazon-in-7d");
  EXPECT_EQ(budget.tightest, 1u);  // one order of 70, five of 300
}

TEST_F(Assess, WhatOnlyTheChannelCountedIsAdded) {
  report(3, 70, 0.025, 7, 2);
  auto budget = assess();
  EXPECT_EQ(budget.only_channel, 3);
  EXPECT_EQ(budget.standings[0].outlook.cancels, 3);
  EXPECT_TRUE(budget.standings[0].outlook.breached);
  // It leaves the window as if it had happened on the last day of the report.
  EXPECT_EQ(budget.standings[0].outlook.oldest_leaves, today_ - days(2) + days(7));
  days_.days[3].cancels = 3;
  budget = assess();
  EXPECT_EQ(budget.only_channel, 0);
  EXPECT_EQ(budget.standings[0].outlook.cancels, 3);
}

TEST_F(Assess, AHostileReportChangesNothingButNumbers) {
  report(std::int64_t{1} << 60, -5, 0.025, 7);
  EXPECT_TRUE(assess().standings[0].outlook.breached);
  report(1, 1, 1e-300, 7);
  EXPECT_EQ(assess().standings[0].in_force.limit.share_ppm, 1);
  report(1, 1, -1.0, 7);
  EXPECT_EQ(assess().standings[0].in_force.says, Says::preset);
  report(1, 1, 0.02, 5000);
  EXPECT_EQ(assess().standings[0].in_force.limit.window_days, 400);
  health_->readings[0].first_day = {};
  EXPECT_EQ(assess().standings[0].in_force.says, Says::preset);
}

TEST_F(Assess, EbayCountsAYearWhereThereAreFewOrders) {
  account_.kind = "ebay";
  account_.marketplace.reset();
  EXPECT_EQ(assess().standings[0].in_force.limit.window_days, 90);  // 600 orders
  for (auto& day : days_.days) day.orders = 2;
  EXPECT_EQ(assess().standings[0].in_force.limit.window_days, 365);
  EXPECT_EQ(assess().standings[0].outlook.allowed, 4);  // fewer than five never count
}

TEST_F(Assess, WithoutAnyLimitThereIsNothingToSpend) {
  account_.marketplace = "A1VC38T7YXB528";
  days_.days[0].cancels = 5;
  const auto budget = assess();
  EXPECT_TRUE(budget.standings.empty());
  EXPECT_EQ(budget.cost_factor, 1);
  EXPECT_FALSE(budget.tightest);
}

TEST_F(Assess, DaysAreThoseOfTheAccount) {
  account_.time_zone = TimeZone::find("Asia/Tokyo").value();
  EXPECT_EQ(assess().today, today_);
  account_.time_zone = TimeZone::find("Pacific/Kiritimati").value();  // 02:00 of the next day
  EXPECT_EQ(assess().today, today_ + days(1));
}

TEST_F(Assess, ThePriceRisesAsTheBudgetRunsOut) {
  double before = 0;
  for (std::int64_t cancels = 0; cancels < 4; ++cancels) {
    days_.days[1].cancels = cancels;
    const auto factor = assess().cost_factor;
    EXPECT_GE(factor, before);
    before = factor;
  }
  EXPECT_NEAR(before, 1 + 10 * 3 / 10.0, 1e-9);  // breached: three days of ten orders, over k = 10 margins
  account_.cancel_limit.breach_costs = Millis(0);
  EXPECT_EQ(assess().cost_factor, 1);
}

}  // namespace
}  // namespace forestall::budget
