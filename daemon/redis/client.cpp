// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/client.hpp"

#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <cassert>
#include <utility>

#include "daemon/redis/exchange.hpp"
#include "daemon/redis/transport.hpp"
#include "daemon/redis/wake_up.hpp"

namespace forestall::redis {
namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

// A caller in its coroutine frame.
struct Waiter {
  Result<std::vector<Reply>> result;
  WakeUp wake;
};

namespace {

constexpr std::size_t read_bytes = std::size_t{32} << 10;  // some thousand replies: well below a turn of 5 ms

asio::awaitable<bool> cancelled() {
  co_return (co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none;
}

}  // namespace

struct Client::Impl {
  Impl(asio::any_io_executor e, ClientConfig c, Clock& cl, Random& r, Logger l)
      : executor(std::move(e)),
        config(std::move(c)),
        clock(cl),
        random(r),
        log(l.with({{"redis", to_string(config.endpoint)}})),
        mux(config.limits) {
    state.since = clock.now();
  }

  ~Impl() {
    assert(!running && "run() must have returned");
    clock.cancel(timer);
    abort_waiting();
  }

  // --- callers

  Result<Multiplexer::Id> submit(Request&& request, const CallOptions& options, Waiter& waiter) {
    if (stopping) return fail(ErrorCode::cancelled, "redis: the client is stopping");
    if (!request.complete()) return fail(ErrorCode::invalid_argument, "redis: an incomplete request");
    const Monotonic now = clock.monotonic();
    const std::size_t commands = request.commands();
    const auto id =
        mux.submit({.bytes = std::move(request).take_bytes(),
                    .replies = commands,
                    .deadline = now + (options.timeout.count() > 0 ? options.timeout : config.call_timeout),
                    .repeat = options.repeat,
                    .waiter = &waiter},
                   now);
    if (!id) return fail_in("redis", id.error());
    arm_timer();
    if (mux.connected()) output.notify();
    return *id;
  }

  asio::awaitable<Result<std::vector<Reply>>> batch(Request request, CallOptions options) {
    Waiter waiter;
    const auto id = submit(std::move(request), options, waiter);
    if (!id) co_return std::unexpected(id.error());
    co_await waiter.wake.wait([this, &waiter, id = *id] {
      mux.abandon(id);
      waiter.result = fail(ErrorCode::cancelled, "redis: the caller gave up");
    });
    co_return std::move(waiter.result);
  }

  void deliver(Multiplexer::Actions& actions) {
    for (auto& answer : actions.answers) {
      answer.waiter->result = std::move(answer.replies);
      if (!answer.waiter->result) answer.waiter->result = fail_in("redis", answer.waiter->result.error());
      answer.waiter->wake.notify();
    }
    actions.answers.clear();
    if (actions.close) disconnect(*std::exchange(actions.close, std::nullopt));
    if (stopping && mux.unanswered() == 0) disconnect(stopped_error());
  }

  void abort_waiting() {
    Multiplexer::Actions actions;
    mux.stop(stopped_error(), actions);
    deliver(actions);
  }

  static Error stopped_error() { return Error{ErrorCode::cancelled, false, "the client is stopping"}; }

  // --- time

  void arm_timer() {
    Monotonic next = mux.next_tick();
    if (stopping) next = std::min(next, drain_until);
    if (next >= armed_for) return;
    // Never at once: a timer that is always due would starve the loop it runs on.
    next = std::max(next, clock.monotonic() + std::chrono::milliseconds(1));
    if (next >= armed_for) return;
    clock.cancel(timer);
    armed_for = next;
    timer = clock.wake_at(next, [this] { on_timer(); });
  }

  void on_timer() {
    armed_for = Monotonic::max();
    const Monotonic now = clock.monotonic();
    Multiplexer::Actions actions;
    mux.tick(now, actions);
    deliver(actions);
    if (stopping && now >= drain_until) {
      disconnect(stopped_error());
      return;
    }
    if (mux.connected()) output.notify();
    arm_timer();
  }

  // --- the connection

  // Ends serve(); the first reason counts.
  void disconnect(Error why) {
    if (!transport || closing) return;
    closing = std::move(why);
    transport->close();
    output.notify();
  }

  asio::awaitable<void> read_loop() {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto buffer = std::make_unique<std::array<char, read_bytes>>();
    Multiplexer::Actions actions;
    while (!closing) {
      const auto n = co_await transport->read_some(*buffer);
      if (!n) co_return disconnect(n.error());
      mux.received({buffer->data(), *n}, clock.monotonic(), actions);
      deliver(actions);
    }
  }

  asio::awaitable<void> write_loop() {
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!closing) {
      if (co_await cancelled()) co_return disconnect(stopped_error());
      const auto bytes = mux.stage(clock.monotonic());
      arm_timer();
      if (bytes.empty()) {
        co_await output.wait();
        continue;
      }
      const auto n = co_await transport->write_some(bytes);
      if (!n) co_return disconnect(n.error());
      mux.written(*n);
    }
  }

  asio::awaitable<Result<std::pair<std::unique_ptr<Transport>, ServerInfo>>> greet() {
    auto connected = co_await connect_transport(executor, config.endpoint, config.tls);
    if (!connected) co_return std::unexpected(connected.error());
    const auto replies = co_await exchange(
        **connected, handshake_request(config.credentials, config.database, config.client_name));
    if (!replies) co_return fail_in("handshake", replies.error());
    auto server = read_handshake(config.credentials, config.database, *replies);
    if (!server) co_return std::unexpected(server.error());
    co_return std::pair(std::move(*connected), std::move(*server));
  }

