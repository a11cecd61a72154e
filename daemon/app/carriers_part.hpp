// SPDX-License-Identifier: Apache-2.0
// The part that asks carriers: a poller for each [[carrier]], what carriers push to us, scorecards.
#pragma once

#include <deque>
#include <memory>

#include "connectors/http/client.hpp"
#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/orders/live/order_desk.hpp"
#include "daemon/scheduling/call_scheduler.hpp"

namespace forestall::app {

// Adds POST /api/v1/carriers/{carrier}/webhook (signed by the carrier, so without a token) and GET
// /api/v1/sellers/{seller}/carriers. `calls` and `desks` outlive the Part.
Part make_carriers(Context& context, http::HttpClient& http, std::shared_ptr<flow::Flow> flow,
                   scheduling::CallScheduler& calls, std::deque<orders::OrderDesk>& desks);

}  // namespace forestall::app
