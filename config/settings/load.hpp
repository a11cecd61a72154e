// SPDX-License-Identifier: Apache-2.0
// From a file to settings, or to the list of everything that is wrong with it.
#pragma once

#include <expected>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "config/settings/kinds.hpp"
#include "config/settings/problem.hpp"
#include "config/settings/settings.hpp"

namespace forestall::config {

struct LoadOptions {
  // The value of $CREDENTIALS_DIRECTORY as the service manager set it; empty where there is none.
  std::filesystem::path credentials_directory{};
  // Secrets are read and their files checked. Without it Credential::value stays empty.
  bool read_secrets = true;
  std::span<const Kind> kinds = shipped_kinds();
};

// All problems at once, in the order of their places; never an empty list.
std::expected<Settings, Problems> load(const std::filesystem::path& file, const LoadOptions& options = {});

// The same from text; `file` names it in problems, and relative paths are relative to its folder.
std::expected<Settings, Problems> parse(std::string_view text, const std::filesystem::path& file,
                                        const LoadOptions& options = {});

}  // namespace forestall::config
