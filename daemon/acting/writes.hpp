// SPDX-License-Identifier: Apache-2.0
// From a decision to the command a channel is given, and from a command to what it may raise. Pure.
#pragma once

#include "connectors/model/capability.hpp"
#include "connectors/model/command.hpp"
#include "daemon/guard/decision.hpp"
#include "daemon/journal/intent.hpp"

namespace forestall::acting {

// The best way of writing that the channel's connector declares.
planner::WriteKind way_of(const model::Capabilities& capabilities);

// In the decision's way, from what the listing was thought to show: "be 3", "2 fewer", "be 3 if you are 5".
// Where nobody read it, or nothing is to be written, "be 3".
model::Command command_of(const guard::Explanation& decided);

// As the exposure counts it. `before`: what was shown, for a command that names no number (a resume may put
// back whatever there was).
planner::PendingWrite pending_of(std::optional<Units> target, const journal::Way& way,
                                 std::optional<Units> before);
planner::PendingWrite pending_of(const journal::Record& record);

}  // namespace forestall::acting
