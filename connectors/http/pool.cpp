// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/pool.hpp"

#include <algorithm>
#include <utility>

#include "connectors/http/event.hpp"

namespace forestall::http {

// A caller in the queue. A place given to a caller who is cancelled in the same turn is passed on.
struct Pool::Ticket {
  explicit Ticket(Pool& p) : pool(p), place(p.waiting_.insert(p.waiting_.end(), this)) {}
  ~Ticket() {
    if (!granted)
      pool.waiting_.erase(place);
    else if (!used)
      pool.release();
  }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  Pool& pool;
  std::list<Ticket*>::iterator place;
  Event called;
  bool granted = false;
  bool used = false;
};

Pool::~Pool() { clock_.cancel(reaper_); }

Pool::Lease::Lease(Lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), connection_(std::move(other.connection_)) {}

Pool::Lease::~Lease() {
  if (pool_ == nullptr) return;
  if (connection_) std::erase(pool_->active_, connection_.get());
  connection_.reset();
  pool_->release();
}

void Pool::Lease::put(std::unique_ptr<Connection> connection) {
  if (connection_) std::erase(pool_->active_, connection_.get());
  connection_ = std::move(connection);
  pool_->active_.push_back(connection_.get());
}

void Pool::Lease::keep() {
  if (pool_->closed_ || !connection_) return;
  std::erase(pool_->active_, connection_.get());
  connection_->idle_since = pool_->clock_.monotonic();
  pool_->idle_.push_back(std::move(connection_));
  pool_->arm_reaper();
}

boost::asio::awaitable<std::optional<Pool::Lease>> Pool::acquire(Monotonic deadline, bool fresh) {
  if (closed_) co_return std::nullopt;
  if (in_use_ < most_ && waiting_.empty()) {
    ++in_use_;
  } else {
    Ticket ticket(*this);
    while (!ticket.granted) {
      const bool in_time = co_await ticket.called.wait_until(clock_, deadline);
      if (closed_ || (!in_time && !ticket.granted)) co_return std::nullopt;
    }
    ticket.used = true;
  }
  Lease lease(*this);
  if (fresh)
    idle_.clear();
  else if (auto connection = take_idle())
    lease.put(std::move(connection));
  co_return std::optional<Lease>(std::move(lease));
}

// The place goes to the first in the queue, else it is free.
void Pool::release() {
  if (waiting_.empty()) {
    --in_use_;
    return;
  }
  Ticket* next = waiting_.front();
  waiting_.pop_front();
  next->granted = true;
  next->called.notify_all();
}

std::unique_ptr<Connection> Pool::take_idle() {
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    const bool young = clock_.monotonic() - connection->idle_since < idle_timeout_;
    if (young && connection->quiet()) return connection;
  }
  return nullptr;
}

void Pool::reap() {
  const auto old = clock_.monotonic() - idle_timeout_;
  std::erase_if(idle_, [&](const auto& connection) { return connection->idle_since <= old; });
  arm_reaper();
}

void Pool::arm_reaper() {
  clock_.cancel(reaper_);
  reaper_ = TimerId::none;
  if (idle_.empty()) return;
  reaper_ = clock_.wake_at(idle_.front()->idle_since + idle_timeout_, [this] {
    reaper_ = TimerId::none;
    reap();
  });
}

void Pool::close() {
  closed_ = true;
  clock_.cancel(reaper_);
  reaper_ = TimerId::none;
  idle_.clear();
  for (Connection* connection : active_) connection->abort();
  for (Ticket* ticket : waiting_) ticket->called.notify_all();
}

}  // namespace forestall::http
