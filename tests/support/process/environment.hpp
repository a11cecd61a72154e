// SPDX-License-Identifier: Apache-2.0
// A place for a test of its own: a temporary folder and a free port.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace forestall::test {

// Made with mode 0700 under $TMPDIR (else /tmp), with a short path so that a Unix socket fits below it (108
// bytes); removed with everything in it. Throws std::system_error where it cannot be made.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // The path of something below.
  std::string file(std::string_view name) const { return (path_ / name).string(); }
  // Writes a file (folders on the way are made) and returns its path.
  std::string write(std::string_view name, std::string_view text, unsigned mode = 0600) const;

 private:
  std::filesystem::path path_;
};

// Temporary folders of this program lie in memory from now on, where there is room for it: the disk's delays
// are not what the test is about. TMPDIR, where set, wins.
void prefer_memory();

// The whole file; throws std::system_error where it cannot be read.
std::string read_file(const std::string& path);

// A TCP port of 127.0.0.1 that nobody listens on at the moment. Somebody else may take it before you do:
// prefer port 0 where the server can tell which one it got.
std::uint16_t free_port();

}  // namespace forestall::test
