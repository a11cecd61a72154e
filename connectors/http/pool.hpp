// SPDX-License-Identifier: Apache-2.0
// The connections to one host: at most so many, the warmest reused first, waiting callers served in order.
// Seen by the client only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "config/base/clock.hpp"
#include "connectors/http/connection.hpp"

namespace forestall::http {

class Pool {
 public:
  Pool(Clock& clock, std::size_t most, std::chrono::nanoseconds idle_timeout)
      : clock_(clock), most_(most), idle_timeout_(idle_timeout) {}
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // The right to use one connection. Gone, it closes the connection unless keep() was called, and lets the
  // next caller in.
  class Lease {
   public:
    explicit Lease(Pool& pool) : pool_(&pool) {}
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    // The connection taken over from an earlier call, or the one put in.
    Connection* connection() { return connection_.get(); }
    void put(std::unique_ptr<Connection> connection);
    // The answer was read to its end and the peer keeps the connection open.
    void keep();

   private:
    friend class Pool;
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  // nullopt at the deadline, or when the pool is closed. With `fresh` no idle connection is given out, and
  // the idle ones are closed: one of them has just turned out to be stale.
  boost::asio::awaitable<std::optional<Lease>> acquire(Monotonic deadline, bool fresh);
  // Closes everything now; calls under way end as aborted.
  void close();

  std::size_t in_use() const { return in_use_; }
  std::size_t idle() const { return idle_.size(); }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  struct Ticket;
  void release();
  std::unique_ptr<Connection> take_idle();
  void reap();
  void arm_reaper();

  Clock& clock_;
  std::size_t most_;
  std::chrono::nanoseconds idle_timeout_;
  std::size_t in_use_ = 0;
  bool closed_ = false;
  std::vector<std::unique_ptr<Connection>> idle_;  // the warmest last
  std::list<Connection*> active_;
  std::list<Ticket*> waiting_;
  TimerId reaper_ = TimerId::none;
};

}  // namespace forestall::http
