// SPDX-License-Identifier: Apache-2.0
// An order file from disk in pieces: plain, gzipped or xz, told apart by its first bytes.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/backtest/history/unpack.hpp"

namespace forestall {

class HistoryFile {
 public:
  // io where it cannot be read.
  static Result<HistoryFile> open(const std::filesystem::path& path, const UnpackLimits& limits = {});

  // The next piece of the unpacked text, valid until the next call; empty at the end. Errors name the file.
  Result<std::string_view> next();

  std::uint64_t bytes() const { return bytes_; }  // on disk; 0 where that is not known (a pipe)
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
  };
  HistoryFile(std::string name, std::FILE* file) : name_(std::move(name)), file_(file) {}
  Status refill();

  std::string name_;
  std::unique_ptr<std::FILE, Close> file_;
  std::unique_ptr<Unpacker> unpacker_;
  std::vector<char> buffer_;
  std::string_view packed_;
  std::uint64_t bytes_ = 0, bytes_read_ = 0;
  bool at_end_ = false;
};

}  // namespace forestall
