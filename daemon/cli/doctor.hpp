// SPDX-License-Identifier: Apache-2.0
// The checks of `forestall doctor`: a list to which every room may add its own.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings/problem.hpp"
#include "config/settings/settings.hpp"
#include "daemon/cli/api_client.hpp"
#include "daemon/cli/command.hpp"

namespace forestall::cli {

enum class Verdict : std::uint8_t { ok, warning, failed, skipped };
std::string_view verdict_name(Verdict verdict);

struct Finding {
  Verdict verdict = Verdict::ok;
  std::string what;   // what was found: "12.3 GiB free"
  std::string to_do;  // what to do about it; empty for ok
};

// What checks look at; gathered once.
struct Patient {
  const GlobalOptions& options;
  std::string version;
  std::expected<config::Settings, config::Problems> settings;  // with secrets, as far as we may read them
  std::optional<ApiClient> api;
  Result<ApiAnswer> health;  // GET /healthz
  Result<ApiAnswer> ready;   // GET /readyz
  Result<ApiAnswer> status;  // GET /api/v1/status
};

struct Check {
  std::string_view name;
  std::function<Finding(const Patient&)> examine;
};

// The checks of this room.
std::vector<Check> base_checks();

struct NamedFinding {
  std::string check;
  Finding finding;
};
// The Redis of the configuration, asked directly: is what it acknowledges safe there? Another room has a
// function like this, called in examine() of doctor.cpp.
std::vector<NamedFinding> examine_redis(const Patient& patient);
// Each account's channel, asked directly what the credentials may do there (visit.cpp).
std::vector<NamedFinding> examine_accounts(const Patient& patient);

}  // namespace forestall::cli
