// SPDX-License-Identifier: Apache-2.0
// A child process of a test: started with arguments, watched through its captured output, signalled, waited
// for with a deadline, and gone when the object is.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/process/eventually.hpp"

namespace forestall::test {

struct SpawnOptions {
  std::map<std::string, std::string> environment{};  // added to ours
  std::vector<std::string> unset{};                  // taken from ours
  std::string working_folder{};                      // empty: ours
  std::string stdout_path{};  // empty: captured, see out(); else a file such as /dev/full
  std::string stderr_path{};  // empty: captured, see err()
  int stderr_fd = -1;         // the child's stderr instead (a pipe the test holds)
};

// How a process ended: by exit(code) or by a signal.
struct Ended {
  int code = -1;   // -1 where a signal ended it
  int signal = 0;  // 0 where it left by itself
  friend bool operator==(const Ended&, const Ended&) = default;
};

// Killed with SIGKILL, and reaped, by the destructor; the kernel does the same when the test dies first
// (PR_SET_PDEATHSIG, so start children from the thread that lives longest). Output goes to memory files: the
// child never blocks on a test that is slow to read.
class ChildProcess {
 public:
  // arguments[0] is the program, looked up in PATH where it holds no '/'. Throws std::system_error where it
  // cannot be started.
  explicit ChildProcess(std::vector<std::string> arguments, SpawnOptions options = {});
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;

  pid_t pid() const { return pid_; }
  bool running() { return !ended_ && !wait_for(std::chrono::milliseconds{0}); }
  void signal(int number) const;  // nothing where it already ended

  // nullopt when it still runs at the deadline.
  std::optional<Ended> wait_for(std::chrono::milliseconds within = patience);
  // Everything written so far.
  std::string out() const { return read_all(out_fd_); }
  std::string err() const { return read_all(err_fd_); }
  // True as soon as the captured stdout (stderr) holds `text`; false at the deadline, or when the process
  // ended without having written it.
  bool wait_for_out(std::string_view text, std::chrono::milliseconds within = patience);
  bool wait_for_err(std::string_view text, std::chrono::milliseconds within = patience);

  std::size_t open_descriptors() const;  // entries of /proc/PID/fd
  std::size_t threads() const;           // entries of /proc/PID/task
  std::size_t resident_bytes() const;    // VmRSS

 private:
  static std::string read_all(int fd);
  pid_t pid_ = -1;
  int pid_fd_ = -1;
  int out_fd_ = -1;
  int err_fd_ = -1;
  std::optional<Ended> ended_;
};

// Runs to the end and returns the captured output; throws std::runtime_error at the deadline.
struct Finished {
  Ended ended;
  std::string out;
  std::string err;
};
Finished run(std::vector<std::string> arguments, SpawnOptions options = {},
             std::chrono::milliseconds within = patience);

}  // namespace forestall::test
