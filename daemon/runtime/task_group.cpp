// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cstdlib>

namespace forestall::runtime {
namespace asio = boost::asio;

namespace {

struct Failure {
  bool cancellation = false;
  std::string reason;
};

Failure describe(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& e) {
    return {e.code() == asio::error::operation_aborted, e.what()};
  } catch (const std::exception& e) {
    return {false, e.what()};
  } catch (...) {
    return {false, "an exception of unknown type"};
  }
}

// Asio 1.81 starts a coroutine inside co_spawn() when called from the loop, and ends the program when one
// that was cancelled returns without ever having been suspended (co_spawn_entry_point posts outside its try).
// One turn through the queue at the start avoids both.
asio::awaitable<void> deferred(asio::awaitable<void> task) {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  co_await std::move(task);
}

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor executor, Logger log, std::string name,
                     std::function<void(std::string_view)> on_fatal)
    : executor_(std::move(executor)),
      log_(log.with({{"group", name}})),
      on_fatal_(std::move(on_fatal)),
      empty_(executor_, asio::steady_timer::time_point::max()) {}

TaskGroup::~TaskGroup() {
  if (tasks_.empty()) return;
  // Their frames refer to what is about to be destroyed: better a core dump here than a corpse that acts
  // later.
  for (const auto& [id, task] : tasks_) log_.error("task_outlives_its_group", {{"task", task.name}});
  std::abort();
}

TaskId TaskGroup::spawn(std::string name, OnFailure consequence, asio::awaitable<void> task) {
  if (stopping_) return TaskId::none;
  const auto id = ++last_id_;
  auto& entry = tasks_.try_emplace(id, std::move(name), consequence).first->second;
  ++counters_.started;
  asio::co_spawn(
      executor_, deferred(std::move(task)),
      asio::bind_cancellation_slot(entry.signal.slot(),
                                   [this, id](const std::exception_ptr& failure) { ended(id, failure); }));
  return TaskId{id};
}

void TaskGroup::ended(std::uint64_t id, const std::exception_ptr& failure) {
  const auto node = tasks_.extract(id);
  const Task& task = node.mapped();
  if (failure) {
    const auto [cancellation, reason] = describe(failure);
    if (!cancellation || !task.cancelled) {
      const bool fatal = task.consequence == OnFailure::stop_daemon;
      ++counters_.failed;
      log_.error("task_failed",
                 {{"task", task.name}, {"reason", reason}, {"consequence", fatal ? "stop_daemon" : "none"}});
      if (fatal && on_fatal_) on_fatal_(task.name);
    }
  }
  if (tasks_.empty()) empty_.cancel();
}

void TaskGroup::cancel(TaskId id) {
  const auto found = tasks_.find(static_cast<std::uint64_t>(id));
  if (found == tasks_.end()) return;
  found->second.cancelled = true;
  found->second.signal.emit(asio::cancellation_type::terminal);
}

void TaskGroup::begin_stop() {
  stopping_ = true;
  for (auto& [id, task] : tasks_) {
    task.cancelled = true;
    task.signal.emit(asio::cancellation_type::terminal);
  }
}

asio::awaitable<void> TaskGroup::stop() {
  begin_stop();
  while (!tasks_.empty()) {
    boost::system::error_code ec;
    co_await empty_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }
}

std::vector<std::string> TaskGroup::names() const {
  std::vector<std::string> all;
  for (const auto& [id, task] : tasks_) all.push_back(task.name);
  return all;
}

}  // namespace forestall::runtime
