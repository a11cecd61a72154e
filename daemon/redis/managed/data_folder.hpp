// SPDX-License-Identifier: Apache-2.0
// The folder of the private redis-server: made safely, locked, its files written atomically.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/base/error.hpp"
#include "daemon/redis/managed/managed_config.hpp"

namespace forestall::redis {

// An open file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_ = -1;
};

// Makes the folder with mode 0700 if it is missing. `forbidden` when it is a link, no folder or somebody
// else's.
Status prepare_folder(const std::string& path);

// The lock that says "a server works on these files". It belongs to the open file, so the server we start
// inherits it and holds it exactly as long as it or a child of it lives, whatever becomes of us. nullopt:
// somebody has it.
Result<std::optional<Descriptor>> try_lock(const std::string& path);

// All or nothing, also through a power cut: a new file, synced and renamed over the old one.
Status write_atomically(const std::string& path, std::string_view text);

// Keeps one old log beside a new one when it has grown past `max_bytes`.
void rotate_log(const std::string& path, std::uintmax_t max_bytes);
// The last two warnings in a log of Redis ("... # message"), for an error text; empty if there are none.
std::string last_warning(const std::string& log_path);

}  // namespace forestall::redis
