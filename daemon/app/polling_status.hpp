// SPDX-License-Identifier: Apache-2.0
// Accounts and stock sources as sections of /api/v1/status.
#pragma once

#include <boost/json/object.hpp>

#include "daemon/polling/account_observer.hpp"
#include "daemon/polling/stock_poller.hpp"

namespace forestall::app {

boost::json::object status_of(const polling::AccountObserver& observer);
boost::json::object status_of(const polling::StockPoller& poller, const SellerId& seller, Instant now);

}  // namespace forestall::app
