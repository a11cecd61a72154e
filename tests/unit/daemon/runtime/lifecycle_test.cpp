// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/lifecycle.hpp"

#include <gmock/gmock.h>

#include <set>

namespace forestall::runtime {
namespace {

using enum LifeEvent;
using enum LifeAct;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Lifecycle, StartsServesDrainsLeaves) {
  Lifecycle life;
  EXPECT_EQ(life.phase(), Phase::starting);
  EXPECT_THAT(life.on(started), ElementsAre(announce_ready));
  EXPECT_THAT(life.on(reload_asked), ElementsAre(reload));
  EXPECT_THAT(life.on(stop_asked), ElementsAre(drain));
  EXPECT_EQ(life.phase(), Phase::draining);
  EXPECT_THAT(life.on(drained), ElementsAre(leave));
  EXPECT_EQ(life.phase(), Phase::stopped);
  EXPECT_EQ(life.exit_code(), ExitCode::ok);
}

TEST(Lifecycle, AskedToStopDuringTheStart) {
  Lifecycle life;
  EXPECT_THAT(life.on(stop_asked), ElementsAre(cancel_start, drain));
  EXPECT_THAT(life.on(started), IsEmpty())
      << "the last part came up meanwhile: it is stopped with the others";
  EXPECT_THAT(life.on(start_failed), IsEmpty()) << "its cancellation looks like a failure and is none";
  EXPECT_THAT(life.on(drained), ElementsAre(leave));
  EXPECT_EQ(life.exit_code(), ExitCode::ok);
}

TEST(Lifecycle, AStartThatFailsStopsWhatHadStarted) {
  Lifecycle life;
  EXPECT_THAT(life.on(start_failed), ElementsAre(cancel_start, drain));
  EXPECT_THAT(life.on(stop_asked), IsEmpty());
  EXPECT_THAT(life.on(drained), ElementsAre(leave));
  EXPECT_EQ(life.exit_code(), ExitCode::refused);
}

TEST(Lifecycle, AFailedPartDrainsTheRest) {
  Lifecycle life;
  life.on(started);
  EXPECT_THAT(life.on(part_failed), ElementsAre(drain));
  EXPECT_THAT(life.on(part_failed), IsEmpty());
  EXPECT_THAT(life.on(stop_asked), IsEmpty()) << "systemd's SIGTERM meets a daemon that already drains";
  life.on(drained);
  EXPECT_EQ(life.exit_code(), ExitCode::failed);
}

TEST(Lifecycle, AFailureWhileDrainingIsNotForgotten) {
  Lifecycle life;
  life.on(started);
  life.on(stop_asked);
  life.on(part_failed);
  life.on(drained);
  EXPECT_EQ(life.exit_code(), ExitCode::failed);
}

TEST(Lifecycle, TheDrainHasADeadline) {
  Lifecycle life;
  life.on(started);
  life.on(stop_asked);
  EXPECT_THAT(life.on(drain_expired), ElementsAre(abandon));
  EXPECT_EQ(life.exit_code(), ExitCode::drain_timeout);
  EXPECT_THAT(life.on(drained), IsEmpty());
}

TEST(Lifecycle, AReloadAskedForDuringTheStartIsNotLost) {
  Lifecycle life;
  EXPECT_THAT(life.on(reload_asked), IsEmpty());
  EXPECT_THAT(life.on(started), ElementsAre(announce_ready, reload));
  life.on(stop_asked);
  EXPECT_THAT(life.on(reload_asked), IsEmpty());
}

// Every sequence of seven events: drains at most once, ends at most once, and nothing happens after the end.
TEST(Lifecycle, NoOrderOfEventsBreaksIt) {
  constexpr int kinds = 7;
  constexpr int length = 7;
  int sequences = 1;
  for (int i = 0; i < length; ++i) sequences *= kinds;
  std::set<Phase> ends;
  for (int n = 0; n < sequences; ++n) {
    Lifecycle life;
    int drains = 0;
    int finals = 0;
    int rest = n;
    for (int i = 0; i < length; ++i, rest /= kinds) {
      const bool over = life.phase() == Phase::stopped;
      const Phase before = life.phase();
      const auto acts = life.on(static_cast<LifeEvent>(rest % kinds));
      ASSERT_GE(life.phase(), before) << "sequence " << n;
      if (over) {
        ASSERT_THAT(acts, IsEmpty()) << "sequence " << n;
      }
      for (const auto act : acts) {
        drains += act == drain ? 1 : 0;
        finals += act == leave || act == abandon ? 1 : 0;
      }
    }
    ASSERT_LE(drains, 1) << "sequence " << n;
    ASSERT_EQ(finals, life.phase() == Phase::stopped ? 1 : 0) << "sequence " << n;
    ends.insert(life.phase());
  }
  EXPECT_EQ(ends.size(), 4u);
}

}  // namespace
}  // namespace forestall::runtime
