// SPDX-License-Identifier: Apache-2.0
// A bound: no latency at all, one counter for all channels, and the law by which units vanish known exactly.
// What it still loses nobody can win without counting more often.
#pragma once

#include "daemon/backtest/world/world.hpp"

namespace forestall::backtest {

// Drives the world to its end. Its scenario: shared_book, everything visible at once.
void play_known_law(world::World& world, double cancel_cost);

}  // namespace forestall::backtest
