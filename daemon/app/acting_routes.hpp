// SPDX-License-Identifier: Apache-2.0
// The pages of whoever acts: what a person may see and ask for. Requests in, JSON out.
#pragma once

#include <functional>

#include "daemon/acting/seller_acts.hpp"
#include "daemon/app/context.hpp"

namespace forestall::app {

// nullptr for a seller that is not there.
using FindActs = std::function<acting::SellerActs*(std::string_view seller)>;

void add_acting_routes(Context& context, FindActs find);
// One account's row in the status.
boost::json::object status_of(const acting::SellerActs& acts, const acting::AccountDesk& desk);

}  // namespace forestall::app
