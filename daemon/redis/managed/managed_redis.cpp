// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/managed/managed_redis.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <cassert>
#include <utility>

#include "connectors/net/sleep.hpp"
#include "daemon/redis/exchange.hpp"
#include "daemon/redis/managed/data_folder.hpp"
#include "daemon/redis/managed/server_process.hpp"
#include "daemon/redis/server_info.hpp"
#include "daemon/redis/transport.hpp"
#include "daemon/redis/wake_up.hpp"

namespace forestall::redis {
namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

namespace {

constexpr std::uintmax_t log_bytes = std::uintmax_t{4} << 20;
constexpr auto look_again = std::chrono::milliseconds(20);  // while it starts

// What stands behind a socket.
struct Found {
  ServerInfo info;
  std::unique_ptr<Transport> transport;  // open as long as it is the same server
};

}  // namespace

std::string_view managed_state_name(ManagedState state) {
  switch (state) {
    case ManagedState::stopped:
      return "stopped";
    case ManagedState::starting:
      return "starting";
    case ManagedState::running:
      return "running";
    case ManagedState::backing_off:
      return "backing_off";
    case ManagedState::silent:
      return "silent";
    case ManagedState::foreign:
      return "foreign";
    case ManagedState::stopping:
      return "stopping";
  }
  return "stopped";
}

struct ManagedRedis::Impl {
  Impl(asio::any_io_executor e, ManagedOptions o, Clock& c, Random& r, Logger l, ManagedTimes t)
      : executor(std::move(e)), options(std::move(o)), clock(c), random(r), log(l), times(t) {
    status.since = clock.now();
  }
  ~Impl() { assert(!active && "run() must have returned"); }

  Endpoint endpoint() const {
    return Endpoint{.kind = Endpoint::Kind::unix_socket, .path = options.socket_path()};
  }

  void become(ManagedState state) {
    if (status.state == state) return;
    status.state = state;
    status.since = clock.now();
    log.info("managed_redis_state", {{"state", managed_state_name(state)}});
  }

  // --- looking

  asio::awaitable<Result<Found>> question() {
    auto transport = co_await connect_transport(executor, endpoint(), {});
    if (!transport) co_return std::unexpected(transport.error());
    const auto replies = co_await exchange(**transport, Request("INFO"));
    if (!replies) co_return std::unexpected(replies.error());
    const auto text = replies->front().expect_text("INFO");
    if (!text) co_return std::unexpected(text.error());
    co_return Found{ServerInfo::parse(*text), std::move(*transport)};
  }

  // `timeout` when nobody answers in time, `unavailable` when nobody is there.
  asio::awaitable<Result<Found>> look() {
    auto outcome = co_await (question() || net::sleep_for(clock, times.answer));
    if (outcome.index() == 1) co_return fail_retryable(ErrorCode::timeout, "no answer at our socket");
    co_return std::move(std::get<0>(outcome));
  }

  bool is_ours(const ServerInfo& info) const { return info.text("config_file") == options.config_path(); }

  // --- getting hold of one

  // Somebody has the lock: a server we started in an earlier life, or nobody we may touch.
  asio::awaitable<Status> adopt() {
    auto found = co_await look();
    if (!found) {
      become(ManagedState::silent);
      co_return fail_in("a server works on our files", found.error());
    }
    if (!is_ours(found->info)) co_return foreign(found->info);
    const auto pid = found->info.number("process_id");
    if (!pid || *pid <= 0) co_return fail(ErrorCode::parse, "INFO: no process_id");
    auto adopted = ServerProcess::adopt(executor, static_cast<pid_t>(*pid));
    if (!adopted) co_return std::unexpected(adopted.error());
    // The number is that of our server only if the server is still there now that we hold on to it.
    auto again =
        co_await (exchange(*found->transport, Request("PING")) || net::sleep_for(clock, times.answer));
    if (again.index() == 1 || !std::get<0>(again))
      co_return fail_retryable(ErrorCode::unavailable, "the server ended while it was adopted");
    process.emplace(std::move(*adopted));
    status.adopted = true;
    log.notice("managed_redis_adopted", {{"pid", process->pid()}});
    co_return Status();
  }

  std::unexpected<Error> foreign(const ServerInfo& info) {
    become(ManagedState::foreign);
    return fail(ErrorCode::conflict,
                fmt::format("another server answers at {} (process {}, configuration {})",
                            options.socket_path(), info.text("process_id"), info.text("config_file")));
  }

