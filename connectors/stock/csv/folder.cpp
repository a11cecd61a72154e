// SPDX-License-Identifier: Apache-2.0
#include "connectors/stock/csv/folder.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "config/base/text.hpp"

namespace forestall::stock_csv {
namespace {

constexpr std::size_t most_files = 20'000;

std::unexpected<Error> cannot_read(const std::filesystem::path& path, int error) {
  const auto code = error == ENOENT ? ErrorCode::not_found : ErrorCode::io;
  return fail_retryable(code, fmt::format("{}: {}", printable(path.string(), 300), std::strerror(error)));
}

Stamp stamp_from(const struct stat& status) {
  const auto nanos = [](const timespec& t) { return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec; };
  return {status.st_ino, static_cast<std::uint64_t>(status.st_size), nanos(status.st_mtim),
          nanos(status.st_ctim)};
}

bool is_called(std::string_view name, std::string_view what) {
  return name.starts_with(what) &&
         (name.size() == what.size() || name[what.size()] == '-' || name[what.size()] == '.');
}

}  // namespace

std::uint64_t FoundFile::fingerprint() const {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  const auto mix = [&](const void* bytes, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
      hash = (hash ^ static_cast<const unsigned char*>(bytes)[i]) * 0x100000001b3;
  };
  mix(name.data(), name.size());
  mix(&stamp.inode, sizeof stamp.inode);
  mix(&stamp.size, sizeof stamp.size);
  mix(&stamp.written_ns, sizeof stamp.written_ns);
  mix(&stamp.changed_ns, sizeof stamp.changed_ns);
  return hash;
}

tables::Kind kind_by_name(std::string_view name) {
  for (const auto kind : {tables::Kind::counts, tables::Kind::failed_picks, tables::Kind::receipts})
    if (is_called(name, tables::kind_name(kind))) return kind;
  return tables::Kind::stock;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && !has_control_characters(name) && is_valid_utf8(name);
}

bool is_table_name(std::string_view name) {
  if (!is_plain_name(name) || name.front() == '.') return false;
  const auto lower = to_lower(name);
  return std::ranges::any_of(std::array{".csv", ".tsv", ".txt"},
                             [&](const char* end) { return lower.ends_with(end); });
}

Result<Stamp> stamp_of(const std::filesystem::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return cannot_read(file, errno);
  if (!S_ISREG(status.st_mode))
    return fail_retryable(ErrorCode::io, fmt::format("{}: is no file", printable(file.string(), 300)));
  return stamp_from(status);
}

void FolderScan::Close::operator()(void* folder) const { ::closedir(static_cast<DIR*>(folder)); }

Result<FolderScan> FolderScan::open(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return cannot_read(path, errno);
  FolderScan scan;
  scan.path_ = path;
  if (!S_ISDIR(status.st_mode)) {
    auto stamp = stamp_of(path);
    if (!stamp) return std::unexpected(std::move(stamp.error()));
    scan.files_.push_back({tables::Kind::stock, path.filename().string(), *stamp});
    return scan;
  }
  scan.folder_.reset(::opendir(path.c_str()));
  if (!scan.folder_) return cannot_read(path, errno);
  return scan;
}

Result<bool> FolderScan::step(std::size_t most) {
  if (!folder_) return true;
  for (std::size_t i = 0; i < most; ++i) {
    errno = 0;
    const dirent* entry = ::readdir(static_cast<DIR*>(folder_.get()));
    if (entry == nullptr) {
      if (errno != 0) return cannot_read(path_, errno);
      return true;
    }
    const std::string_view name = entry->d_name;
    if (!is_table_name(name)) continue;
    // Gone or no file: a folder may hold anything, and what is renamed away is simply not there.
    const auto stamp = stamp_of(path_ / name);
    if (!stamp) continue;
    if (files_.size() == most_files)
      return fail_retryable(ErrorCode::too_large,
                            fmt::format("{}: more than {} files; move away what was read",
                                        printable(path_.string(), 300), most_files));
    files_.push_back({kind_by_name(name), std::string(name), *stamp});
  }
  return false;
}

std::vector<FoundFile> FolderScan::take() {
  std::ranges::sort(files_);
  return std::move(files_);
}

}  // namespace forestall::stock_csv
