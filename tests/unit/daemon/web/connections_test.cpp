// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/connections.hpp"

#include <gmock/gmock.h>

namespace forestall::web {
namespace {

using namespace std::chrono_literals;
using Phase = ConnectionPhase;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Monotonic at(std::chrono::nanoseconds t) { return Monotonic(t); }

class ConnectionsTest : public ::testing::Test {
 protected:
  ConnectionId open(std::chrono::nanoseconds t) { return table.admit(at(t)).admitted.value(); }
  Connections table{{.most = 3, .idle = 60s, .request = 15s, .protected_reading = 1s}};
};

TEST_F(ConnectionsTest, TheOneIdleLongestMakesRoom) {
  const auto a = open(1s);
  const auto b = open(2s);
  const auto c = open(3s);
  table.enter(a, Phase::reading, at(4s));
  table.enter(a, Phase::idle, at(5s));
  const auto next = table.admit(at(6s));
  EXPECT_TRUE(next.admitted);
  EXPECT_EQ(next.evict, b);
  EXPECT_EQ(table.size(), 3u);
  EXPECT_EQ(table.admit(at(6s)).evict, c);
  EXPECT_EQ(table.admit(at(6s)).evict, a);
}

TEST_F(ConnectionsTest, SlowSendersMakeRoomWhenNobodyIsIdleAndRequestsAtWorkNever) {
  const auto a = open(0s);
  const auto b = open(0s);
  const auto c = open(0s);
  table.enter(a, Phase::handling, at(1s));
  table.enter(b, Phase::reading, at(2s));
  table.enter(c, Phase::writing, at(1s));
  EXPECT_EQ(table.admit(at(2500ms)).admitted, std::nullopt) << "b has only just begun";
  EXPECT_EQ(table.admit(at(3s)).evict, b);
}

TEST_F(ConnectionsTest, ARequestHasOneDeadlineHoweverOftenABytesComes) {
  const auto slow = open(0s);
  table.enter(slow, Phase::reading, at(10s));
  EXPECT_THAT(table.overdue(at(24s)), IsEmpty());
  EXPECT_THAT(table.overdue(at(25s)), ElementsAre(slow));
  EXPECT_THAT(table.overdue(at(26s)), IsEmpty()) << "reported once";
  table.enter(slow, Phase::writing, at(26s));  // the 408
  EXPECT_THAT(table.overdue(at(41s)), ElementsAre(slow)) << "and it does not read that either";
}

TEST_F(ConnectionsTest, IdleOnesHaveTheirOwnTimeAndHandlersLookAfterThemselves) {
  const auto idle = open(0s);
  const auto busy = open(0s);
  table.enter(busy, Phase::handling, at(0s));
  EXPECT_THAT(table.overdue(at(59s)), IsEmpty());
  EXPECT_THAT(table.overdue(at(1h)), ElementsAre(idle));
  EXPECT_EQ(table.count(Phase::handling), 1u);
  EXPECT_THAT(table.in(Phase::idle), ElementsAre(idle));
}

TEST_F(ConnectionsTest, WhatWasEvictedStaysOut) {
  const auto a = open(0s);
  open(1s), open(2s);
  EXPECT_EQ(table.admit(at(3s)).evict, a);
  table.enter(a, Phase::reading, at(4s));
  table.remove(a);
  EXPECT_EQ(table.size(), 3u);
  EXPECT_EQ(table.count(Phase::reading), 0u);
}

TEST_F(ConnectionsTest, AStreamThatWaitsHasNoDeadlineAndOneThatWritesHas) {
  const auto stream = open(0s);
  table.enter(stream, Phase::streaming, at(1s));
  EXPECT_THAT(table.overdue(at(3600s)), IsEmpty());
  table.enter(stream, Phase::writing, at(3600s));
  EXPECT_THAT(table.overdue(at(3615s)), ElementsAre(stream)) << "its peer does not read";
}

TEST_F(ConnectionsTest, AStreamMakesRoomForNobody) {
  for (const auto id : {open(0s), open(0s), open(0s)}) table.enter(id, Phase::streaming, at(1s));
  EXPECT_EQ(table.admit(at(60s)).admitted, std::nullopt);
}

}  // namespace
}  // namespace forestall::web