  // Nobody works on our files.
  asio::awaitable<Status> start(const Descriptor& lock) {
    auto found = co_await look();
    if (found) co_return foreign(found->info);
    if (found.error().code != ErrorCode::unavailable) {
      become(ManagedState::foreign);
      co_return fail(ErrorCode::conflict, fmt::format("something that is no usable Redis listens at {}: {}",
                                                      options.socket_path(), found.error().detail));
    }
    if (const auto written = write_atomically(options.config_path(), managed_config_text(options)); !written)
      co_return written;
    ::unlink(options.socket_path().c_str());  // of a server that is gone
    rotate_log(options.log_path(), log_bytes);
    auto started = ServerProcess::start(executor, {options.program, options.config_path()}, lock.get(),
                                        options.log_path());
    if (!started) co_return std::unexpected(started.error());
    process.emplace(std::move(*started));
    status.adopted = false;
    ++status.starts;
    log.notice("managed_redis_started", {{"pid", process->pid()}});
    co_return Status();
  }

  asio::awaitable<Status> acquire() {
    if (const auto folder = prepare_folder(options.directory); !folder) co_return folder;
    auto lock = try_lock(options.lock_path());
    if (!lock) co_return std::unexpected(lock.error());
    if (!*lock) co_return co_await adopt();
    co_return co_await start(**lock);
  }

  // --- living with it

  asio::awaitable<void> wait_for_answer() {
    while (process->how_it_ended().empty()) {
      const auto found = co_await look();
      if (found && !found->info.is_loading()) {
        become(ManagedState::running);
        co_return;
      }
      co_await net::sleep_for(clock, look_again);
    }
  }

  asio::awaitable<void> live() {
    status.pid = process->pid();
    become(ManagedState::starting);
    const Monotonic begun = clock.monotonic();
    if (!stopping) co_await (wait_for_answer() || process_ended() || interrupt.wait());
    if (!stopping) co_await (process_ended() || interrupt.wait());
    if (stopping && process->how_it_ended().empty()) co_await terminate();
    const std::string how = process->how_it_ended();
    process.reset();
    status.pid = -1;
    if (stopping) co_return;
    if (clock.monotonic() - begun >= times.healthy_after) status.failures = 0;
    const auto warning = last_warning(options.log_path());
    failed(Error{ErrorCode::unavailable, true,
                 warning.empty() ? how : fmt::format("{}; its log says: {}", how, warning)});
  }

  // A wait that ended because it was cancelled must not count as the end of the process.
  asio::awaitable<void> process_ended() { co_await process->ended(); }

  asio::awaitable<void> terminate() {
    become(ManagedState::stopping);
    process->signal(SIGTERM);
    co_await (process_ended() || net::sleep_for(clock, times.stop));
    if (!process->how_it_ended().empty()) co_return;
    log.error("managed_redis_killed", {{"pid", process->pid()}, {"reason", "did not stop in time"}});
    process->signal(SIGKILL);
    co_await process_ended();
  }

  void failed(Error why) {
    ++status.failures;
    status.last_error = std::move(why);
    log.error("managed_redis_failed", {{"error", *status.last_error}, {"failures", status.failures}});
  }

  asio::awaitable<Status> run() {
    assert(!active);
    if (const auto usable = check_managed_options(options); !usable) co_return usable;
    active = true;
    // A cancelled run() leaves the server running, as a crash of ours would: the next one adopts it.
    const struct Guard {
      bool& active;
      ~Guard() { active = false; }
    } guard{active};
    while (!stopping) {
      const auto acquired = co_await acquire();
      if (acquired)
        co_await live();
      else
        failed(acquired.error());
      if (stopping) break;
      if (status.state != ManagedState::silent && status.state != ManagedState::foreign)
        become(ManagedState::backing_off);
      const auto delay = times.backoff.delay(status.failures, random);
      co_await (net::sleep_for(clock, delay) || interrupt.wait());
    }
    become(ManagedState::stopped);
    co_return Status();
  }

  asio::any_io_executor executor;
  ManagedOptions options;
  Clock& clock;
  Random& random;
  Logger log;
  ManagedTimes times;
  ManagedStatus status;
  std::optional<ServerProcess> process;
  WakeUp interrupt;  // we are stopping
  bool active = false;
  bool stopping = false;
};

ManagedRedis::ManagedRedis(asio::any_io_executor executor, ManagedOptions options, Clock& clock,
                           Random& random, Logger log, ManagedTimes times)
    : impl_(std::make_unique<Impl>(std::move(executor), std::move(options), clock, random, std::move(log),
                                   times)) {}
ManagedRedis::~ManagedRedis() = default;

asio::awaitable<Status> ManagedRedis::run() { return impl_->run(); }

void ManagedRedis::stop() {
  impl_->stopping = true;
  impl_->interrupt.notify();
}

const ManagedStatus& ManagedRedis::status() const { return impl_->status; }
Endpoint ManagedRedis::endpoint() const { return impl_->endpoint(); }

}  // namespace forestall::redis
