// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/doctor.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "config/base/text.hpp"
#include "daemon/redis/handshake.hpp"

namespace forestall::redis {

namespace {

constexpr double memory_near = 0.8;  // of maxmemory

// What a check looks at. A setting that may not be read is nullopt.
struct Patient {
  const ServerInfo& info;
  const ServerSettings& settings;

  std::optional<std::string_view> setting(std::string_view name) const {
    const auto found = settings.find(name);
    if (found == settings.end()) return std::nullopt;
    return std::string_view(found->second);
  }
};

struct Verdict {
  Severity severity;
  std::string what;
  std::string to_do{};
};

Verdict unreadable(std::string_view name) {
  return {Severity::warning, fmt::format("{} cannot be read", name),
          "allow our user CONFIG GET (ACL: +config|get), or see to it yourself"};
}

Verdict check_version(const Patient& p) {
  const auto major = p.info.major_version();
  if (!major) return {Severity::warning, "the version is not known", "allow our user INFO (ACL: +info)"};
  if (*major < oldest_major_version)
    return {Severity::failed, fmt::format("Redis {}", p.info.version()),
            fmt::format("install Redis {} or newer", oldest_major_version)};
  return {Severity::ok, fmt::format("Redis {}", p.info.version())};
}

Verdict check_role(const Patient& p) {
  if (p.info.is_replica())
    return {
        Severity::failed,
        fmt::format("a read-only replica of {}:{}", p.info.text("master_host"), p.info.text("master_port")),
        "give the address of its primary"};
  return {Severity::ok, "primary"};
}

Verdict check_cluster(const Patient& p) {
  if (p.info.text("redis_mode") == "cluster" || p.info.text("cluster_enabled") == "1")
    return {Severity::failed, "a node of a Redis Cluster", "give the address of a server outside a cluster"};
  return {Severity::ok, "stand-alone"};
}

Verdict check_append_only(const Patient& p) {
  if (p.info.text("aof_enabled") == "1") return {Severity::ok, "appendonly yes"};
  if (p.info.empty()) return unreadable("aof_enabled");
  return {Severity::failed, "appendonly no: a crash of Redis loses the journal", "set appendonly yes"};
}

Verdict check_sync(const Patient& p) {
  const auto sync = p.setting("appendfsync");
  if (!sync) return unreadable("appendfsync");
  if (*sync == "always") return {Severity::ok, "appendfsync always"};
  return {Severity::warning,
          fmt::format("appendfsync {}: a power cut loses {} of acknowledged writes", *sync,
                      *sync == "everysec" ? "up to two seconds" : "half a minute or more"),
          "set appendfsync always"};
}

Verdict check_last_write(const Patient& p) {
  const auto aof = p.info.text("aof_last_write_status");
  if (!aof.empty() && aof != "ok")
    return {Severity::failed, "the last write to the append-only file failed: writes are refused (MISCONF)",
            "free space on the disk of Redis"};
  if (p.info.text("rdb_last_bgsave_status") == "err" && p.setting("stop-writes-on-bgsave-error") != "no")
    return {Severity::failed, "the last snapshot failed: writes are refused (MISCONF)",
            "free space on the disk of Redis, or set save \"\""};
  return {Severity::ok, "the last write to disk succeeded"};
}

Verdict check_rewrite(const Patient& p) {
  if (p.info.text("aof_last_bgrewrite_status") == "err")
    return {Severity::warning, "the last rewrite of the append-only file failed: it grows without end",
            "see the log of Redis; a rewrite needs free disk and memory (vm.overcommit_memory = 1)"};
  if (p.setting("auto-aof-rewrite-percentage") == "0")
    return {Severity::warning, "the append-only file is never rewritten: it grows without end",
            "set auto-aof-rewrite-percentage 100"};
  if (p.setting("no-appendfsync-on-rewrite") == "yes")
    return {Severity::warning, "no-appendfsync-on-rewrite yes: not synced while the file is rewritten",
            "set no-appendfsync-on-rewrite no"};
  return {Severity::ok, "rewritten as it grows"};
}

Verdict check_eviction(const Patient& p) {
  auto policy = p.setting("maxmemory-policy");
  if (!policy) policy = p.info.text("maxmemory_policy");
  if (policy->empty()) return unreadable("maxmemory-policy");
  if (*policy == "noeviction") return {Severity::ok, "noeviction"};
  // Everything of ours without a time to live is safe from volatile-*; leases and sessions are not.
  return {policy->starts_with("volatile-") ? Severity::warning : Severity::failed,
          fmt::format("maxmemory-policy {}: counters may be thrown away to make room", *policy),
          "set maxmemory-policy noeviction"};
}

Verdict check_memory(const Patient& p) {
  const auto used = p.info.number("used_memory");
  const auto limit = p.info.number("maxmemory");
  if (!used || !limit) return unreadable("maxmemory");
  constexpr double mib = 1024.0 * 1024.0;
  if (*limit == 0)
    return {Severity::ok, fmt::format("{:.0f} MiB used, no limit", static_cast<double>(*used) / mib)};
  const double share = static_cast<double>(*used) / static_cast<double>(*limit);
  auto what = fmt::format("{:.0f} of {:.0f} MiB used", static_cast<double>(*used) / mib,
                          static_cast<double>(*limit) / mib);
  if (share < memory_near) return {Severity::ok, std::move(what)};
  return {share >= 1.0 ? Severity::failed : Severity::warning,
          what + ": at the limit every write is refused (OOM)", "raise maxmemory"};
}

Verdict check_access(const Patient& p) {
  const auto protect = p.setting("protected-mode");
  const auto password = p.setting("requirepass");
  const auto port = p.setting("port");
  if (!protect || !password || !port) return unreadable("protected-mode");
  if (*port == "0" || *protect == "yes" || !password->empty()) return {Severity::ok, "not open to everybody"};
  return {Severity::warning, "protected-mode no and no password: whoever reaches the port owns the counters",
          "set a password or protected-mode yes"};
}

Verdict check_neighbours(const Patient& p) {
  const auto clients = p.info.number("connected_clients");
  const auto most = p.setting("maxclients");
  const auto limit = most ? parse_integer<std::int64_t>(*most) : std::nullopt;
  if (clients && limit && *clients * 10 >= *limit * 9)
    return {Severity::warning, fmt::format("{} of {} connections are in use", *clients, *limit),
            "raise maxclients"};
  return {Severity::ok, "connections are free"};
}

struct Check {
  std::string_view name;
  Verdict (*look)(const Patient&);
};
constexpr std::array checks = {
    Check{"version", check_version},        Check{"role", check_role},
    Check{"cluster", check_cluster},        Check{"append_only", check_append_only},
    Check{"append_sync", check_sync},       Check{"last_write", check_last_write},
    Check{"append_rewrite", check_rewrite}, Check{"eviction", check_eviction},
    Check{"memory", check_memory},          Check{"access", check_access},
    Check{"connections", check_neighbours},
};

}  // namespace

std::string_view severity_name(Severity severity) {
  constexpr std::array<std::string_view, 3> names = {"ok", "warning", "failed"};
  return names.at(static_cast<std::size_t>(severity));
}

std::vector<Finding> examine_server(const ServerInfo& info, const ServerSettings& settings) {
  const Patient patient{info, settings};
  std::vector<Finding> findings;
  for (const auto& check : checks) {
    Verdict verdict = check.look(patient);
    findings.push_back(
        {verdict.severity, std::string(check.name), std::move(verdict.what), std::move(verdict.to_do)});
  }
  return findings;
}

boost::asio::awaitable<std::vector<Finding>> examine(Client& client) {
  const auto answers =
      co_await client.batch(Request("INFO").add("CONFIG", "GET", "*"), {.repeat = Repeat::harmless});
  if (!answers)
    co_return std::vector<Finding>{{Severity::failed, "connection", to_string(answers.error()),
                                    "see that Redis runs at the configured address and accepts our user"}};
  ServerInfo info;
  if (const auto text = answers->at(0).expect_text("INFO")) info = ServerInfo::parse(*text);
  ServerSettings settings;
  const auto items = answers->at(1).items();
  for (std::size_t i = 0; i + 1 < items.size(); i += 2)
    if (items[i].text() != nullptr && items[i + 1].text() != nullptr)
      // Of a password only whether there is one.
      settings.emplace(*items[i].text(), *items[i].text() == "requirepass" && !items[i + 1].text()->empty()
                                             ? "set"
                                             : *items[i + 1].text());
  co_return examine_server(info, settings);
}

}  // namespace forestall::redis
