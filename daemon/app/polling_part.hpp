// SPDX-License-Identifier: Apache-2.0
// The part that observes: every feed of every account, every stock source, and whose call is next.
#pragma once

#include <memory>

#include "connectors/http/client.hpp"
#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/scheduling/call_scheduler.hpp"

namespace forestall::app {

// What acts on accounts asks `calls` before each call. It lives as long as the Part does.
struct PollingPart {
  Part part;
  scheduling::CallScheduler& calls;
};

// Adds every account to the flow (its seller is there already), with its connector and blind window, and
// POST /api/v1/sellers/{seller}/accounts/{account}/reconcile. Starting does not wait. An account whose
// connector cannot be made is shown as not ready with the reason; the others work.
PollingPart make_polling(Context& context, http::HttpClient& http, std::shared_ptr<flow::Flow> flow);

}  // namespace forestall::app
