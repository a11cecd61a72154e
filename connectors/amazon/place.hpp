// SPDX-License-Identifier: Apache-2.0
// Which account a request is made for or an answer belongs to: what every builder and decoder here is given.
#pragma once

#include <string>

#include "config/base/ids.hpp"
#include "config/base/money.hpp"
#include "config/base/time.hpp"

namespace forestall::amazon {

struct Place {
  AccountId account;        // ours: "amazon-us"
  SourceId source;          // the same, as the source of its observations
  std::string marketplace;  // Amazon's: "ATVPDKIKX0DER"
  std::string merchant;     // Amazon's id of the seller: "A1..."
  Currency currency;        // of the marketplace
  TimeZone zone;            // whose days orders and cancellations count for
};

// When a reading was made, on our clock. It shows the world of some moment between the two. What Amazon does
// not date itself gets the earlier one as version, so that a slow answer does not pass for a newer one, and
// the later one as the time it was true, so that an order in between is not taken off twice.
struct Reading {
  Instant asked{};
  Instant answered{};
};

}  // namespace forestall::amazon
