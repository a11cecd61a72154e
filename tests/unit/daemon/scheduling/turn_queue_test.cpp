// SPDX-License-Identifier: Apache-2.0
#include "daemon/scheduling/turn_queue.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "config/base/random.hpp"

namespace forestall::scheduling {
namespace {

using namespace std::chrono_literals;

constexpr Monotonic start{};

// Grants whoever is the head until nobody waits.
std::vector<TicketId> drain(TurnQueue& queue, Monotonic now) {
  std::vector<TicketId> order;
  while (!queue.empty()) {
    order.push_back(queue.head(now));
    queue.grant(order.back(), now);
  }
  return order;
}

TEST(TurnQueue, NobodyWaits) {
  TurnQueue queue;
  EXPECT_EQ(queue.head(start), TicketId::none);
  queue.remove(TicketId{7});
  queue.grant(TicketId{7}, start);
  EXPECT_TRUE(queue.empty());
}

TEST(TurnQueue, PurposeThenValueThenArrival) {
  TurnQueue queue;
  const auto sweep = queue.add(Purpose::sweep, 1e9, start);
  const auto cheap = queue.add(Purpose::pause, 1, start);
  const auto dear = queue.add(Purpose::pause, 2, start);
  const auto twin = queue.add(Purpose::pause, 2, start);
  const auto none = queue.add(Purpose::pause, std::numeric_limits<double>::quiet_NaN(), start);
  const auto orders = queue.add(Purpose::poll_orders, 0, start);
  EXPECT_THAT(drain(queue, start), testing::ElementsAre(dear, twin, cheap, none, orders, sweep));
}

TEST(TurnQueue, ForgetsWhoLeaves) {
  TurnQueue queue;
  const auto first = queue.add(Purpose::pause, 1, start);
  const auto second = queue.add(Purpose::raise, 1, start);
  queue.remove(first);
  EXPECT_EQ(queue.head(start), second);
  EXPECT_EQ(queue.size(), 1U);
}

TEST(TurnQueue, BeforePatienceRunsOutNothingOvertakes) {
  TurnQueue queue({.patience = 60s, .share = 2});
  queue.add(Purpose::sweep, 0, start);
  for (int i = 0; i < 50; ++i) {
    const auto pause = queue.add(Purpose::pause, 0, start + 59s);
    EXPECT_EQ(queue.head(start + 59s), pause);
    queue.grant(pause, start + 59s);
  }
}

// An endless flood of pauses, one call a second: the sweeps all come through, and cost one grant in `share`.
TEST(TurnQueue, UnderOverloadNobodyStarvesAndTheUrgentKeepTheirShare) {
  for (const std::uint32_t share : {2U, 8U, 20U}) {
    TurnQueue queue({.patience = 60s, .share = share});
    std::map<TicketId, int> sweeps;
    for (int i = 0; i < 30; ++i) sweeps[queue.add(Purpose::sweep, 0, start)] = 0;
    int pauses_granted = 0;
    int last_sweep = 0;
    for (int second = 1; second <= 2000 && !sweeps.empty(); ++second) {
      const auto now = start + std::chrono::seconds(second);
      // Twice as many as can be granted, so that pauses grow old as well; they leave after 30 s.
      const auto a = queue.add(Purpose::pause, 1, now);
      const auto granted = queue.head(now);
      queue.grant(granted, now);
      if (sweeps.erase(granted) != 0)
        last_sweep = second;
      else
        ++pauses_granted;
      queue.remove(a);
    }
    EXPECT_TRUE(sweeps.empty()) << share;
    EXPECT_LE(last_sweep, 60 + static_cast<int>(share) * 31) << share;
    EXPECT_GE(pauses_granted, (last_sweep - 1) * (static_cast<int>(share) - 1) / static_cast<int>(share))
        << share;
  }
}

// Whatever happens: the head is never somebody of lower rank, unless they have waited longer than patience
// and are the oldest; and every ticket that stays is granted within the stated bound.
TEST(TurnQueue, RandomHistoriesKeepTheRules) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SeededRandom random(seed);
    const TurnQueue::Rules rules{.patience = 10s, .share = static_cast<std::uint32_t>(2 + random.below(6))};
    TurnQueue queue(rules);
    struct Waiting {
      TicketId id;
      Purpose purpose;
      double value;
      Monotonic since;
      std::uint64_t grants_until = 0;  // counted from when its patience ran out
      std::uint64_t older = 0;
    };
    std::vector<Waiting> waiting;
    Monotonic now = start;
    for (int step = 0; step < 400; ++step) {
      now += std::chrono::milliseconds(random.below(3000));
      const auto what = random.below(10);
      if (what < 4) {
        const auto purpose = static_cast<Purpose>(random.below(purpose_count));
        const auto value = static_cast<double>(random.below(3));
        waiting.push_back({queue.add(purpose, value, now), purpose, value, now});
      } else if (what == 4 && !waiting.empty()) {
        const auto gone = waiting.begin() + static_cast<std::ptrdiff_t>(random.below(waiting.size()));
        queue.remove(gone->id);
        waiting.erase(gone);
      } else if (!waiting.empty()) {
        const auto id = queue.head(now);
        const auto head = std::ranges::find(waiting, id, &Waiting::id);
        ASSERT_NE(head, waiting.end());
        const bool patient = now - head->since >= rules.patience && head == waiting.begin();
        for (const auto& other : waiting) {
          const bool before = std::tuple(other.purpose, -other.value, other.id) <
                              std::tuple(head->purpose, -head->value, head->id);
          EXPECT_TRUE(!before || patient);
        }
        queue.grant(id, now);
        const auto older = static_cast<std::uint64_t>(head - waiting.begin());
        if (patient && older == 0)
          for (auto& w : waiting) w.grants_until = 0;
        waiting.erase(head);
        // The oldest is granted within `share` grants of its patience running out.
        if (!waiting.empty() && now - waiting.front().since >= rules.patience)
          EXPECT_LE(++waiting.front().grants_until, rules.share) << seed;
      }
      ASSERT_EQ(queue.size(), waiting.size());
    }
  }
}

}  // namespace
}  // namespace forestall::scheduling
