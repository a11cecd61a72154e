// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/notify.hpp"

#include <gtest/gtest.h>

namespace forestall::runtime {
namespace {

using namespace std::chrono_literals;

TEST(Notify, MessagesAreThoseOfSdNotify) {
  EXPECT_EQ(ready_message("observing 3 accounts"), "READY=1\nSTATUS=observing 3 accounts");
  EXPECT_EQ(reloading_message(Monotonic(1234567us)),
            "RELOADING=1\nMONOTONIC_USEC=1234567\nSTATUS=reloading the configuration");
  EXPECT_EQ(stopping_message("settling 2 intents"), "STOPPING=1\nSTATUS=settling 2 intents");
  EXPECT_EQ(watchdog_message(), "WATCHDOG=1");
}

TEST(Notify, AStatusCannotSmuggleAnAssignment) {
  EXPECT_EQ(status_message("a\nMAINPID=1"), "STATUS=a\\x0aMAINPID=1");
}

TEST(Notify, TheWatchdogWatchesOnlyTheProcessItNames) {
  unsetenv("WATCHDOG_USEC");
  unsetenv("WATCHDOG_PID");
  EXPECT_EQ(watchdog_timeout(), std::nullopt);
  setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(watchdog_timeout(), 30s);
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(watchdog_timeout(), std::nullopt);
  setenv("WATCHDOG_USEC", "nonsense", 1);
  unsetenv("WATCHDOG_PID");
  EXPECT_EQ(watchdog_timeout(), std::nullopt);
  unsetenv("WATCHDOG_USEC");
}

}  // namespace
}  // namespace forestall::runtime
