// SPDX-License-Identifier: Apache-2.0
#include "daemon/acting/told.hpp"

#include "daemon/journal/moves.hpp"

namespace forestall::acting {

void tell_intent(const Logger& log, std::uint64_t epoch, const journal::Intent& intent) {
  const auto target = journal::target_of(intent);
  log.info("intent", {{"account", journal::account_of(intent.command)},
                      {"listing", journal::listing_of(intent.command)},
                      {"epoch", epoch},
                      {"state", "requested"},
                      {"target", target.value_or(Units{})},
                      {"write", journal::text_of(journal::way_of(intent.command), target)},
                      {"reason", intent.reason},
                      {"origin", journal::word(intent.origin)},
                      {"who", intent.who},
                      {"numbers", intent.explanation}});
}

}  // namespace forestall::acting
