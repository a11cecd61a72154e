// SPDX-License-Identifier: Apache-2.0
// Counting what is under way, and putting it in a row.
#include "daemon/timing/activity.hpp"

#include <gmock/gmock.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <string>

namespace forestall::timing {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> visit(Activity& activity, std::string& seen, char name) {
  const auto share = co_await activity.turn();
  seen += name;
}

TEST(ActivityTest, CountsSharesAndWhatOthersCount) {
  asio::io_context io;
  Activity activity(io.get_executor());
  std::size_t elsewhere = 2;
  activity.also([&] { return elsewhere; });
  {
    auto share = activity.begin();
    const auto moved = std::move(share);
    EXPECT_EQ(activity.under_way(), 3U);
  }
  elsewhere = 0;
  EXPECT_EQ(activity.under_way(), 0U);
}

TEST(ActivityTest, InOrdinaryTimeNobodyWaits) {
  asio::io_context io;
  Activity activity(io.get_executor());
  std::string seen;
  for (const char name : {'a', 'b'}) asio::co_spawn(io, visit(activity, seen, name), [](auto) {});
  io.run();
  EXPECT_EQ(seen, "ab");
}

TEST(ActivityTest, InARowOneIsLetInAtATimeInTheOrderOfAsking) {
  asio::io_context io;
  Activity activity(io.get_executor());
  activity.one_by_one();
  std::string seen;
  for (const char name : {'a', 'b', 'c'}) asio::co_spawn(io, visit(activity, seen, name), [](auto) {});
  io.poll();
  EXPECT_EQ(seen, "");
  EXPECT_EQ(activity.waiting(), 3U);
  EXPECT_TRUE(activity.admit_next());
  EXPECT_EQ(activity.under_way(), 1U);  // from now, not only once it runs
  io.poll();
  EXPECT_EQ(seen, "a");
  EXPECT_EQ(activity.under_way(), 0U);
  EXPECT_TRUE(activity.admit_next());
  io.poll();
  EXPECT_TRUE(activity.admit_next());
  io.poll();
  EXPECT_EQ(seen, "abc");
  EXPECT_FALSE(activity.admit_next());
}

TEST(ActivityTest, WhoIsCancelledLeavesTheRow) {
  asio::io_context io;
  Activity activity(io.get_executor());
  activity.one_by_one();
  std::string seen;
  asio::cancellation_signal stop;
  asio::co_spawn(io, visit(activity, seen, 'a'), asio::bind_cancellation_slot(stop.slot(), [](auto) {}));
  asio::co_spawn(io, visit(activity, seen, 'b'), [](auto) {});
  io.poll();
  stop.emit(asio::cancellation_type::terminal);
  io.poll();
  EXPECT_EQ(activity.waiting(), 1U);
  EXPECT_TRUE(activity.admit_next());
  io.poll();
  EXPECT_EQ(seen, "b");
  EXPECT_EQ(activity.under_way(), 0U);
}

}  // namespace
}  // namespace forestall::timing
