// SPDX-License-Identifier: Apache-2.0
// Who may spend the next call of a channel. Ask before every call, then make it at once:
//
//   auto turn = co_await calls.turn(account, CallKind::write, Feed::orders, Purpose::pause, value, give_up);
//   if (!turn) ...
//   auto receipt = co_await account.marketplace->write(...);
//
// The bucket itself stays with the connector; this decides the order of those who wait for it.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/error.hpp"
#include "connectors/ports/marketplace.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/scheduling/turn_queue.hpp"

namespace forestall::scheduling {

// The right to make one call, now.
struct Turn {
  std::chrono::nanoseconds waited{0};
};

// Upper bounds in seconds of the histogram of waits.
inline constexpr std::array<double, 9> wait_bounds{0.01, 0.1, 1, 5, 15, 60, 180, 600, 1800};

struct TurnFigures {
  std::size_t waiting = 0;
  std::chrono::nanoseconds longest_wait{0};  // of those who wait now
  std::uint64_t granted = 0;
  std::uint64_t given_up = 0;   // the deadline came first
  std::uint64_t abandoned = 0;  // cancelled by its caller
  std::array<std::uint64_t, wait_bounds.size() + 1> waits{};
  double waited_seconds = 0;  // of all that were granted
};

// Use from the loop's thread only; outlives everybody who waits in it. Deterministic: the order of grants
// depends on the order of calls and on the clock only.
class CallScheduler {
 public:
  explicit CallScheduler(Clock& clock, TurnQueue::Rules rules = {});
  ~CallScheduler();
  CallScheduler(const CallScheduler&) = delete;
  CallScheduler& operator=(const CallScheduler&) = delete;

  // Returns when it is the caller's turn: the channel's limits allow a call, and nobody of higher rank waits
  // for the same bucket. Accounts that name the same credential share their buckets. `feed` matters for polls
  // only. Errors: timeout at `give_up` (nothing was spent; retryable), unavailable where the account has no
  // connector. Cancelled, it throws system_error(operation_aborted) as any wait does.
  boost::asio::awaitable<Result<Turn>> turn(flow::Account& account, ports::CallKind kind, ports::Feed feed,
                                            Purpose purpose, double value, Monotonic give_up);

  // The same for whoever is no account: `lane` names the bucket ("carrier parcels"), `earliest` says when its
  // limits allow the next call.
  boost::asio::awaitable<Result<Turn>> turn(std::string lane, std::function<Monotonic()> earliest,
                                            Purpose purpose, double value, Monotonic give_up);

  // How many wait before a call of this purpose and value would be granted: for estimates of the queue.
  std::size_t waiting(const flow::Account& account, ports::CallKind kind, ports::Feed feed) const;
  // By account and purpose; every account that ever asked, every purpose.
  std::map<std::pair<std::string, Purpose>, TurnFigures> figures() const;

 private:
  struct Waiter;
  struct Lane;
  using Key = std::pair<std::string, std::uint16_t>;

  static Key key_of(const flow::Account& account, ports::CallKind kind, ports::Feed feed);
  void wake_head(Lane& lane);
  boost::asio::awaitable<Result<Turn>> wait_in(Key key, std::string who, std::function<Monotonic()> earliest,
                                               Purpose purpose, double value, Monotonic give_up);

  Clock& clock_;
  TurnQueue::Rules rules_;
  std::map<Key, std::unique_ptr<Lane>> lanes_;
  std::map<std::pair<std::string, Purpose>, TurnFigures> figures_;
};

}  // namespace forestall::scheduling
