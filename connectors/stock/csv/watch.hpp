// SPDX-License-Identifier: Apache-2.0
// Which files appeared by a rename: such a file is whole at once. Linux's inotify; where it does not work
// (some network file systems say nothing) a file is read when it has stopped changing.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace forestall::stock_csv {

class RenameWatch {
 public:
  explicit RenameWatch(const std::filesystem::path& folder);
  ~RenameWatch();
  RenameWatch(const RenameWatch&) = delete;
  RenameWatch& operator=(const RenameWatch&) = delete;

  bool works() const { return fd_ >= 0; }
  // Takes in what happened since the last call; never waits.
  void look();
  // Renamed into the folder, and not written to since.
  bool arrived_whole(std::string_view name) const { return whole_.contains(name); }

 private:
  void give_up();

  int fd_ = -1;
  std::set<std::string, std::less<>> whole_;
};

}  // namespace forestall::stock_csv
