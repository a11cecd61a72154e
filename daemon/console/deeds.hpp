// SPDX-License-Identifier: Apache-2.0
// The journal's newest lines as what people ask for: what was done, why, and what became of it. Pure.
#pragma once

#include <boost/json/array.hpp>
#include <span>

#include "daemon/journal/journal.hpp"

namespace forestall::console {

// `entries`: the newest first, as Journal::history gives them. One object for each intent and each wish among
// them, the newest first, at most `most`: account, listing, epoch, before, target, write
// ("2 fewer", "5 if it is still 7"), reason, origin, who, at, state ("noted" for what modes observe and
// advise did not do), detail, numbers.
boost::json::array deeds(std::span<const journal::Entry> entries, std::size_t most);

}  // namespace forestall::console
