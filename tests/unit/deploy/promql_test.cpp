// SPDX-License-Identifier: Apache-2.0
#include "tests/support/grafana/promql.hpp"

#include <gmock/gmock.h>

namespace forestall::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Promql, FindsSelectorsWithTheirMatchersRangesAndFunctions) {
  const auto found = selectors(
      R"(histogram_quantile(0.95, sum by (le, job) (rate(a_bucket{job=~"$job", x!="}[("}[$__rate_interval]))) > on (job) group_left b:c or max(up) unless d{y='1'} offset 5m)");
  ASSERT_THAT(found, SizeIs(4));
  EXPECT_EQ(found[0].metric, "a_bucket");
  EXPECT_EQ(found[0].range, "$__rate_interval");
  EXPECT_THAT(found[0].inside, ElementsAre("histogram_quantile", "sum", "rate"));
  EXPECT_EQ(found[0].matchers.at("job"), (std::pair<std::string, std::string>("=~", "$job")));
  EXPECT_EQ(found[0].matchers.at("x"), (std::pair<std::string, std::string>("!=", "}[(")));
  EXPECT_EQ(found[1].metric, "b:c");
  EXPECT_EQ(found[2].metric, "up");
  EXPECT_THAT(found[2].inside, ElementsAre("max"));
  EXPECT_EQ(found[3].matchers.at("y").second, "1");
  EXPECT_THAT(selectors("vector(1) + 1e3"), IsEmpty());
}

TEST(Promql, FillsVariablesIn) {
  EXPECT_EQ(filled_in(R"(rate(x{job=~"$job",a="${account}"}[$__rate_interval]))", {{"job", "f"}}),
            R"(rate(x{job=~"f",a=".+"}[5m]))");
}

TEST(Promql, PromtoolSaysWhichIsNone) {
  EXPECT_THAT(refused_by_promtool({"up", "sum by (job) (rate(x_total[5m]))"}), IsEmpty());
  EXPECT_THAT(refused_by_promtool({"up", "rate(x_total)", "sum("}), SizeIs(2));
}

}  // namespace
}  // namespace forestall::test
