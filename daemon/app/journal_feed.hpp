// SPDX-License-Identifier: Apache-2.0
// The journal of intents as a feed of alerts: listings that were lowered, paused, resumed, or would have
// been.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "config/base/error.hpp"
#include "daemon/acting/seller_acts.hpp"
#include "daemon/alerting/seller_alerts.hpp"

namespace forestall::app {

// What the journal says since a place, a few hundred entries at most: changes that were made, and those that
// mode advise did not make. An empty place is the journal's end: what happened before the first start of the
// alerting is no news. Errors are the journal's.
boost::asio::awaitable<Result<alerting::Fed>> read_journal(acting::SellerActs& acts, std::string place);

}  // namespace forestall::app
