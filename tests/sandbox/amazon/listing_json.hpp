// SPDX-License-Identifier: Apache-2.0
// A listing in the shape of Listings Items 2021-08-01.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "tests/sandbox/market.hpp"

namespace forestall::sandbox {

// The data sets that were asked for ("summaries" where none was).
boost::json::object listing_json(const Market& market, const Account& account, std::size_t index,
                                 const std::vector<std::string>& included);

// The quantity that shoppers of the account see; nullopt without a DEFAULT record.
std::optional<std::int64_t> default_quantity(const Market& market, const Listing& listing);

}  // namespace forestall::sandbox
