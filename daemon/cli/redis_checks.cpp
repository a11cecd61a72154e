// SPDX-License-Identifier: Apache-2.0
// What `forestall doctor` finds out about Redis, by asking it. A private server that is not running is fine:
// the daemon starts it.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "connectors/net/system_clock.hpp"
#include "daemon/cli/doctor.hpp"
#include "daemon/redis/doctor.hpp"
#include "daemon/redis/service/redis_setup.hpp"

namespace forestall::cli {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class SilentSink final : public LogSink {
 public:
  void write(const LogRecord&) noexcept override {}
};

asio::awaitable<void> ask(redis::Client& client, std::vector<redis::Finding>& findings) {
  findings = co_await redis::examine(client);
  client.stop();
}

std::vector<redis::Finding> ask_server(redis::ClientConfig config) {
  asio::io_context io(1);
  net::SystemClock clock(io.get_executor());
  SystemRandom random;
  SilentSink sink;
  config.client_name = "forestall-doctor";
  config.connect_timeout = 3s;
  config.call_timeout = 3s;
  redis::Client client(io.get_executor(), std::move(config), clock, random, Logger(sink));
  std::vector<redis::Finding> findings;
  // Both end before run() does: nothing outlives this function.
  asio::co_spawn(io, client.run(), asio::detached);
  asio::co_spawn(io, ask(client, findings), asio::detached);
  io.run();
  return findings;
}

Verdict verdict_of(redis::Severity severity) {
  switch (severity) {
    case redis::Severity::ok:
      return Verdict::ok;
    case redis::Severity::warning:
      return Verdict::warning;
    case redis::Severity::failed:
      return Verdict::failed;
  }
  return Verdict::failed;
}

}  // namespace

std::vector<NamedFinding> examine_redis(const Patient& patient) {
  if (!patient.settings) return {{"redis", {Verdict::skipped, "the configuration cannot be read", ""}}};
  const auto& settings = patient.settings->redis;
  if (settings.mode == config::RedisMode::managed && settings.supervisor == config::RedisSupervisor::child &&
      !patient.health)
    return {{"redis", {Verdict::skipped, "the daemon starts its own", ""}}};
  auto setup = redis::setup_from(settings);
  if (!setup) return {{"redis", {Verdict::failed, setup.error().detail, "correct [redis]"}}};
  std::vector<NamedFinding> named;
  for (auto& finding : ask_server(std::move(setup->client)))
    named.push_back({"redis " + finding.check,
                     {verdict_of(finding.severity), std::move(finding.what), std::move(finding.to_do)}});
  return named;
}

}  // namespace forestall::cli
