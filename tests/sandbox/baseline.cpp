// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/baseline.hpp"

namespace forestall::sandbox {

Baseline::Baseline(const Setting& setting, Millis every, std::int32_t buffer)
    : world_(setting.scenario, setting.catalogue, setting.demand),
      tool_(world_, {.buffer = buffer, .poll_every = std::vector<Millis>(setting.catalogue.channels, every)}),
      every_(every) {}

void Baseline::advance_to(Instant until) {
  for (Instant wake = tool_.next_wake(); wake <= until; wake = tool_.next_wake()) {
    world_.advance_to(wake);
    writes_.clear();
    tool_.wake(world_, writes_);
    for (const world::Write& write : writes_) world_.write(write);
  }
  world_.advance_to(until);
}

}  // namespace forestall::sandbox
