// SPDX-License-Identifier: Apache-2.0
// Next 15, 60 and 240 minutes of an order stream with minute timestamps: the windows in which overselling
// happens.
#pragma once

#include <string>

#include "tests/bench/forecasting/data_sets.hpp"

namespace forestall::test {

// Learns levels, hours of the week and bursts before the last two months, then asks at regular instants while
// going on to learn. A table with bursts, without, and with a Poisson law of the same mean, and how often two
// or more orders came against how often that was expected.
std::string score_order_windows(const std::vector<OrderLine>& lines, std::size_t skus);

}  // namespace forestall::test
