// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/compose.hpp"

#include <memory>

#include "daemon/app/acting_part.hpp"
#include "daemon/app/alert_watchers.hpp"
#include "daemon/app/alerting_part.hpp"
#include "daemon/app/budget_part.hpp"
#include "daemon/app/carriers_part.hpp"
#include "daemon/app/console_part.hpp"
#include "daemon/app/credential_figures.hpp"
#include "daemon/app/housekeeping.hpp"
#include "daemon/app/http_part.hpp"
#include "daemon/app/import_part.hpp"
#include "daemon/app/ledger_part.hpp"
#include "daemon/app/orders_part.hpp"
#include "daemon/app/polling_part.hpp"
#include "daemon/app/redis_part.hpp"
#include "daemon/app/routes.hpp"
#include "daemon/app/web_part.hpp"
#include "daemon/flow/flow.hpp"

namespace forestall::app {

Parts compose(Context& context) {
  add_own_figures(context);
  add_credential_figures(context);
  Parts parts;
  // First up and last down: the log is flushed and the watchdog fed whatever the others do.
  parts.push_back(make_housekeeping(context));
  // Before anything slow, so that health, readiness and metrics can be watched during a start and a drain.
  parts.push_back(make_web(context));
  // Everything that speaks to the outside comes after it, and is stopped before it: http.client.
  auto http = make_http(context);
  parts.push_back(std::move(http.part));
  // The record, then what is counted in it. Next, each building on those above: connectors, guard, alerting.
  auto redis = make_redis(context);
  parts.push_back(std::move(redis.part));
  const auto flow = std::make_shared<flow::Flow>(context.machine_clock);
  parts.push_back(make_ledgers(context, redis.client, flow));
  add_import_route(context, flow);
  auto orders = make_orders(context, flow);
  parts.push_back(std::move(orders.part));
  auto polling = make_polling(context, http.client, flow);
  parts.push_back(std::move(polling.part));
  parts.push_back(make_carriers(context, http.client, flow, polling.calls, orders.desks));
  parts.push_back(make_budget(context, flow));
  auto acting = make_acting(context, redis.client, flow, polling.calls);
  // Started before whoever acts, and stopped after, so that nothing they say is missed.
  add_alert_watchers(context, flow, acting.find, orders.desks);
  parts.push_back(make_alerting(context, http.client, redis.client, flow, acting.find));
  parts.push_back(std::move(acting.part));
  parts.push_back(make_console(context, flow));
  return parts;
}

}  // namespace forestall::app
