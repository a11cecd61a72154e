// SPDX-License-Identifier: Apache-2.0
// Alerts over the API: what stands and who was told, acknowledging, snoozing; and their metrics and status.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <string_view>
#include <vector>

#include "daemon/alerting/seller_alerts.hpp"
#include "daemon/app/context.hpp"

namespace forestall::app {

void add_alerting_routes(std::vector<web::Route>& routes,
                         std::function<alerting::SellerAlerts*(std::string_view)> find);

void collect_alerting(metrics::Page& page, const std::deque<alerting::SellerAlerts>& sellers,
                      std::uint64_t dropped);
boost::json::value status_of_alerting(const std::deque<alerting::SellerAlerts>& sellers);

}  // namespace forestall::app
