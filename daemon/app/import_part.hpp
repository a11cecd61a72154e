// SPDX-License-Identifier: Apache-2.0
// POST /api/v1/sellers/{seller}/import/{kind}: observations that have no API.
#pragma once

#include <memory>

#include "daemon/app/context.hpp"
#include "daemon/flow/flow.hpp"

namespace forestall::app {

void add_import_route(Context& context, std::shared_ptr<flow::Flow> flow);

}  // namespace forestall::app
