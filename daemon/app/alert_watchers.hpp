// SPDX-License-Identifier: Apache-2.0
// What the daemon knows by looking at itself: orders at risk, incidents of carriers, open breakers, silent
// sources, doubtful records, logins that run out, stock that will not last or lies for too long.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string_view>

#include "daemon/acting/seller_acts.hpp"
#include "daemon/app/context.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/orders/live/order_desk.hpp"

namespace forestall::app {

// Puts watchers into Context::alerts and a listener into the flow. `desks` outlive both.
void add_alert_watchers(Context& context, std::shared_ptr<flow::Flow> flow,
                        std::function<acting::SellerActs*(std::string_view seller)> acting,
                        const std::deque<orders::OrderDesk>& desks);

}  // namespace forestall::app
