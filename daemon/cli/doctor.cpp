// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/doctor.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>

#include "config/settings/load.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/endpoint.hpp"

namespace forestall::cli {
namespace {

Patient gather(const Invocation& invocation) {
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  const Error nobody{ErrorCode::unavailable, false, "not asked"};
  Patient patient{
      .options = invocation.global,
      .version = invocation.version,
      .settings = config::load(invocation.global.config,
                               {.credentials_directory = credentials == nullptr ? "" : credentials}),
      .api = std::nullopt,
      .health = std::unexpected(nobody),
      .ready = std::unexpected(nobody),
      .status = std::unexpected(nobody)};
  auto client = connect(invocation.global);
  if (!client) {
    patient.health = std::unexpected(client.error());
    return patient;
  }
  using namespace std::chrono_literals;
  patient.api = std::move(*client);
  patient.health = patient.api->call("GET", "/healthz", {}, 5s);
  if (patient.health) {
    patient.ready = patient.api->call("GET", "/readyz", {}, 5s);
    patient.status = patient.api->call("GET", "/api/v1/status", {}, 5s);
  }
  return patient;
}

Tone tone_of(Verdict verdict) {
  constexpr std::array tones{Tone::good, Tone::warning, Tone::bad, Tone::faint};
  return tones.at(static_cast<std::size_t>(verdict));
}

// Every room's findings, in the order in which they are shown.
std::vector<NamedFinding> examine(const Patient& patient) {
  std::vector<NamedFinding> all;
  for (const auto& check : base_checks()) all.push_back({std::string(check.name), check.examine(patient)});
  for (auto& finding : examine_redis(patient)) all.push_back(std::move(finding));
  for (auto& finding : examine_accounts(patient)) all.push_back(std::move(finding));
  return all;
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  constexpr std::array<std::string_view, 4> names{"ok", "warning", "failed", "skipped"};
  return names.at(static_cast<std::size_t>(verdict));
}

Exit run_doctor(Invocation& invocation) {
  const Patient patient = gather(invocation);
  boost::json::array list;
  std::vector<Row> rows;
  bool failed = false;
  for (const auto& [name, finding] : examine(patient)) {
    failed = failed || finding.verdict == Verdict::failed;
    list.push_back({{"check", name},
                    {"verdict", verdict_name(finding.verdict)},
                    {"what", finding.what},
                    {"to_do", finding.to_do}});
    rows.push_back(
        {{name},
         {std::string(verdict_name(finding.verdict)), tone_of(finding.verdict)},
         {finding.to_do.empty() ? finding.what : fmt::format("{} -> {}", finding.what, finding.to_do)}});
  }
  if (invocation.global.json)
    invocation.out += boost::json::serialize(boost::json::object{{"ok", !failed}, {"checks", list}}) + "\n";
  else
    invocation.out += table(invocation.terminal, {"CHECK", "VERDICT", "FOUND"}, rows);
  return failed ? Exit::findings : Exit::ok;
}

}  // namespace forestall::cli
