// SPDX-License-Identifier: Apache-2.0
// The plain numbers of each room as families of metrics. A new room adds its function here and in the
// composition.
#pragma once

#include <cstddef>
#include <string_view>

#include "daemon/log/stream_sink.hpp"
#include "daemon/metrics/page.hpp"
#include "daemon/runtime/loop_meter.hpp"
#include "daemon/runtime/process_figures.hpp"
#include "daemon/runtime/watchdog.hpp"
#include "daemon/runtime/worker_pool.hpp"
#include "daemon/web/server.hpp"

namespace forestall::metrics {

void collect_build(Page& page, std::string_view version);
void collect_process(Page& page, const runtime::ProcessFigures& process);
void collect_log(Page& page, const logging::LogCounters& log);
void collect_loop(Page& page, const runtime::LoopMeter& loop);
void collect_workers(Page& page, const runtime::WorkerCounters& workers);
void collect_watchdog(Page& page, const runtime::Watchdog& watchdog);
void collect_web(Page& page, const web::WebCounters& web, const web::Connections& connections);

}  // namespace forestall::metrics
