// SPDX-License-Identifier: Apache-2.0
// Reads secrets from files that nobody else can read.
#pragma once

#include <cstddef>
#include <filesystem>

#include "config/base/error.hpp"
#include "config/base/secret.hpp"
#include "config/settings/document.hpp"
#include "config/settings/report.hpp"
#include "config/settings/settings.hpp"

namespace forestall::config {

inline constexpr std::size_t max_secret_bytes = std::size_t{64} << 10;

// A regular file of ours or root's that group and others cannot read; without the line end at its end.
Result<Secret> read_secret_file(const std::filesystem::path& path);

// A file of systemd's folder of credentials. There the group bits may be set: where systemd grants access by
// an access-control list they show the list's mask, not a group's right (systemd.exec(5), "Credentials").
Result<Secret> read_systemd_credential(const std::filesystem::path& directory, std::string_view name);

// Fills in the value of every credential that is given.
void read_secrets(Settings& settings, const Node& root, const std::filesystem::path& directory,
                  Report& report);

}  // namespace forestall::config
