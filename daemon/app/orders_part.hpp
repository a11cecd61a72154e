// SPDX-License-Identifier: Apache-2.0
// The part that watches over orders: a desk a seller that hears the flow, looks for what is in danger every
// few minutes, and shows it.
#pragma once

#include <deque>
#include <memory>

#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/orders/live/order_desk.hpp"

namespace forestall::app {

// The desks live as long as the Part does; one a seller of the flow, in its order.
struct OrdersPart {
  Part part;
  std::deque<orders::OrderDesk>& desks;
};

// The sellers are in the flow already, their accounts come later. Adds GET
// /api/v1/sellers/{seller}/orders/at-risk and /orders/causes.
OrdersPart make_orders(Context& context, std::shared_ptr<flow::Flow> flow);

}  // namespace forestall::app
