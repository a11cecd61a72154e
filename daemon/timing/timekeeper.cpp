// SPDX-License-Identifier: Apache-2.0
#include "daemon/timing/timekeeper.hpp"

#include <boost/asio/co_spawn.hpp>
#include <exception>

#include "connectors/http/asio_client.hpp"
#include "connectors/net/system_clock.hpp"
#include "daemon/timing/machine_clock.hpp"
#include "daemon/timing/scaled_clock.hpp"

namespace forestall::timing {

namespace {

// Turns the loop until the question is answered.
Result<WorldTime> ask(boost::asio::io_context& io, ClockSource& source) {
  std::optional<Result<WorldTime>> answer;
  boost::asio::co_spawn(io, source.ask(), [&](const std::exception_ptr& failure, Result<WorldTime> time) {
    if (failure) std::rethrow_exception(failure);
    answer.emplace(std::move(time));
  });
  while (!answer && io.run_one() > 0) {
  }
  if (answer) return std::move(*answer);
  return fail(ErrorCode::cancelled, "the loop was stopped");
}

}  // namespace

struct Timekeeper::Impl {
  explicit Impl(boost::asio::io_context& loop)
      : io(loop), system(loop.get_executor()), machine(system), activity(loop.get_executor()) {}

  boost::asio::io_context& io;
  net::SystemClock system;
  MachineClock machine;
  SystemRandom system_random;
  Activity activity;
  // Where a sandbox is followed.
  std::unique_ptr<http::AsioHttpClient> http;
  std::optional<ClockSource> source;
  std::optional<ScaledClock> scaled;
  std::optional<SteppedClock> stepped;
  std::optional<SeededRandom> seeded;
  std::optional<LockStep> lock_step;
};

Timekeeper::Timekeeper(boost::asio::io_context& io) : impl_(std::make_unique<Impl>(io)) {}
Timekeeper::~Timekeeper() = default;

Status Timekeeper::follow(std::string_view address, const Logger& log) {
  auto base = ClockSource::parse_address(address);
  if (!base) return fail_in(address, base.error());
  auto& my = *impl_;
  auto http = http::make_http_client(my.io.get_executor(), my.system, log, {.connections_per_host = 1});
  if (!http) return std::unexpected(http.error());
  my.http = std::move(*http);
  my.source.emplace(*my.http, *base);
  const auto time = ask(my.io, *my.source);
  if (!time) return std::unexpected(time.error());
  if (time->lock_step) {
    my.stepped.emplace(time->now);
    my.seeded.emplace(time->seed);
    my.lock_step.emplace(my.io, *my.stepped, my.activity, *my.source, time->end, log);
  } else {
    my.scaled.emplace(my.system, time->anchor);
  }
  my.machine.show(world());
  log.warning("time_is_virtual",
              {{"from", address},
               {"now", time->now},
               {"pace", time->lock_step ? "lock-step" : "scaled"},
               {"speed", time->anchor.speed},
               {"meaning", "dates are not the real ones; never guard a real account like this"}});
  return {};
}

Clock& Timekeeper::world() {
  if (impl_->scaled) return *impl_->scaled;
  if (impl_->stepped) return *impl_->stepped;
  return impl_->system;
}
Clock& Timekeeper::machine() { return impl_->machine; }
Random& Timekeeper::random() {
  if (impl_->seeded) return *impl_->seeded;
  return impl_->system_random;
}
Random& Timekeeper::machine_random() { return impl_->system_random; }
Activity& Timekeeper::activity() { return impl_->activity; }
LockStep* Timekeeper::lock_step() { return impl_->lock_step ? &*impl_->lock_step : nullptr; }

}  // namespace forestall::timing
