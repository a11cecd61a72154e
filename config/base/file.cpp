// SPDX-License-Identifier: Apache-2.0
#include "config/base/file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace forestall {

Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  const auto refused = [&](ErrorCode code, std::string_view why) {
    return fail(code, fmt::format("{}: {}", path.string(), why));
  };
  std::error_code ec;
  const auto status = std::filesystem::status(path, ec);
  if (status.type() == std::filesystem::file_type::not_found)
    return refused(ErrorCode::not_found, "no such file");
  if (ec) return refused(ErrorCode::io, ec.message());
  if (!is_regular_file(status)) return refused(ErrorCode::invalid_argument, "not a regular file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return refused(ErrorCode::io, std::strerror(errno));
  std::string text;
  constexpr std::size_t step = std::size_t{1} << 16;
  while (file) {
    const auto have = text.size();
    text.resize(have + step);
    file.read(text.data() + have, step);
    text.resize(have + static_cast<std::size_t>(file.gcount()));
    if (text.size() > max_bytes)
      return refused(ErrorCode::too_large, fmt::format("larger than {} bytes", max_bytes));
  }
  if (file.bad()) return refused(ErrorCode::io, "reading failed");
  return text;
}

}  // namespace forestall
