// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/redis_part.hpp"

#include <boost/json/object.hpp>
#include <optional>
#include <utility>

#include "connectors/net/sleep.hpp"
#include "daemon/metrics/redis_families.hpp"
#include "daemon/redis/managed/managed_redis.hpp"
#include "daemon/runtime/task_group.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;
using enum runtime::OnFailure;

redis::Endpoint endpoint_of(const config::RedisAddress& address) {
  using From = config::RedisAddress::Kind;
  using To = redis::Endpoint::Kind;
  switch (address.kind) {
    case From::tcp:
      return {.kind = To::tcp, .host = address.host, .port = address.port};
    case From::tls:
      return {.kind = To::tls, .host = address.host, .port = address.port};
    case From::unix_socket:
      break;
  }
  return {.kind = To::unix_socket, .path = address.path};
}

std::optional<redis::ManagedOptions> managed_options(const config::Settings& settings) {
  const auto& redis = settings.redis;
  if (redis.mode != config::RedisMode::managed || redis.supervisor != config::RedisSupervisor::child)
    return std::nullopt;
  return redis::ManagedOptions{.directory = redis.directory->string(), .program = redis.server.string()};
}

class RedisKeeper {
 public:
  explicit RedisKeeper(Context& context)
      : context_(context),
        client_(context.executor, client_config(context.settings), context.clock, context.random,
                context.log),
        server_tasks_(context.executor, context.log, "redis-server", context.fatal),
        client_tasks_(context.executor, context.log, "redis", context.fatal),
        connected_(context.conditions.declare("redis", "Redis is not connected yet")) {
    if (auto options = managed_options(context.settings))
      managed_.emplace(context.executor, std::move(*options), context.clock, context.random, context.log);
  }

  redis::Client& client() { return client_; }

  awaitable<Status> start() {
    if (managed_) server_tasks_.spawn("redis-server", stop_daemon, keep_server());
    client_tasks_.spawn("connection", stop_daemon, client_.run());
    client_tasks_.spawn("condition", stop_daemon, watch());
    co_return Status{};
  }

  // The connection first, then the server: what was acknowledged is on its disk by then.
  awaitable<void> stop() {
    client_.stop();
    co_await client_tasks_.stop();
    if (managed_) managed_->stop();
    co_await wait_for_server();
    co_await server_tasks_.stop();
  }

  void collect(metrics::Page& page) const {
    metrics::collect_redis(page, client_.state(), client_.counters());
    if (managed_) metrics::collect_managed_redis(page, managed_->status());
  }

  boost::json::value status() const {
    const auto& state = client_.state();
    boost::json::object section{{"endpoint", to_string(client_.endpoint())},
                                {"connected", state.connected},
                                {"version", state.server.version()}};
    if (managed_) section["server"] = redis::managed_state_name(managed_->status().state);
    return section;
  }

 private:
  awaitable<void> keep_server() {
    const auto ended = co_await managed_->run();
    server_gone_ = true;
    if (!ended) throw std::runtime_error(to_string(ended.error()));
  }
  // ManagedRedis has deadlines of its own; cancelling it would leave the server behind.
  awaitable<void> wait_for_server() {
    while (managed_ && server_tasks_.size() > 0 && !server_gone_)
      co_await net::sleep_for(context_.clock, 10ms);
  }

  awaitable<void> watch() {
    for (;;) {
      const auto& state = client_.state();
      if (state.connected)
        connected_.met();
      else
        connected_.missing(why(state));
      co_await net::sleep_for(context_.clock, 100ms);
    }
  }

  std::string why(const redis::ClientState& state) const {
    if (managed_ && managed_->status().last_error)
      return "the private redis-server is " +
             std::string(redis::managed_state_name(managed_->status().state)) + ": " +
             managed_->status().last_error->detail;
    if (state.last_error) return "no connection to Redis: " + state.last_error->detail;
    return "Redis is not connected yet";
  }

  Context& context_;
  std::optional<redis::ManagedRedis> managed_;
  redis::Client client_;
  runtime::TaskGroup server_tasks_;
  runtime::TaskGroup client_tasks_;
  Conditions::Row& connected_;
  bool server_gone_ = false;
};

}  // namespace

redis::ClientConfig client_config(const config::Settings& settings) {
  const auto& from = settings.redis;
  redis::ClientConfig to;
  to.endpoint = endpoint_of(from.endpoint());
  to.credentials.username = from.username.value_or("");
  if (from.password.given()) to.credentials.password = from.password.value;
  if (from.ca_file) to.tls.ca_file = from.ca_file->string();
  to.connect_timeout = from.connect_deadline;
  to.call_timeout = from.call_deadline;
  to.backoff.cap = from.reconnect_max;
  to.limits.reply.max_bytes = from.max_reply.bytes;
  return to;
}

RedisPart make_redis(Context& context) {
  const auto self = std::make_shared<RedisKeeper>(context);
  context.metrics.add([self](metrics::Page& page) { self->collect(page); });
  context.status.emplace_back("redis", [self] { return self->status(); });
  return {.part = {.name = "redis",
                   .start = [self] { return self->start(); },
                   .stop = [self] { return self->stop(); }},
          .client = self->client()};
}

}  // namespace forestall::app
