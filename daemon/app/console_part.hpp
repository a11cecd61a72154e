// SPDX-License-Identifier: Apache-2.0
// The console: the page at "/", what it reads, and the stream that keeps it up to date.
#pragma once

#include <memory>

#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"
#include "daemon/flow/flow.hpp"

namespace forestall::app {

// After make_acting. Adds "/" with its files; /api/v1/sellers; of a seller overview, stock/at-risk, deeds,
// skus and events; and the metrics of the survey.
Part make_console(Context& context, std::shared_ptr<flow::Flow> flow);

}  // namespace forestall::app
