// SPDX-License-Identifier: Apache-2.0
// What the desks know, as JSON for people and machines, and as metrics. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/metrics/page.hpp"
#include "daemon/orders/live/order_desk.hpp"
#include "daemon/web/message.hpp"

namespace forestall::app {

std::string_view at_risk_schema();
std::string at_risk_json(const orders::OrderDesk& desk, const orders::Looked& looked, std::size_t most);

std::string_view causes_schema();
std::string causes_json(const orders::OrderDesk& desk, Instant since, std::size_t most);

std::string_view scorecard_schema();
std::string scorecard_json(const orders::OrderDesk& desk, Instant now, std::size_t most);

void collect_desk(metrics::Page& page, const orders::OrderDesk& desk);

// The query "days", 30 where it is left out; nullopt for what is none.
std::optional<int> read_days(const web::Request& request);

}  // namespace forestall::app
