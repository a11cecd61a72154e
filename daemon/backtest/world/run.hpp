// SPDX-License-Identifier: Apache-2.0
// Driving a world by a policy, by values: the policy says when it wants to look, is given the world to read,
// and answers with the writes it wants.
#pragma once

#include <atomic>
#include <concepts>
#include <vector>

#include "daemon/backtest/world/world.hpp"

namespace forestall::world {

// next_wake() is when the policy looks next (Instant::max(): never again) and must grow with every wake().
// wake() appends its writes; it may keep cursors into the logs of the world, and must read nothing but what a
// seller can see (World's section of that name).
template <class P>
concept Policy = requires(P policy, const World& world, std::vector<Write>& writes) {
  { policy.next_wake() } -> std::same_as<Instant>;
  policy.wake(world, writes);
};

// Runs to the end of the scenario, and then on until every accepted order is picked, with nobody acting; or
// until `stop` is set, at the next look of the policy: the world is then half played.
template <Policy P>
void run(World& world, P& policy, const std::atomic<bool>* stop = nullptr) {
  std::vector<Write> writes;
  const Instant end = world.scenario().end;
  for (Instant wake = policy.next_wake(); wake < end; wake = policy.next_wake()) {
    if (stop != nullptr && stop->load(std::memory_order_relaxed)) return;
    world.advance_to(wake);
    writes.clear();
    policy.wake(world, writes);
    for (const Write& write : writes) world.write(write);
  }
  world.advance_to(end);
  while (world.next_event() != Instant::max()) world.advance_to(world.next_event());
}

// Nobody acts: what the references (shared counters) need.
struct Nobody {
  Instant next_wake() const { return Instant::max(); }
  void wake(const World&, std::vector<Write>&) {}
};

}  // namespace forestall::world
