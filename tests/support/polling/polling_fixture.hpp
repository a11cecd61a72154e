// SPDX-License-Identifier: Apache-2.0
// Pollers of one account on a clock that only the test moves.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "daemon/polling/account_observer.hpp"
#include "daemon/runtime/task_group.hpp"
#include "tests/support/polling/fake_marketplace.hpp"
#include "tests/support/polling/memory_door.hpp"

namespace forestall::test {

struct PollingFixture : testing::Test {
  PollingFixture() {
    account.settings.id = id;
    account.settings.seller = SellerId::literal("acme");
    account.settings.kind = "fake";
    seller.settings.id = account.settings.seller;
    seller.accounts.push_back(&account);
    seller.open = true;
  }
  ~PollingFixture() override { stop(); }

  // A process begins: the observer of an account over `channel`, which outlives it.
  void start(FakeMarketplace& channel) {
    scheduler = std::make_unique<scheduling::CallScheduler>(clock);
    tasks = std::make_unique<runtime::TaskGroup>(io.get_executor(), log, "test",
                                                 [](std::string_view task) { ADD_FAILURE() << task; });
    observer = std::make_unique<polling::AccountObserver>(tools(), seller, account, borrow(channel), "");
    observer->start(*tasks);
    settle();
  }
  // It ends; what is not in the door's memory is gone.
  void stop() {
    if (!tasks) return;
    bool joined = false;
    boost::asio::co_spawn(
        io,
        [](runtime::TaskGroup& group, bool& done) -> boost::asio::awaitable<void> {
          co_await group.stop();
          done = true;
        }(*tasks, joined),
        boost::asio::detached);
    for (int i = 0; i < 1000 && !joined; ++i) settle();
    ASSERT_TRUE(joined);
    observer.reset();
    tasks.reset();
    scheduler.reset();
    account = {.settings = account.settings};
  }
  // Lives as long as the fixture: pollers may ask it until they are stopped.
  FakeMarketplace& open_channel(std::vector<ports::Feed> feeds, Rate rate = {1000, 1000}) {
    return *channels.emplace_back(std::make_unique<FakeMarketplace>(clock, id, std::move(feeds), rate));
  }
  polling::Tools tools() { return {clock, clock, random, log, door, *scheduler, activity}; }
  void settle() { io.restart(), io.poll(); }
  void advance(std::chrono::nanoseconds by) {
    clock.advance(by, [this] { settle(); });
  }
  const polling::FeedFigures& figures(ports::Feed feed) { return observer->feed(feed)->figures(); }

  boost::asio::io_context io;
  ManualClock clock;
  SeededRandom random{1};
  MemoryLogSink sink;
  Logger log{sink, LogLevel::debug};
  timing::Activity activity{io.get_executor()};
  MemoryDoor door{clock};
  AccountId id = AccountId::literal("shop");
  std::vector<std::unique_ptr<FakeMarketplace>> channels;
  flow::Account account{};
  flow::Seller seller{};
  std::unique_ptr<scheduling::CallScheduler> scheduler;
  std::unique_ptr<runtime::TaskGroup> tasks;
  std::unique_ptr<polling::AccountObserver> observer;
};

}  // namespace forestall::test
