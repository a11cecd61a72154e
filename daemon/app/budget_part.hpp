// SPDX-License-Identifier: Apache-2.0
// The part that keeps the cancellation budgets: how many orders each account may still cancel.
#pragma once

#include <memory>

#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"
#include "daemon/flow/flow.hpp"

namespace forestall::app {

// After make_polling, which puts the accounts into the flow. Adds /api/v1/sellers/{seller}/budget, the
// forestall_budget_* metrics and the alerts of kind budget; sets Account::cancel_cost_factor, and fills
// Seller::prices with what is stored. Throws std::runtime_error where [daemon] cancel_limits_file cannot be
// used.
Part make_budget(Context& context, std::shared_ptr<flow::Flow> flow);

}  // namespace forestall::app
