// SPDX-License-Identifier: Apache-2.0
// The part that keeps the ledgers: one a seller, opened under a lease, its mirror full, its lease renewed.
#pragma once

#include <memory>

#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/redis/client.hpp"

namespace forestall::app {

// Starting does not wait: a seller whose ledger cannot be opened (no Redis, another daemon holds the lease,
// data of a newer version) is shown as not ready with the reason, and tried again.
// Adds every seller to the flow, POST and GET /api/v1/sellers/{seller}/rebuild, and GET
// /api/v1/sellers/{seller}/mapping.
Part make_ledgers(Context& context, redis::Client& client, std::shared_ptr<flow::Flow> flow);

}  // namespace forestall::app
