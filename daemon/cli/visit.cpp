// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/visit.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

#include "connectors/http/asio_client.hpp"
#include "connectors/net/system_clock.hpp"
#include "connectors/registry/registry.hpp"
#include "daemon/cli/doctor.hpp"

namespace forestall::cli {
namespace {

// What connectors log is said by their findings.
class NoLog final : public LogSink {
 public:
  void write(const LogRecord&) noexcept override {}
};

}  // namespace

Result<std::vector<ports::DoctorFinding>> visit(const config::AccountSettings& account,
                                                const config::DaemonSettings& daemon,
                                                const std::string& version, std::chrono::seconds within) {
  boost::asio::io_context io(1);
  net::SystemClock clock(io.get_executor());
  SystemRandom random;
  NoLog silence;
  ports::Sessions sessions;
  http::ClientSettings settings;
  settings.user_agent = "Forestall/" + version;
  if (daemon.ca_file) settings.ca_file = daemon.ca_file->string();
  if (daemon.proxy) {
    auto url = ports::base_url(*daemon.proxy);
    if (!url) return fail_in("[daemon] proxy", url.error());
    settings.proxy = http::ProxySettings{.url = std::move(*url)};
  }
  auto client = http::make_http_client(io.get_executor(), clock, Logger(silence), settings);
  if (!client) return std::unexpected(client.error());
  auto made =
      connectors::make(connectors::registry(), account, {**client, clock, random, Logger(silence), sessions});
  if (!made) return std::unexpected(made.error());
  std::optional<std::vector<ports::DoctorFinding>> findings;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, (*made)->examine(within),
                        [&](std::exception_ptr e, std::vector<ports::DoctorFinding> all) {
                          failure = e;
                          findings = std::move(all);
                        });
  while (!findings && io.run_one() > 0) {
  }
  (*client)->close();
  for (int i = 0; i < 100 && io.poll_one() > 0; ++i) {
  }
  if (failure) std::rethrow_exception(failure);
  return std::move(*findings);
}

std::vector<NamedFinding> examine_accounts(const Patient& patient) {
  std::vector<NamedFinding> all;
  if (!patient.settings) return all;
  for (const auto& account : patient.settings->accounts) {
    const std::string name = "account " + account.id.str();
    const auto findings = visit(account, patient.settings->daemon, patient.version);
    if (!findings) {
      all.push_back({name, {Verdict::failed, findings.error().detail, "correct the [[account]] section"}});
      continue;
    }
    for (const auto& found : *findings)
      all.push_back(
          {name,
           {found.passed ? Verdict::ok : Verdict::failed, found.what, found.passed ? "" : found.advice}});
  }
  return all;
}

}  // namespace forestall::cli
