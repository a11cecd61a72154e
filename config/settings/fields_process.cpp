// SPDX-License-Identifier: Apache-2.0
// The keys of [daemon], [redis] and [api].
#include "config/settings/schema.hpp"

namespace forestall::config {

using namespace std::chrono_literals;
using std::chrono::days;

std::vector<Field> daemon_fields() {
  using S = DaemonSettings;
  return fields(
      field("state_dir", &S::state_dir, "Where the daemon keeps its lock, its own Redis and saved models."),
      field("log_level", &S::log_level, "The least important lines that are still written.").live(),
      field("log_format", &S::log_format, "One line an event: key=value for people, JSON for collectors.")
          .live(),
      field("drain_deadline", &S::drain_deadline, "How long a stop may take to settle what is in flight.")
          .between(Millis(1s), Millis(10min))
          .live(),
      field(
          "progress_deadline", &S::progress_deadline,
          "The service manager's watchdog is no longer fed when the decision loop makes no progress for this "
          "long.")
          .between(Millis(1s), Millis(1h))
          .live(),
      field("turn_limit", &S::turn_limit, "A turn of the event loop longer than this is logged.")
          .between(Millis(1ms), Millis(10s))
          .live(),
      field("worker_threads", &S::worker_threads, "Threads for sweeps, reports and rebuilds.")
          .between(std::uint32_t{1}, std::uint32_t{256}),
      field("max_clock_skew", &S::max_clock_skew,
            "Nothing is written to a channel whose clock differs from ours by more than this.")
          .between(Millis(1s), Millis(1h))
          .live(),
      field("ca_file", &S::ca_file,
            "Certificates that outside servers are verified with (PEM). Left out: the system's."),
      field("cancel_limits_file", &S::cancel_limits_file,
            "Channels' limits on cancellations (TOML) instead of those that came with this version.")
          .live(),
      field("proxy", &S::proxy, "HTTP proxy for outside calls.")
          .check<Url>([](const Url& url) { return url.scheme == "http" && url.path.empty(); },
                      "http:// without a path"));
}

std::vector<Field> redis_fields() {
  using S = RedisSettings;
  const auto managed = [](Field one) {
    return only_if<S>(
        std::move(one), [](const S& redis) { return redis.mode == RedisMode::managed; },
        "with mode = \"managed\"");
  };
  const auto by_address = [](Field one) {
    return only_if<S>(
        std::move(one), [](const S& redis) { return redis.mode == RedisMode::address; },
        "with mode = \"address\"");
  };
  const auto by_tls = [](Field one) {
    return only_if<S>(
        std::move(one),
        [](const S& redis) {
          return redis.mode == RedisMode::address && redis.address &&
                 redis.address->kind == RedisAddress::Kind::tls;
        },
        "with mode = \"address\" and an address of tls://");
  };
  return fields(
      field("mode", &S::mode,
            "managed: a private redis-server on a Unix socket that syncs every write. address: one that you "
            "run."),
      managed(field("server", &S::server, "The program to start.")),
      managed(field("directory", &S::directory, "Where its data lies. Left out: redis below state_dir.")),
      managed(field("socket", &S::socket, "Its Unix socket. Left out: redis.sock in its directory.")),
      managed(field(
          "supervisor", &S::supervisor,
          "child: the daemon starts and stops it. unit: a unit of systemd does, so that it outlives the "
          "daemon.")),
      managed(field("start_deadline", &S::start_deadline, "How long loading its data may take.")
                  .between(Millis(1s), Millis(1h))),
      by_address(field("address", &S::address, "Where it answers. A password off this host needs tls://.")),
      by_tls(field("ca_file", &S::ca_file,
                   "Certificates that the server is verified with (PEM). Left out: the system's.")),
      by_tls(field("server_name", &S::server_name,
                   "The name in the server's certificate. Left out: the host of the address.")),
      by_address(
          field("username", &S::username, "User of the server's access list. Left out: the default user.")),
      by_address(read_at_start(secret("password", &S::password, "Its password."))),
      field("database", &S::database, "Number of the database.").between(std::uint32_t{0}, std::uint32_t{15}),
      field("connect_deadline", &S::connect_deadline, "For reaching the server, TLS and login included.")
          .between(Millis(10ms), Millis(5min))
          .live(),
      field("call_deadline", &S::call_deadline, "For one command, waiting in the pipeline included.")
          .between(Millis(10ms), Millis(5min))
          .live(),
      field("reconnect_max", &S::reconnect_max, "The longest wait between two attempts to reconnect.")
          .between(Millis(100ms), Millis(10min))
          .live(),
      field("max_reply", &S::max_reply, "A larger answer ends the connection.")
          .between(ByteSize{std::uint64_t{1} << 20}, ByteSize{std::uint64_t{4} << 30}));
}

std::vector<Field> api_fields() {
  using S = ApiSettings;
  constexpr std::uint64_t kib = 1024;
  return fields(
      field("listen", &S::listen, "Address and port. Off loopback a token must be set."),
      secret("token", &S::token,
             "Asked of whoever changes state, for every seller. Without one, nothing can be changed."),
      field("public_url", &S::public_url,
            "What people's browsers reach the console by; links in alerts start with it.")
          .check<Url>([](const Url& url) { return url.scheme.starts_with("http"); }, "http:// or https://")
          .live(),
      field("max_header", &S::max_header, "The longest header of a request.")
          .between(ByteSize{kib}, ByteSize{kib * 1024}),
      field("max_body", &S::max_body, "The longest body of a request; imports are sent in pieces.")
          .between(ByteSize{kib}, ByteSize{kib * 1024 * 1024}),
      field("max_connections", &S::max_connections, "More are closed at once.")
          .between(std::uint32_t{1}, std::uint32_t{100'000}),
      field("max_event_streams", &S::max_event_streams, "Browsers that watch live.")
          .between(std::uint32_t{0}, std::uint32_t{10'000}),
      field("request_deadline", &S::request_deadline, "For reading one request, however slowly it comes.")
          .between(Millis(100ms), Millis(10min)),
      field("idle_timeout", &S::idle_timeout, "A connection without a request is closed after this.")
          .between(Millis(100ms), Millis(1h)));
}

}  // namespace forestall::config
