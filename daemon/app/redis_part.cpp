// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/redis_part.hpp"

#include <boost/json/object.hpp>
#include <stdexcept>
#include <utility>

#include "connectors/net/sleep.hpp"
#include "daemon/metrics/redis_families.hpp"
#include "daemon/redis/server_info.hpp"
#include "daemon/redis/service/redis_service.hpp"
#include "daemon/runtime/task_group.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;

class RedisKeeper {
 public:
  RedisKeeper(Context& context, redis::RedisSetup setup)
      : context_(context),
        service_(context.executor, std::move(setup), context.machine_clock, context.machine_random,
                 context.log),
        tasks_(context.executor, context.log, "redis", context.fatal),
        connected_(context.conditions.declare("redis", "Redis is not connected yet")) {}

  redis::Client& client() { return service_.client(); }

  awaitable<Status> start() {
    service_.begin();
    begun_ = true;
    tasks_.spawn("condition", runtime::OnFailure::stop_daemon, watch());
    tasks_.spawn("health", runtime::OnFailure::log, look());
    co_return Status{};
  }

  awaitable<void> stop() {
    co_await tasks_.stop();
    connected_.missing("the daemon is stopping");
    if (begun_) co_await service_.stop();
  }

  void collect(metrics::Page& page) {
    metrics::collect_redis(page, client().state(), client().counters());
    if (!health_.empty()) metrics::collect_redis_health(page, health_);
    if (service_.managed() != nullptr) metrics::collect_managed_redis(page, *service_.managed());
  }

  boost::json::value status() {
    const auto& state = client().state();
    boost::json::object section{{"endpoint", to_string(client().endpoint())},
                                {"connected", state.connected},
                                {"version", state.server.version()}};
    if (const auto* server = service_.managed()) section["server"] = redis::managed_state_name(server->state);
    return section;
  }

 private:
  awaitable<void> watch() {
    for (;;) {
      const auto& state = client().state();
      if (state.connected)
        connected_.met();
      else
        connected_.missing(why(state));
      co_await net::sleep_for(context_.machine_clock, 100ms);
    }
  }

  // What was last known stays while the server does not answer: that it is gone is another metric.
  awaitable<void> look() {
    for (;;) {
      auto said = co_await client().call(redis::Request("INFO"), {.repeat = redis::Repeat::harmless});
      if (said)
        if (const auto text = said->expect_text("INFO")) health_ = redis::ServerInfo::parse(*text);
      co_await net::sleep_for(context_.machine_clock, said ? 15s : 1s);
    }
  }

  // The cause is with the server, where we run it.
  std::string why(const redis::ClientState& state) {
    const auto* server = service_.managed();
    if (server != nullptr && server->last_error)
      return "the private redis-server is " + std::string(redis::managed_state_name(server->state)) + ": " +
             server->last_error->detail;
    if (state.last_error) return "no connection to Redis: " + state.last_error->detail;
    return "Redis is not connected yet";
  }

  Context& context_;
  redis::RedisService service_;
  runtime::TaskGroup tasks_;
  Conditions::Row& connected_;
  redis::ServerInfo health_;
  bool begun_ = false;
};

}  // namespace

RedisPart make_redis(Context& context) {
  auto setup = redis::setup_from(context.settings.redis);
  if (!setup) throw std::runtime_error("[redis]: " + setup.error().detail);
  const auto self = std::make_shared<RedisKeeper>(context, std::move(*setup));
  context.activity.also([&client = self->client()] { return client.unanswered(); });
  context.metrics.add([self](metrics::Page& page) { self->collect(page); });
  context.status.emplace_back("redis", [self] { return self->status(); });
  return {.part = {.name = "redis",
                   .start = [self] { return self->start(); },
                   .stop = [self] { return self->stop(); }},
          .client = self->client()};
}

}  // namespace forestall::app
