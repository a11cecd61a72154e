// SPDX-License-Identifier: Apache-2.0
// What the console reads beside the routes that others use too. Requests in, JSON out.
#pragma once

#include <functional>
#include <string_view>

#include "daemon/app/console_feed.hpp"
#include "daemon/app/context.hpp"
#include "daemon/app/survey_keeper.hpp"

namespace forestall::app {

// What the console has of one seller.
struct ConsoleSeat {
  ConsoleSeat(Context& context, acting::SellerActs& its_acts);

  acting::SellerActs& acts;
  SurveyKeeper survey;
  ConsoleFeed feed;
};
// nullptr for a seller that is not there.
using FindSeat = std::function<ConsoleSeat*(std::string_view seller)>;

void add_console_routes(Context& context, FindSeat find);

}  // namespace forestall::app
