// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics/families.hpp"

#include <array>
#include <utility>

namespace forestall::metrics {

void collect_build(Page& page, std::string_view version) {
  page.gauge("forestall_build_info", "Always 1; the version is a label.", 1.0, {{"version", version}});
}

// The names that every Prometheus client library gives these, so that generic dashboards work.
void collect_process(Page& page, const runtime::ProcessFigures& process) {
  page.counter("process_cpu_seconds_total", "User and system processor time spent.", process.cpu_seconds);
  page.gauge("process_resident_memory_bytes", "Resident memory size.", process.resident_bytes);
  page.gauge("process_virtual_memory_bytes", "Virtual memory size.", process.virtual_bytes);
  page.gauge("process_open_fds", "Open file descriptors.", process.open_fds);
  page.gauge("process_max_fds", "Most file descriptors that may be open.", process.max_fds);
  page.gauge("process_threads", "Threads of the process.", process.threads);
  page.gauge("process_start_time_seconds", "Start of the process, in seconds since 1970.",
             process.start_time_seconds);
}

void collect_log(Page& page, const logging::LogCounters& log) {
  for (const auto level :
       {LogLevel::error, LogLevel::warning, LogLevel::notice, LogLevel::info, LogLevel::debug})
    page.counter("forestall_log_lines_total", "Lines given to the log.",
                 log.lines.at(static_cast<std::size_t>(level)), {{"level", level_name(level)}});
  page.counter("forestall_log_dropped_lines_total", "Lines lost because the log could not be written.",
               log.dropped);
  page.gauge("forestall_log_backlog_bytes", "Log lines waiting to be written.",
             std::uint64_t{log.backlog_bytes});
}

void collect_loop(Page& page, const runtime::LoopMeter& loop) {
  page.histogram("forestall_loop_turn_seconds", "Length of the turns of the event loop.",
                 {runtime::LoopMeter::bounds, loop.buckets(), loop.total_seconds()});
  page.gauge("forestall_loop_longest_turn_seconds", "Longest turn of the event loop in the last 30 to 60 s.",
             loop.longest_recent_seconds());
}

void collect_workers(Page& page, const runtime::WorkerCounters& workers) {
  page.counter("forestall_worker_jobs_total", "Pieces of work finished off the loop.", workers.finished);
  page.gauge("forestall_worker_jobs", "Pieces of work waiting or running off the loop.",
             workers.waiting_or_running);
}

void collect_watchdog(Page& page, const runtime::Watchdog& watchdog) {
  page.counter("forestall_watchdog_withheld_total", "Checks that found a part without progress.",
               watchdog.withheld());
}

void collect_web(Page& page, const web::WebCounters& web, const web::Connections& connections) {
  constexpr std::array<std::string_view, 6> classes{"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
  for (const std::size_t i : {2u, 3u, 4u, 5u})
    page.counter("forestall_http_answers_total", "Answers of the API by class of status.", web.answers.at(i),
                 {{"class", classes.at(i)}});
  page.histogram("forestall_http_request_seconds", "First byte of a request to its answer.",
                 {web::WebCounters::bounds, web.duration_counts, web.duration_sum_seconds});
  page.counter("forestall_http_connections_total", "Connections accepted.", web.accepted);
  constexpr std::string_view closed_help = "Connections closed by us before their end.";
  page.counter("forestall_http_connections_closed_total", closed_help, web.refused, {{"reason", "full"}});
  page.counter("forestall_http_connections_closed_total", closed_help, web.evicted,
               {{"reason", "made_room"}});
  page.counter("forestall_http_connections_closed_total", closed_help, web.timed_out,
               {{"reason", "too_slow"}});
  page.counter("forestall_http_streams_refused_total", "Streams of events refused: too many are open.",
               web.streams_refused);
  page.counter("forestall_http_token_failures_total", "Requests with a missing or wrong token.",
               web.token_failures);
  using Phase = web::ConnectionPhase;
  constexpr std::array<std::pair<Phase, std::string_view>, 5> phases{{{Phase::idle, "idle"},
                                                                      {Phase::reading, "reading"},
                                                                      {Phase::handling, "handling"},
                                                                      {Phase::writing, "writing"},
                                                                      {Phase::streaming, "streaming"}}};
  for (const auto& [phase, name] : phases)
    page.gauge("forestall_http_connections", "Open connections by what they do.",
               std::uint64_t{connections.count(phase)}, {{"phase", name}});
}

}  // namespace forestall::metrics
