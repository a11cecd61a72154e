// SPDX-License-Identifier: Apache-2.0
// The budgets of one seller as JSON, as metrics and as alerts.
#pragma once

#include <boost/json/object.hpp>
#include <vector>

#include "daemon/alerting/alert.hpp"
#include "daemon/budget/seller_budget.hpp"
#include "daemon/metrics/page.hpp"

namespace forestall::app {

extern const std::string_view budget_schema;
boost::json::object budget_json(const budget::SellerBudget& seller);
void collect_budget(metrics::Page& page, const budget::SellerBudget& seller);
std::vector<alerting::Alert> budget_alerts(const budget::SellerBudget& seller);

}  // namespace forestall::app
