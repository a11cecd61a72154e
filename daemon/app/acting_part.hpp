// SPDX-License-Identifier: Apache-2.0
// The part that acts: decides what every listing is to show, and has it carried out.
#pragma once

#include <memory>

#include "daemon/acting/seller_acts.hpp"
#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/redis/client.hpp"
#include "daemon/scheduling/call_scheduler.hpp"

namespace forestall::app {

// `find`: whoever acts for a seller, null where nobody does; lives as long as the Part does.
struct ActingPart {
  Part part;
  std::function<acting::SellerActs*(std::string_view seller)> find;
};

// After make_polling, which puts the accounts into the flow. Adds /api/v1/sellers/{seller}/ ... sku, explain,
// intents, pause, resume, hold, release, mode, breaker; and the section "acting" of the status.
ActingPart make_acting(Context& context, redis::Client& redis, std::shared_ptr<flow::Flow> flow,
                       scheduling::CallScheduler& calls);

}  // namespace forestall::app
