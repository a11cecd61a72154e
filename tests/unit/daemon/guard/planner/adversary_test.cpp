// SPDX-License-Identifier: Apache-2.0
// The promise of the established state, attacked at random; and each clause of the exposure rule switched
// off, which must make the same attack succeed.
#include <gtest/gtest.h>

#include "tests/unit/daemon/guard/planner/adversary.hpp"

namespace forestall::planner {
namespace {

constexpr int moves = 120;

TEST(PlannerAdversary, CannotSellAUnitTwiceOnceTheStateIsEstablished) {
  for (std::uint64_t seed = 1; seed <= 100'000; ++seed) {
    bool too_low = false;
    ASSERT_FALSE(plays_to_oversell(seed, moves, {}, &too_low)) << "seed " << seed;
    ASSERT_FALSE(too_low) << "seed " << seed;
  }
}

TEST(PlannerAdversary, WinsWhereNobodyRemembersThatTheStateWasEstablished) {
  int won = 0;
  for (std::uint64_t seed = 1; seed <= 60'000 && won < 10; ++seed)
    won += plays_to_oversell(seed, moves, {}, nullptr, false);
  EXPECT_GE(won, 10) << "nothing depends on OfferFacts::promised";
}

struct Clause {
  const char* name;
  bool ExposureRule::* part;
};

class WithoutAClause : public testing::TestWithParam<Clause> {};

TEST_P(WithoutAClause, TheSameAttackSucceeds) {
  ExposureRule rule;
  rule.*GetParam().part = false;
  int won = 0, first = 0;
  for (int seed = 1; seed <= 60'000 && won < 10; ++seed)
    if (plays_to_oversell(static_cast<std::uint64_t>(seed), moves, rule)) {
      if (won++ == 0) first = seed;
    }
  EXPECT_GE(won, 10) << "nothing depends on " << GetParam().name;
  RecordProperty("first_seed", first);
}

INSTANTIATE_TEST_SUITE_P(Exposure, WithoutAClause,
                         testing::Values(Clause{"absolute_adds", &ExposureRule::absolute_adds},
                                         Clause{"lowering_adds", &ExposureRule::lowering_adds},
                                         Clause{"larger_counts", &ExposureRule::larger_counts},
                                         Clause{"older_writes_count", &ExposureRule::older_writes_count},
                                         Clause{"copies_count", &ExposureRule::copies_count},
                                         Clause{"restorations_count", &ExposureRule::restorations_count},
                                         Clause{"only_orders_after", &ExposureRule::only_orders_after},
                                         Clause{"waits_for_watermark", &ExposureRule::waits_for_watermark},
                                         Clause{"resolved_by_reading", &ExposureRule::resolved_by_reading}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace forestall::planner
