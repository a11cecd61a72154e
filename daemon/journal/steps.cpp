// SPDX-License-Identifier: Apache-2.0
#include "daemon/journal/steps.hpp"

#include <map>

namespace forestall::journal {

std::vector<Step> steps_of(std::span<const Entry> newest_first, std::size_t most) {
  std::vector<Step> steps;
  std::map<std::uint64_t, const Entry*> last;  // move of an epoch
  for (const auto& entry : newest_first) {
    if (steps.size() == most) break;
    if (entry.kind == Entry::Kind::move) last.try_emplace(entry.epoch, &entry);
    if (!entry.intent) continue;
    const auto& intent = *entry.intent;
    auto& step = steps.emplace_back();
    step.at = intent.requested_at;
    step.from = intent.before.quantity;
    step.to = target_of(intent);
    step.reason = intent.reason;
    step.who = intent.who;
    step.explanation = intent.explanation;
    step.state = "noted";
    if (entry.kind != Entry::Kind::intent) continue;
    step.epoch = entry.epoch;
    step.state = word(State::requested);
    if (const auto move = last.find(entry.epoch); move != last.end()) {
      if (move->second->state) step.state = word(*move->second->state);
      step.detail = move->second->detail;
    }
  }
  return steps;
}

}  // namespace forestall::journal
