// SPDX-License-Identifier: Apache-2.0
// An account that is only observed is never written to: proven at the sandbox's log.
#include <gmock/gmock.h>

#include "tests/e2e/trial.hpp"

namespace forestall::test {
namespace {

class ModeTest : public testing::TestWithParam<const char*> {};

TEST_P(ModeTest, NothingIsWrittenBelowGuard) {
  Trial trial({.sandbox = {"--seed", "3", "--skus", "60", "--rate", "6", "--days", "2", "--lead-time", "1d",
                           "--cover", "1d", "--seller-sync", "8h", "--stock-every", "1h"},
               .mode = GetParam(),
               .stock = "poll = \"15m\"\n"});
  ASSERT_TRUE(trial.run(std::chrono::minutes(4))) << trial.log();
  const auto truth = trial.finish();
  // It did its work: orders were read, and there was something to prevent.
  EXPECT_GT(count(truth, "/accounts/amazon-us/calls/searchOrders/calls"), 100);
  EXPECT_GT(count(truth, "/orders/oversold"), 0);
  EXPECT_EQ(trial.sandbox.control("writes").number("/total"), 0);
  EXPECT_FALSE(truth.at_pointer("/accounts/amazon-us/calls").as_object().contains("patchListingsItem"));
}

INSTANTIATE_TEST_SUITE_P(Modes, ModeTest, testing::Values("observe", "advise"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace forestall::test
