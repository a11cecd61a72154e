// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

#include "daemon/runtime/exit_code.hpp"

namespace forestall::runtime {
namespace {

// A signal handler has no argument of ours: the one piece of process-wide state. Lock-free, hence
// async-signal-safe.
std::atomic<int> pipe_to_loop{-1};
std::atomic<int> stops_asked{0};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void on_signal(int number) {
  const int kept = errno;
  if (number != SIGHUP && stops_asked.fetch_add(1) > 0) _exit(to_int(ExitCode::second_signal));
  const auto byte = static_cast<unsigned char>(number);
  // A full pipe (64 Ki unread signals) loses a SIGHUP that thousands before it already ask for.
  [[maybe_unused]] const auto written = write(pipe_to_loop.load(), &byte, 1);
  errno = kept;
}

constexpr std::array handled{SIGTERM, SIGINT, SIGHUP, SIGPIPE};

}  // namespace

struct Signals::Impl {
  explicit Impl(const boost::asio::any_io_executor& executor) : pipe(executor) {}
  boost::asio::posix::stream_descriptor pipe;
  std::array<struct sigaction, handled.size()> before{};
  int write_end = -1;
};

Signals::Signals(boost::asio::any_io_executor executor) : impl_(std::make_unique<Impl>(executor)) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe2");
  impl_->pipe.assign(ends[0]);
  impl_->write_end = ends[1];
  int none = -1;
  if (!pipe_to_loop.compare_exchange_strong(none, ends[1])) {
    close(ends[1]);
    throw std::logic_error("only one Signals in a process");
  }
  stops_asked = 0;
  for (std::size_t i = 0; i < handled.size(); ++i) {
    struct sigaction action{};
    action.sa_flags = SA_RESTART;
    if (handled[i] == SIGPIPE)
      action.sa_handler = SIG_IGN;
    else
      action.sa_handler = on_signal;
    sigaction(handled[i], &action, &impl_->before[i]);
  }
}

Signals::~Signals() {
  for (std::size_t i = 0; i < handled.size(); ++i) sigaction(handled[i], &impl_->before[i], nullptr);
  pipe_to_loop = -1;
  close(impl_->write_end);
}

boost::asio::awaitable<int> Signals::next() {
  unsigned char byte = 0;
  co_await impl_->pipe.async_read_some(boost::asio::buffer(&byte, 1), boost::asio::use_awaitable);
  co_return byte;
}

}  // namespace forestall::runtime
