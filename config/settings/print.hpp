// SPDX-License-Identifier: Apache-2.0
// The configuration in force as TOML, and the sample file.
#pragma once

#include <string>

#include "config/settings/settings.hpp"

namespace forestall::config {

// Every key with its value in force; defaults are marked, what is not set is named, and of secrets only the
// place they come from is shown. Reading the text back gives equal settings.
std::string effective(const Settings& settings);

// config/forestall.toml: every key with its help, its range, its default or an example.
std::string sample();

}  // namespace forestall::config
