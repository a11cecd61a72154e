// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/rebuild_job.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

namespace forestall::app {
namespace {

namespace json = boost::json;

constexpr std::string_view state_names[] = {"running", "done", "failed"};

}  // namespace

web::Response RebuildJob::start(const web::Request& request, runtime::TaskGroup& tasks) {
  if (!row_.open)
    return web::problem(503, ErrorCode::unavailable, "the seller's ledger is not open; see /readyz");
  const bool fix = request.query_value("fix").value_or("false") == "true";
  if (job_ && job_->state == State::running) {
    if (job_->fix != fix)
      return web::problem(
          409, ErrorCode::conflict,
          job_->fix ? "a rebuild that corrects is running" : "a rebuild that only looks is running");
    return web::json(json(), 202);
  }
  job_ = Job{.number = job_ ? job_->number + 1 : 1, .fix = fix, .started_at = clock_.now()};
  log_.notice("ledger_rebuild", {{"job", job_->number}, {"fix", fix}, {"by", request.caller.name}});
  if (tasks.spawn("rebuild", runtime::OnFailure::log, run()) == runtime::TaskId::none) {
    job_->state = State::failed;
    job_->error = "the daemon is stopping";
  }
  return web::json(json(), 202);
}

web::Response RebuildJob::show() const {
  if (!job_) return web::problem(404, ErrorCode::not_found, "no rebuild was started since the daemon was");
  return web::json(json());
}

boost::asio::awaitable<void> RebuildJob::run() {
  // Where it is cancelled this is what stays.
  job_->error = "the daemon was stopped";
  auto rebuilt = co_await row_.ledger->rebuild(job_->fix);
  job_->ended_at = clock_.now();
  if (!rebuilt) {
    job_->state = State::failed;
    job_->error = rebuilt.error().detail;
    log_.error("ledger_rebuild_failed", {{"job", job_->number}, {"reason", rebuilt.error()}});
    co_return;
  }
  job_->state = State::done;
  job_->error.clear();
  job_->differences = rebuilt->differences;
  job_->first = std::move(rebuilt->first);
  log_.notice("ledger_rebuilt",
              {{"job", job_->number}, {"differences", job_->differences}, {"fixed", job_->fix}});
  flow_.tell(row_, std::move(rebuilt->change));
}

std::string RebuildJob::json() const {
  json::object answer{{"seller", row_.settings.id.str()},
                      {"job", job_->number},
                      {"state", state_names[static_cast<std::size_t>(job_->state)]},
                      {"fix", job_->fix},
                      {"started_at", to_string(job_->started_at)}};
  if (job_->ended_at) answer["ended_at"] = to_string(*job_->ended_at);
  if (job_->state == State::running)
    if (const auto progress = row_.ledger->rebuilding())
      answer["progress"] =
          json::object{{"step", progress->step}, {"seen", progress->seen}, {"of", progress->of}};
  if (job_->state == State::failed) answer["error"] = job_->error;
  if (job_->state == State::done) {
    answer["difference_count"] = job_->differences;
    answer["differences"] = json::array(job_->first.begin(), job_->first.end());
  }
  return json::serialize(answer);
}

}  // namespace forestall::app
