// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/lock_step_part.hpp"

#include <utility>

namespace forestall::app {

using boost::asio::awaitable;

namespace {
awaitable<Status> started(Status status) { co_return status; }
}  // namespace

Part make_lock_step(Context& context, timing::LockStep& lock_step, std::function<void()> leave) {
  const auto begin = [&context, &lock_step, leave = std::move(leave)] {
    lock_step.begin({.may_move = [&life = context.life] { return life.phase() != runtime::Phase::starting; },
                     .ended = leave,
                     .failed = context.fatal});
    return Status{};
  };
  return {.name = "lock-step",
          .start = [begin] { return started(begin()); },
          .stop = [&lock_step] { return lock_step.stop(); }};
}

}  // namespace forestall::app
