// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/service/redis_service.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <cassert>
#include <exception>
#include <utility>

#include "connectors/net/sleep.hpp"
#include "daemon/redis/wake_up.hpp"

namespace forestall::redis {
namespace asio = boost::asio;

namespace {

constexpr auto look_again = std::chrono::milliseconds(10);

// A spawned run() that can be waited for.
struct Task {
  bool running = false;
  WakeUp ended;

  template <class T>
  void spawn(const asio::any_io_executor& executor, asio::awaitable<T> run) {
    running = true;
    const auto done = [this](const std::exception_ptr& failure) {
      running = false;
      ended.notify();
      if (failure) std::rethrow_exception(failure);
    };
    if constexpr (std::is_void_v<T>)
      asio::co_spawn(executor, std::move(run), done);
    else
      asio::co_spawn(executor, std::move(run),
                     [done](const std::exception_ptr& failure, const T&) { done(failure); });
  }
  asio::awaitable<void> join() {
    co_await asio::this_coro::throw_if_cancelled(false);
    while (running) co_await ended.wait();
  }
};

}  // namespace

struct RedisService::Impl {
  Impl(asio::any_io_executor e, RedisSetup setup, Clock& c, Random& random, const Logger& log)
      : executor(std::move(e)), clock(c), client(executor, std::move(setup.client), clock, random, log) {
    if (setup.managed) managed.emplace(executor, std::move(*setup.managed), clock, random, log);
  }
  ~Impl() { assert(!serving.running && !supervising.running && "stop() must have been awaited"); }

  // What people should read while there is no connection: the cause is with the server if we run it.
  Error in_the_way() const {
    if (managed && managed->status().last_error) return *managed->status().last_error;
    if (client.state().last_error) return *client.state().last_error;
    return Error{ErrorCode::timeout, true, "no connection yet"};
  }

  // Not before the private server answers: its start is no fault to complain about.
  asio::awaitable<void> serve() {
    while (managed && !stopping && managed->status().state != ManagedState::running)
      co_await net::sleep_for(clock, look_again);
    co_await client.run();
  }

  asio::any_io_executor executor;
  Clock& clock;
  bool stopping = false;
  std::optional<ManagedRedis> managed;
  Client client;
  Task supervising;
  Task serving;
};

RedisService::RedisService(asio::any_io_executor executor, RedisSetup setup, Clock& clock, Random& random,
                           Logger log)
    : impl_(std::make_unique<Impl>(std::move(executor), std::move(setup), clock, random, log)) {}
RedisService::~RedisService() = default;

void RedisService::begin() {
  Impl& me = *impl_;
  if (me.managed) me.supervising.spawn(me.executor, me.managed->run());
  me.serving.spawn(me.executor, me.serve());
}

asio::awaitable<Status> RedisService::start(std::chrono::nanoseconds deadline) {
  Impl& me = *impl_;
  begin();
  const Monotonic until = me.clock.monotonic() + deadline;
  while (!me.client.state().connected) {
    if (me.clock.monotonic() >= until) co_return fail_in("redis", me.in_the_way());
    co_await net::sleep_for(me.clock, look_again);
  }
  co_return Status();
}

asio::awaitable<void> RedisService::stop() {
  co_await asio::this_coro::throw_if_cancelled(false);
  Impl& me = *impl_;
  me.stopping = true;
  me.client.stop();
  co_await me.serving.join();
  if (!me.managed) co_return;
  me.managed->stop();
  co_await me.supervising.join();
}

Client& RedisService::client() { return impl_->client; }
const ManagedStatus* RedisService::managed() const {
  return impl_->managed ? &impl_->managed->status() : nullptr;
}

}  // namespace forestall::redis
