// SPDX-License-Identifier: Apache-2.0
// Open orders at risk: GET /api/v1/sellers/{seller}/orders/at-risk, and their number by cause as a metric.
#pragma once

#include <memory>

#include "daemon/app/context.hpp"
#include "daemon/flow/flow.hpp"

namespace forestall::app {

void add_orders_route(Context& context, std::shared_ptr<flow::Flow> flow);

}  // namespace forestall::app
