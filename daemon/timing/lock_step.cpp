// SPDX-License-Identifier: Apache-2.0
#include "daemon/timing/lock_step.hpp"

#include <stdexcept>

namespace forestall::timing {

using boost::asio::awaitable;

namespace {
// A task that waits for nothing again and again would stop the world for ever.
constexpr std::uint64_t most_timers_at_one_time = 1'000'000;
}  // namespace

LockStep::LockStep(boost::asio::io_context& io, SteppedClock& clock, Activity& activity, ClockSource& source,
                   Instant end, Logger log)
    : io_(io),
      clock_(clock),
      activity_(activity),
      source_(source),
      end_(end),
      log_(std::move(log)),
      tasks_(io.get_executor(), log_, "lock-step", [this](std::string_view task) { hooks_.failed(task); }) {
  activity_.one_by_one();
}

void LockStep::begin(Hooks hooks) { hooks_ = std::move(hooks); }

bool LockStep::quiet() const {
  return tasks_.size() == 0 && activity_.under_way() == 0 && hooks_.may_move && hooks_.may_move();
}

std::size_t LockStep::run_one() {
  if (const std::size_t ran = io_.poll_one(); ran > 0) return ran;
  if (!quiet()) return io_.run_one();
  if (activity_.admit_next()) {
    ++counters_.calls;
    return 1;
  }
  if (clock_.fire_one()) {
    ++counters_.timers;
    if (++fired_here_ > most_timers_at_one_time)
      throw std::logic_error("lock-step: timers are set into the past for ever");
    return 1;
  }
  const auto due = clock_.next_due();
  if (!due || tasks_.stopping()) return io_.run_one();
  tasks_.spawn("advance", runtime::OnFailure::stop_daemon, move_to(*due));
  return 1;
}

awaitable<void> LockStep::move_to(Instant when) {
  ++counters_.steps;
  const auto answered = co_await source_.advance(when);
  if (!answered) throw std::runtime_error(to_string(answered.error()));
  clock_.set(answered->now);
  fired_here_ = 0;
  if (ended_ || answered->now < end_) co_return;
  ended_ = true;
  log_.notice("history_ended", {{"now", answered->now},
                                {"steps", counters_.steps},
                                {"timers", counters_.timers},
                                {"calls", counters_.calls}});
  hooks_.ended();
}

}  // namespace forestall::timing
