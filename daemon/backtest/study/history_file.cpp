// SPDX-License-Identifier: Apache-2.0
#include "daemon/backtest/study/history_file.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

namespace forestall::backtest {

Result<std::string> read_history_file(const std::filesystem::path& path, std::uint64_t most_bytes) {
  const auto name = path.extension().string();
  if (name == ".xz" || name == ".zst" || name == ".bz2" || name == ".zip")
    return fail(ErrorCode::unsupported,
                fmt::format("{}: unpack it first (plain and .gz are read)", path.string()));
  errno = 0;
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) return fail(ErrorCode::io, fmt::format("{}: {}", path.string(), std::strerror(errno)));
  std::string text;
  std::vector<char> buffer(std::size_t{1} << 20);
  for (;;) {
    const int got = gzread(file.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
    if (got < 0) {
      int code = 0;
      const char* what = gzerror(file.get(), &code);
      return fail(ErrorCode::io,
                  fmt::format("{}: {}", path.string(), code == Z_ERRNO ? std::strerror(errno) : what));
    }
    if (got == 0) break;
    if (text.size() + static_cast<std::size_t>(got) > most_bytes)
      return fail(ErrorCode::too_large, fmt::format("{}: more than {} bytes", path.string(), most_bytes));
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace forestall::backtest
