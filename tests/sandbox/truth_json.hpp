// SPDX-License-Identifier: Apache-2.0
// The truth as JSON, and as a table of lines.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "tests/sandbox/market.hpp"

namespace forestall::sandbox {

// {"orders":{"offered":...},"lines":{...},"units":{...},"lost_units":...,"writes":...,"digest":"..."}
boost::json::object truth_json(const world::Truth& truth);

// The same for the market as it is, with calls by account and operation and with the listings that were left
// paused although there is stock. A pause is orphaned where the SKU can be bought nowhere, there is stock
// that nobody was promised, and a write of zero was the last thing that happened to it on some account.
boost::json::object market_truth_json(const Market& market);

// time,account,order_id,sku,asked,accepted,filled,oversold,withdrawn,open, one row a line that was offered.
std::string lines_csv(const Market& market);

}  // namespace forestall::sandbox
