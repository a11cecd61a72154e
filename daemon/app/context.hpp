// SPDX-License-Identifier: Apache-2.0
// What every part is given: the ports, and the tables to which it adds what it has to show.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/log.hpp"
#include "config/base/random.hpp"
#include "config/settings/settings.hpp"
#include "daemon/alerting/inbox.hpp"
#include "daemon/app/conditions.hpp"
#include "daemon/log/stream_sink.hpp"
#include "daemon/metrics/page.hpp"
#include "daemon/runtime/lifecycle.hpp"
#include "daemon/runtime/loop_meter.hpp"
#include "daemon/runtime/watchdog.hpp"
#include "daemon/runtime/worker_pool.hpp"
#include "daemon/timing/activity.hpp"
#include "daemon/web/router.hpp"

namespace forestall::acting {
class SellerActs;  // daemon/acting/seller_acts.hpp
}

namespace forestall::app {

struct Context {
  std::string version;
  config::Settings settings;  // in force; replaced by a reload before the parts are told
  boost::asio::any_io_executor executor;
  // Two ways to wait under one calendar (both are the system's clock, unless time is virtual: daemon/timing).
  // `clock` is the world's: when to poll, rate buckets, backoff toward channels, ages, expiries, dates.
  // `machine_clock` is this machine's: deadlines of single calls, Redis, leases, watchdog, drain, latencies.
  Clock& clock;
  Clock& machine_clock;
  Random& random;          // for what the world sees: cadences, backoff toward channels
  Random& machine_random;  // for Redis and leases: how often is drawn from it is the machine's luck
  logging::StreamSink& sink;
  Logger log;
  runtime::LoopMeter& loop;
  runtime::Watchdog& watchdog;
  runtime::WorkerPool& workers;
  timing::Activity& activity;  // calls under way; what goes through the shared HTTP client is counted there
  const runtime::Lifecycle& life;
  std::function<void(std::string_view task)> fatal;  // for TaskGroups: the daemon cannot go on

  // What people should know goes in here, from any part, at any time.
  alerting::Inbox alerts{};

  // Filled while the parts are made; read from then on.
  Conditions conditions{};
  metrics::Registry metrics{};
  std::vector<web::Route> routes{};
  // Who acts for a seller; nullptr for one that is not there. Set by make_acting.
  std::function<acting::SellerActs*(std::string_view seller)> find_acts{};
  // Members of /api/v1/status.
  std::vector<std::pair<std::string, std::function<boost::json::value()>>> status{};
};

}  // namespace forestall::app
