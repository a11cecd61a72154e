// SPDX-License-Identifier: Apache-2.0
// Reads an order file from disk, plain or gzipped, under a limit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "config/base/error.hpp"

namespace forestall::backtest {

// io where it cannot be read, too_large past `most_bytes` unpacked, unsupported for .xz and .zst by name.
Result<std::string> read_history_file(const std::filesystem::path& path,
                                      std::uint64_t most_bytes = std::uint64_t{4} << 30);

}  // namespace forestall::backtest
