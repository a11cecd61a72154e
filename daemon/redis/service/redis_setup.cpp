// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/service/redis_setup.hpp"

namespace forestall::redis {

namespace {

Endpoint endpoint_from(const config::RedisAddress& address) {
  using Kind = config::RedisAddress::Kind;
  Endpoint endpoint;
  endpoint.host = address.host;
  endpoint.port = address.port;
  endpoint.path = address.path;
  endpoint.kind = address.kind == Kind::unix_socket ? Endpoint::Kind::unix_socket
                  : address.kind == Kind::tls       ? Endpoint::Kind::tls
                                                    : Endpoint::Kind::tcp;
  return endpoint;
}

}  // namespace

Result<RedisSetup> setup_from(const config::RedisSettings& settings) {
  RedisSetup setup;
  auto& client = setup.client;
  client.endpoint = endpoint_from(settings.endpoint());
  client.credentials.username = settings.username.value_or("");
  client.credentials.password = settings.password.value;
  if (settings.ca_file) client.tls.ca_file = settings.ca_file->string();
  client.tls.server_name = settings.server_name.value_or("");
  client.database = settings.database;
  client.connect_timeout = settings.connect_deadline;
  client.call_timeout = settings.call_deadline;
  client.backoff.cap = settings.reconnect_max;
  client.limits.reply.max_bytes = settings.max_reply.bytes;
  if (settings.mode != config::RedisMode::managed || settings.supervisor != config::RedisSupervisor::child)
    return setup;
  ManagedOptions managed;
  managed.directory = settings.directory.value_or("").string();
  managed.program = settings.server.string();
  if (client.endpoint.path != managed.socket_path())
    return fail(
        ErrorCode::invalid_argument,
        "redis.socket: the socket of a server that the daemon runs stands in redis.directory; leave it out, "
        "or set redis.supervisor = \"unit\"");
  setup.managed = std::move(managed);
  return setup;
}

}  // namespace forestall::redis
