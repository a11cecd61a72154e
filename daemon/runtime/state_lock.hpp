// SPDX-License-Identifier: Apache-2.0
// One daemon to a state directory: an flock(2) held for as long as the process lives, with its pid for the
// refused one.
#pragma once

#include <string>
#include <utility>

#include "config/base/error.hpp"

namespace forestall::runtime {

// The kernel lets go of the lock when the process dies, however it dies; the file stays and means nothing by
// itself.
class StateLock {
 public:
  // Makes the directory (mode 0700) where only its last part is missing. Errors: conflict naming the pid that
  // holds it; io where it cannot be made, is not a directory, or cannot be written.
  static Result<StateLock> take(const std::string& state_dir);
  ~StateLock();
  StateLock(StateLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  StateLock& operator=(StateLock&&) = delete;

 private:
  explicit StateLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace forestall::runtime
