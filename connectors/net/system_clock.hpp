// SPDX-License-Identifier: Apache-2.0
// The real clock: system time, and timers on an Asio loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "config/base/clock.hpp"

namespace forestall::net {

// Use only from the loop's thread. Timers still set when it is destroyed do not fire.
class SystemClock final : public Clock {
 public:
  explicit SystemClock(boost::asio::any_io_executor executor);
  ~SystemClock() override;
  SystemClock(const SystemClock&) = delete;
  SystemClock& operator=(const SystemClock&) = delete;

  Instant now() const override;
  Monotonic monotonic() const override;
  TimerId wake_at(Monotonic when, std::move_only_function<void()> wake) override;
  void cancel(TimerId id) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace forestall::net
