// SPDX-License-Identifier: Apache-2.0
// The part that tells people: alerts of every seller, kept in Redis and carried to the sinks of [[notify]].
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "connectors/http/client.hpp"
#include "daemon/acting/seller_acts.hpp"
#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/redis/client.hpp"

namespace forestall::app {

// After make_polling, which puts the accounts into the flow. Reads along in the journals of whoever `acting`
// finds; adds /api/v1/sellers/{seller}/alerts..., the section "alerts" of the status, and forestall_alert_...
// metrics.
Part make_alerting(Context& context, http::HttpClient& http, redis::Client& redis,
                   std::shared_ptr<flow::Flow> flow,
                   std::function<acting::SellerActs*(std::string_view seller)> acting);

}  // namespace forestall::app
