// SPDX-License-Identifier: Apache-2.0
// forestall rebuild: are the counters what the stored entities add up to? The daemon works on it as a job; we
// wait for its end.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <thread>

#include "config/base/ids.hpp"
#include "daemon/cli/answer.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/endpoint.hpp"

namespace forestall::cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

struct Job {
  std::int64_t number = 0;
  std::string state;
  std::string error;
  std::int64_t differences = 0;
  std::vector<std::string> first;
};

std::expected<Job, Exit> parse_job(Invocation& invocation, const std::string& body) {
  json::error_code ec;
  const auto answer = json::parse(body, ec);
  const auto* object = ec ? nullptr : answer.if_object();
  if (object == nullptr || text(*object, "state").empty()) {
    invocation.err += "forestall: the daemon's answer is not what this version understands\n";
    return std::unexpected(Exit::failed);
  }
  Job job{.number = number(*object, "job"),
          .state = text(*object, "state"),
          .error = text(*object, "error"),
          .differences = number(*object, "difference_count"),
          .first = {}};
  const auto* list = object->if_contains("differences");
  if (list != nullptr && list->is_array())
    for (const auto& difference : list->as_array())
      if (difference.is_string()) job.first.emplace_back(difference.as_string());
  return job;
}

}  // namespace

Exit run_rebuild(Invocation& invocation) {
  const auto seller = SellerId::parse(invocation.value("seller"));
  if (!seller) {
    invocation.err += fmt::format("forestall: {}\n", seller.error().detail);
    return Exit::usage;
  }
  const bool fix = invocation.has("--fix");
  const auto target = fmt::format("/api/v1/sellers/{}/rebuild", seller->str());
  auto fetched = post(invocation, target + (fix ? "?fix=true" : ""), 202);
  if (!fetched) return fetched.error();
  auto job = parse_job(invocation, fetched->body);
  const auto begun = job ? job->number : 0;
  for (auto pause = 20ms; job && job->state == "running"; pause = std::min(2 * pause, 1000ms)) {
    std::this_thread::sleep_for(pause);
    fetched = get(invocation, target);
    if (!fetched) return fetched.error();
    job = parse_job(invocation, fetched->body);
    if (job && job->number != begun) {
      invocation.err += "forestall: the rebuild ended unseen; another one is running\n";
      return Exit::failed;
    }
  }
  if (!job) return job.error();
  if (job->state != "done") {
    invocation.err += fmt::format("forestall: the rebuild failed: {}\n", job->error);
    return Exit::failed;
  }
  if (invocation.global.json) {
    invocation.out += fetched->body + "\n";
  } else if (job->differences == 0) {
    invocation.out += fmt::format("{}: every counter is what the stored entities add up to\n", seller->str());
  } else {
    for (const auto& difference : job->first) invocation.out += difference + "\n";
    if (job->differences > static_cast<std::int64_t>(job->first.size()))
      invocation.out +=
          fmt::format("... and {} more\n", job->differences - static_cast<std::int64_t>(job->first.size()));
    invocation.out += fmt::format("{}: {} difference(s), {}\n", seller->str(), job->differences,
                                  fix ? "corrected" : "not corrected (--fix)");
  }
  return job->differences == 0 ? Exit::ok : Exit::findings;
}

}  // namespace forestall::cli
