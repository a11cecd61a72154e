// SPDX-License-Identifier: Apache-2.0
// What `forestall doctor` looks at that belongs to no other room: configuration, machine, daemon.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <filesystem>

#include "config/base/text.hpp"
#include "daemon/cli/doctor.hpp"

namespace forestall::cli {
namespace {

namespace json = boost::json;
using enum Verdict;

constexpr double gib = 1024.0 * 1024 * 1024;

Finding no_settings() { return {skipped, "the configuration cannot be read", ""}; }

Finding configuration(const Patient& patient) {
  if (patient.settings) return {ok, patient.options.config + " is valid", ""};
  const auto& problems = patient.settings.error();
  return {failed,
          fmt::format("{} problem(s), the first: {}", problems.size(), config::to_string(problems.front())),
          fmt::format("forestalld --check --config {} lists them all", patient.options.config)};
}

Finding secrets(const Patient& patient) {
  if (!patient.settings) return no_settings();
  // Reading them was part of loading: files that others can read were refused there.
  const auto& settings = *patient.settings;
  bool seller_tokens = true;
  for (const auto& seller : settings.sellers) seller_tokens = seller_tokens && seller.token.given();
  if (!settings.api.token.given() && (settings.sellers.empty() || !seller_tokens))
    return {warning, "no token is set: nothing can be changed through the API or the command line",
            "set api.token_file (head -c 32 /dev/urandom | base64 > token; chmod 600 token)"};
  return {ok, "readable, and by nobody else", ""};
}

Finding state_directory(const Patient& patient) {
  if (!patient.settings) return no_settings();
  const auto path = patient.settings->daemon.state_dir.string();
  if (access(path.c_str(), F_OK) != 0)
    return {warning, path + " does not exist yet", "the daemon makes it, or install -d -m 0700 " + path};
  if (access(path.c_str(), R_OK | W_OK | X_OK) != 0)
    return geteuid() == 0
               ? Finding{failed, path + " cannot be written", "chown it to the daemon's user"}
               : Finding{warning, path + " cannot be written by you", "run doctor as the daemon's user"};
  struct statvfs disk{};
  if (statvfs(path.c_str(), &disk) != 0)
    return {failed, path + ": its disk cannot be examined", "check the mount"};
  const double free_gib = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize) / gib;
  const auto what = fmt::format("{}: {:.1f} GiB free", path, free_gib);
  // The journal of intents is written before each act: on a full disk the daemon stops acting.
  if (free_gib < 0.1) return {failed, what, "make room: on a full disk nothing can be decided safely"};
  if (free_gib < 1) return {warning, what, "make room soon"};
  if (disk.f_files > 0 && disk.f_favail < 1000)
    return {failed, what + ", but no inodes", "remove small files"};
  return {ok, what, ""};
}

Finding clock(const Patient&) {
  timex state{};
  const int rc = adjtimex(&state);
  if (rc < 0) return {skipped, "the kernel does not say", ""};
  if (rc == TIME_ERROR || (state.status & STA_UNSYNC) != 0)
    return {warning, "the kernel's clock is not synchronised",
            "run systemd-timesyncd or chrony: a skew of a minute against a channel stops all acts"};
  return {ok, fmt::format("synchronised, estimated error {} us", state.esterror), ""};
}

Finding daemon(const Patient& patient) {
  if (patient.health && patient.health->status == 200)
    return {ok, "answers at " + to_string(patient.api->address()), ""};
  if (patient.health)
    return {failed, fmt::format("answers with status {}", patient.health->status), "see its log"};
  return {failed, patient.health.error().detail,
          "systemctl status forestalld; journalctl -u forestalld; or --api where it really listens"};
}

Finding port(const Patient& patient) {
  if (!patient.settings) return no_settings();
  ApiAddress tcp{.host = patient.settings->api.listen.host,
                 .port = patient.settings->api.listen.port,
                 .unix_socket = {}};
  if (!config::is_loopback(tcp.host) || tcp.host == "localhost") tcp.host = "127.0.0.1";
  const auto answer = ApiClient(tcp, Secret()).call("GET", "/healthz", {}, std::chrono::seconds{5});
  const auto where = to_string(tcp);
  if (answer && answer->status == 200 && answer->body.contains("alive"))
    return {ok, where + " is forestalld", ""};
  if (!answer && answer.error().code == ErrorCode::unavailable)
    return patient.health ? Finding{failed, where + " is not open though the daemon runs", "see its log"}
                          : Finding{ok, where + " is free", ""};
  return {failed, where + " is taken by another program", "stop it, or set api.listen"};
}

Finding readiness(const Patient& patient) {
  if (!patient.ready) return {skipped, "no daemon answers", ""};
  json::error_code ec;
  const auto body = json::parse(patient.ready->body, ec);
  if (ec || !body.is_object())
    return {failed, "an answer we do not understand", "use the same version of both"};
  if (patient.ready->status == 200) return {ok, "fit to act", ""};
  std::string reasons;
  if (const auto* list = body.as_object().if_contains("conditions"); list != nullptr && list->is_array())
    for (const auto& row : list->as_array())
      if (const auto* reason = row.is_object() ? row.as_object().if_contains("reason") : nullptr)
        reasons += (reasons.empty() ? "" : "; ") +
                   std::string(reason->is_string() ? reason->as_string().c_str() : "?");
  return {warning, "not fit to act: " + reasons, "forestall status names each condition"};
}

Finding same_version(const Patient& patient) {
  if (!patient.status || patient.status->status != 200) return {skipped, "no daemon answers", ""};
  json::error_code ec;
  const auto body = json::parse(patient.status->body, ec);
  const auto* version = !ec && body.is_object() ? body.as_object().if_contains("version") : nullptr;
  const std::string theirs = version != nullptr && version->is_string() ? version->as_string().c_str() : "?";
  if (theirs == patient.version) return {ok, theirs, ""};
  return {warning, fmt::format("the daemon is {}, this command {}", theirs, patient.version),
          "restart the daemon"};
}

}  // namespace

std::vector<Check> base_checks() {
  return {{"configuration", configuration},
          {"secrets", secrets},
          {"state directory", state_directory},
          {"clock", clock},
          {"daemon", daemon},
          {"port", port},
          {"ready", readiness},
          {"version", same_version}};
}

}  // namespace forestall::cli
