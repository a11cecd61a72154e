// SPDX-License-Identifier: Apache-2.0
#include "daemon/acting/writes.hpp"

#include <algorithm>

namespace forestall::acting {
namespace {

std::int32_t whole(Units units) {
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(units.count(), -Units::max_reading, Units::max_reading));
}

}  // namespace

planner::WriteKind way_of(const model::Capabilities& capabilities) {
  switch (capabilities.write) {
    case model::WriteKind::relative:
      return planner::WriteKind::relative;
    case model::WriteKind::compare_and_set:
      return planner::WriteKind::compare_and_set;
    case model::WriteKind::absolute:
      break;
  }
  return planner::WriteKind::absolute;
}

model::Command command_of(const guard::Explanation& decided) {
  const auto& [account, listing, target, shown] =
      std::tie(decided.facts.account, decided.facts.listing, decided.decision.target, decided.facts.shown);
  if (decided.decision.is_act() && shown) {
    if (decided.decision.kind == planner::WriteKind::relative)
      return model::AdjustQuantity{account, listing, target - *shown};
    if (decided.decision.kind == planner::WriteKind::compare_and_set)
      return model::SetQuantity{account, listing, target, *shown};
  }
  return model::SetQuantity{account, listing, target, {}};
}

planner::PendingWrite pending_of(std::optional<Units> target, const journal::Way& way,
                                 std::optional<Units> before) {
  if (way.by) return {.kind = planner::WriteKind::relative, .value = whole(*way.by)};
  const Units value = std::max(Units{}, target.value_or(before.value_or(Units{})));
  if (way.expected)
    return {
        .kind = planner::WriteKind::compare_and_set, .value = whole(value), .expected = whole(*way.expected)};
  return {.value = whole(value)};
}

planner::PendingWrite pending_of(const journal::Record& record) {
  return pending_of(record.target, journal::way_of(record.command), record.before.quantity);
}

}  // namespace forestall::acting
