// SPDX-License-Identifier: Apache-2.0
// An intent as a line of the log: with its numbers, so that the log alone tells again what was decided.
#pragma once

#include <cstdint>

#include "config/base/log.hpp"
#include "daemon/journal/intent.hpp"

namespace forestall::acting {

// Once for each intent that the journal took, whoever wished for it: the rule, a person, or what was found.
void tell_intent(const Logger& log, std::uint64_t epoch, const journal::Intent& intent);

}  // namespace forestall::acting
