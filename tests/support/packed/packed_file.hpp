// SPDX-License-Identifier: Apache-2.0
// Reads data sets as they are stored: plain, .gz or .xz.
#pragma once

#include <filesystem>
#include <string>

#include "config/base/error.hpp"

namespace forestall::test {

// The unpacked content. Packed files go through `gzip -dc` or `xz -dc`.
Result<std::string> read_packed(const std::filesystem::path& path);

}  // namespace forestall::test