  asio::awaitable<Status> establish() {
    const TimerId deadline =
        clock.wake_at(clock.monotonic() + config.connect_timeout, [this] { interrupt.notify(); });
    auto outcome = co_await (greet() || interrupt.wait());
    clock.cancel(deadline);
    if (outcome.index() == 1) {
      if (stopping) co_return std::unexpected(stopped_error());
      co_return fail_retryable(ErrorCode::timeout, "no connection within the time allowed for it");
    }
    auto& greeted = std::get<0>(outcome);
    if (!greeted) co_return std::unexpected(greeted.error());
    transport = std::move(greeted->first);
    state.server = std::move(greeted->second);
    co_return Status();
  }

  asio::awaitable<void> pause() {
    const Monotonic until = clock.monotonic() + config.backoff.delay(failures, random);
    const TimerId wake = clock.wake_at(until, [this] { interrupt.notify(); });
    while (!stopping && clock.monotonic() < until && !co_await cancelled()) co_await interrupt.wait();
    clock.cancel(wake);
  }

  asio::awaitable<void> serve() {
    ++connects;
    ++state.connections;
    state.connected = true;
    state.since = clock.now();
    state.failed_attempts = 0;
    log.info("redis_connected", {{"version", state.server.version()}, {"run_id", state.server.run_id()}});
    closing.reset();
    mux.opened(clock.monotonic());
    arm_timer();
    const auto answered = mux.counters().replies;
    co_await (read_loop() && write_loop());
    if (mux.counters().replies != answered)
      failures = 0;  // it did work: not the crash loop that backoff is for
    Multiplexer::Actions actions;
    mux.closed(transport->counts_exactly() ? Multiplexer::Sent::exactly : Multiplexer::Sent::unknown,
               *closing, actions);
    transport.reset();
    deliver(actions);
    state.connected = false;
    state.since = clock.now();
    state.last_error = closing;
    ++disconnects;
    if (!stopping) log.warning("redis_connection_lost", {{"error", *closing}});
  }

  asio::awaitable<void> run() {
    assert(!running);
    running = true;
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!stopping && !co_await cancelled()) {
      const auto established = co_await establish();
      if (established) {
        co_await serve();
      } else if (!stopping) {
        ++connect_failures;
        ++state.failed_attempts;
        state.last_error = established.error();
        Multiplexer::Actions none;
        mux.closed(Multiplexer::Sent::exactly, established.error(), none);
        log.warning("redis_connect_failed",
                    {{"attempt", state.failed_attempts}, {"error", established.error()}});
      }
      if (!stopping && !co_await cancelled()) co_await pause();
      ++failures;
    }
    stopping = true;
    abort_waiting();
    running = false;
  }

  void stop() {
    if (stopping) return;
    stopping = true;
    drain_until = clock.monotonic() + config.drain_timeout;
    if (!running) return abort_waiting();
    interrupt.notify();
    if (mux.unanswered() == 0) disconnect(stopped_error());
    arm_timer();
  }

  asio::any_io_executor executor;
  ClientConfig config;
  Clock& clock;
  Random& random;
  Logger log;

  Multiplexer mux;
  std::unique_ptr<Transport> transport;  // while serving
  std::optional<Error> closing;          // why serving ends
  WakeUp output;                         // there may be something to write
  WakeUp interrupt;                      // stop connecting or pausing: time is up, or we are stopping
  TimerId timer = TimerId::none;
  Monotonic armed_for = Monotonic::max();
  Monotonic drain_until = Monotonic::max();
  bool running = false;
  bool stopping = false;

  ClientState state;
  unsigned failures = 0;  // connections in a row that gave no answer to a caller
  std::uint64_t connects = 0, connect_failures = 0, disconnects = 0;
};

Client::Client(asio::any_io_executor executor, ClientConfig config, Clock& clock, Random& random, Logger log)
    : impl_(std::make_unique<Impl>(std::move(executor), std::move(config), clock, random, std::move(log))) {}
Client::~Client() = default;

asio::awaitable<void> Client::run() { return impl_->run(); }
void Client::stop() { impl_->stop(); }

asio::awaitable<Result<std::vector<Reply>>> Client::batch(Request request, CallOptions options) {
  return impl_->batch(std::move(request), options);
}

asio::awaitable<Result<Reply>> Client::call(Request request, CallOptions options) {
  if (request.commands() != 1) co_return fail(ErrorCode::invalid_argument, "redis: call() takes one command");
  auto replies = co_await impl_->batch(std::move(request), options);
  if (!replies) co_return std::unexpected(std::move(replies).error());
  if (replies->front().is_error()) co_return std::unexpected(replies->front().as_error());
  co_return std::move(replies->front());
}

const ClientState& Client::state() const { return impl_->state; }
std::size_t Client::unanswered() const { return impl_->mux.unanswered(); }

ClientCounters Client::counters() const {
  ClientCounters counters;
  static_cast<MultiplexerCounters&>(counters) = impl_->mux.counters();
  counters.connects = impl_->connects;
  counters.connect_failures = impl_->connect_failures;
  counters.disconnects = impl_->disconnects;
  return counters;
}

const Endpoint& Client::endpoint() const { return impl_->config.endpoint; }

}  // namespace forestall::redis
