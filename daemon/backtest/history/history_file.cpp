// SPDX-License-Identifier: Apache-2.0
#include "daemon/backtest/history/history_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace forestall {

namespace {
constexpr std::size_t read_bytes = std::size_t{256} << 10;
}

Result<HistoryFile> HistoryFile::open(const std::filesystem::path& path, const UnpackLimits& limits) {
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed))
    return fail(ErrorCode::io, fmt::format("{}: a directory", path.string()));
  errno = 0;
  std::FILE* raw = std::fopen(path.c_str(), "rbe");
  if (raw == nullptr) return fail(ErrorCode::io, fmt::format("{}: {}", path.string(), std::strerror(errno)));
  HistoryFile file(path.string(), raw);
  const auto size = std::filesystem::file_size(path, failed);
  file.bytes_ = failed ? 0 : size;
  file.buffer_.resize(read_bytes);
  if (auto ok = file.refill(); !ok) return std::unexpected(std::move(ok.error()));
  file.unpacker_ = std::make_unique<Unpacker>(packing_of(file.packed_), limits);
  return file;
}

Status HistoryFile::refill() {
  const std::size_t got = std::fread(buffer_.data(), 1, buffer_.size(), file_.get());
  if (got < buffer_.size() && std::ferror(file_.get()) != 0)
    return fail(ErrorCode::io, fmt::format("{}: {}", name_, std::strerror(errno)));
  at_end_ = got == 0;
  bytes_read_ += got;
  packed_ = {buffer_.data(), got};
  return {};
}

Result<std::string_view> HistoryFile::next() {
  for (;;) {
    auto piece = unpacker_->next(packed_);
    if (!piece) return fail_in(name_, piece.error());
    if (!piece->empty()) return piece;
    if (at_end_) {
      if (auto whole = unpacker_->finish(); !whole) return fail_in(name_, whole.error());
      return std::string_view{};
    }
    if (packed_.empty())
      if (auto ok = refill(); !ok) return std::unexpected(std::move(ok.error()));
  }
}

}  // namespace forestall
