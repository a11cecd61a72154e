// SPDX-License-Identifier: Apache-2.0
// Reading a file of somebody else's as a whole, with a limit.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "config/base/error.hpp"

namespace forestall {

// `not_found`; `invalid_argument` for what is no regular file (a pipe would block); `too_large` above
// `max_bytes`, also where the file grows meanwhile; `io` with the system's words for the rest.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes);

}  // namespace forestall
