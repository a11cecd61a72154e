// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/progress.hpp"

#include <gtest/gtest.h>

namespace forestall::cli {
namespace {

using std::chrono::seconds;

TEST(Progress, SaysHowMuchIsDoneAndAboutHowLongTheRestTakes) {
  EXPECT_EQ(progress_line(0, 40, "worlds", seconds{0}), "[........................]   0 %  0/40 worlds");
  EXPECT_EQ(progress_line(10, 40, "worlds", seconds{30}),
            "[######..................]  25 %  10/40 worlds  1:31 left");
  EXPECT_EQ(progress_line(40, 40, "worlds", seconds{60}), "[########################] 100 %  40/40 worlds");
  EXPECT_EQ(progress_line(10, 40, "worlds", seconds{1}).find("left"), std::string::npos)
      << "too early to tell";
}

TEST(Progress, KnowsNoEndOfAPipeAndNeverWraps) {
  EXPECT_EQ(progress_line(4096, 0, "bytes, 7 lines", seconds{9}), "4096 bytes, 7 lines");
  EXPECT_EQ(progress_line(90, 40, "bytes", seconds{9}).find("100 %"), std::size_t{27});
  EXPECT_LE(progress_line(1ULL << 60, 1ULL << 62, std::string(200, 'x'), seconds{9}).size(), 78U);
}

}  // namespace
}  // namespace forestall::cli
