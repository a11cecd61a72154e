// SPDX-License-Identifier: Apache-2.0
// A large number of pauses leaves in the order of what waiting would cost; and nobody waits for ever.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "connectors/net/sleep.hpp"
#include "daemon/scheduling/call_scheduler.hpp"
#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;

std::string name(int i) { return fmt::format("L{}", i); }

// The scheduler of the product before a channel that takes so many calls a second, once the gate is open.
struct Gate {
  Gate(ActingRoom& r, Millis a_call) : room(r), every(a_call), calls(r.clock) {
    room.take_turn = [this](flow::Account&, ports::CallKind kind, scheduling::Purpose purpose, double value) {
      return turn(kind, purpose, value);
    };
  }
  // Whoever waits in it ends before it does.
  ~Gate() {
    if (room.acts) room.crash();
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  awaitable<Status> turn(ports::CallKind kind, scheduling::Purpose purpose, double value) {
    const bool writes = kind == ports::CallKind::write;
    auto granted = co_await calls.turn(
        writes ? "write" : "read",
        [this, writes] { return !open    ? Monotonic::max()
                                : writes ? next
                                         : room.clock.monotonic(); }, purpose,
        value, room.clock.monotonic() + 24h);
    if (!granted) co_return std::unexpected(granted.error());
    // Two seconds of calls may be made up for: the room's time moves in steps as long.
    if (writes) next = std::max(next, room.clock.monotonic() - 2s) + every;
    co_return Status{};
  }
  ActingRoom& room;
  Millis every;
  scheduling::CallScheduler calls;
  bool open = false;
  Monotonic next{};
};

void prices(ActingRoom& room, int listings, const std::function<int(int)>& price) {
  std::vector<model::Observation> page;
  for (int i = 0; i < listings; ++i)
    page.push_back(model::PriceObserved{{SourceId::literal("shop"), model::Version(1), room.clock.now()},
                                        room.shop,
                                        ListingId::literal(name(i)),
                                        Money(price(i), Currency::literal("EUR"))});
  room.apply(std::move(page));
}

model::StockLevel empty(ActingRoom& room, int i) {
  return {{SourceId::literal("wms"), model::Version(10'000), room.clock.now()},
          SkuId::literal(name(i)),
          LocationId::literal("berlin"),
          Units(0),
          false};
}

TEST(ActingOrder, AThousandPausesLeaveByWhatWaitingWouldCost) {
  constexpr int listings = 1000;
  // So many are begun at once, before the dearest of all is known.
  constexpr std::size_t begun = 48;
  ActingRoom room;
  Gate gate(room, 200ms);
  const auto price = [](int i) { return 100 + 370 * i % 1009; };  // all different
  for (int i = 0; i < listings; ++i) room.list(name(i), 5, 5);
  prices(room, listings, price);
  room.start();
  // The stock of everything is gone, told by pages of 250.
  for (int i = 0; i < listings; i += 250) {
    std::vector<model::Observation> page;
    for (int j = i; j < i + 250; ++j) page.push_back(empty(room, j));
    room.apply(std::move(page));
  }
  ASSERT_TRUE(
      room.until([&] { return room.acts->queued(room.shop) + room.acts->under_way(room.shop) == listings; }));
  gate.open = true;
  ASSERT_TRUE(room.until([&] { return room.channel.writes.size() == listings; }, 15min));
  std::vector<int> costs;
  for (const auto& write : room.channel.writes)
    costs.push_back(price(std::stoi(write.listing.str().substr(1))));
  // A pause that leaves before a dearer one has waited for a minute, and those are one in eight; or it was
  // begun before the dearer one was known. What is nearly as dear is weighed at different moments: a tie.
  std::size_t out_of_order = 0;
  for (std::size_t i = begun; i < costs.size(); ++i)
    if (std::any_of(costs.begin() + static_cast<std::ptrdiff_t>(i), costs.end(),
                    [&](int later) { return later > 1.1 * costs[i]; }))
      ++out_of_order;
  EXPECT_LE(out_of_order, listings / 7 + begun) << "of a thousand";
  // What was at risk while it waited, beside the best order there is; in any order it would be half more.
  const auto waited = [](const std::vector<int>& order) {
    double sum = 0;
    for (std::size_t i = 0; i < order.size(); ++i) sum += static_cast<double>(i) * order[i];
    return sum;
  };
  auto best = costs;
  std::ranges::sort(best, std::greater());
  EXPECT_LE(waited(costs), 1.15 * waited(best));
}

}  // namespace
}  // namespace forestall::test
