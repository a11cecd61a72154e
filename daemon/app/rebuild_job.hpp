// SPDX-License-Identifier: Apache-2.0
// A rebuild of one seller's counters as a job: started by one request, asked about by others. It may take
// minutes, longer than any request.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "config/base/clock.hpp"
#include "config/base/log.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/runtime/task_group.hpp"
#include "daemon/web/message.hpp"

namespace forestall::app {

class RebuildJob {
 public:
  RebuildJob(Clock& clock, flow::Flow& flow, flow::Seller& seller, Logger log)
      : clock_(clock), flow_(flow), row_(seller), log_(std::move(log)) {}

  // POST: 202 with the job that runs now, also where the same one was running already; 409 where the other
  // kind is running, 503 where the ledger is not open.
  web::Response start(const web::Request& request, runtime::TaskGroup& tasks);
  // GET: the job of this process that was started last; 404 where there is none.
  web::Response show() const;

 private:
  enum class State : std::uint8_t { running, done, failed };
  struct Job {
    std::uint64_t number = 0;
    bool fix = false;
    State state = State::running;
    Instant started_at;
    std::optional<Instant> ended_at{};
    std::uint64_t differences = 0;
    std::vector<std::string> first{};
    std::string error{};
  };
  boost::asio::awaitable<void> run();
  std::string json() const;

  Clock& clock_;
  flow::Flow& flow_;
  flow::Seller& row_;
  Logger log_;
  std::optional<Job> job_;
};

}  // namespace forestall::app
