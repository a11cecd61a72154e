// SPDX-License-Identifier: Apache-2.0
#include "daemon/scheduling/call_scheduler.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/http/event.hpp"

namespace forestall::scheduling {

using boost::asio::awaitable;
using ports::CallKind;
using ports::Feed;

namespace {

// A channel's limits may loosen while somebody waits (a header, a breaker that closes): look again.
constexpr auto look_again = std::chrono::seconds(30);

// Orders by change and by time of placing are one operation of every channel.
Feed bucket_of(CallKind kind, Feed feed) {
  if (kind != CallKind::poll || feed == Feed::order_history) return Feed::orders;
  return feed;
}

}  // namespace

// Somebody who waits. It looks for itself whether it may go; others only wake it.
struct CallScheduler::Waiter {
  http::Event woken{};
  std::string account;
  Purpose purpose;
  Monotonic since;
};

struct CallScheduler::Lane {
  explicit Lane(TurnQueue::Rules rules) : queue(rules) {}
  TurnQueue queue;
  std::map<TicketId, Waiter*> waiters;
};

CallScheduler::CallScheduler(Clock& clock, TurnQueue::Rules rules) : clock_(clock), rules_(rules) {}
CallScheduler::~CallScheduler() = default;

CallScheduler::Key CallScheduler::key_of(const flow::Account& account, CallKind kind, Feed feed) {
  const auto& settings = account.settings;
  // A credential's name lives in the space of its kind; an account without one shares with nobody.
  std::string session = settings.credential ? fmt::format("{}/{}", settings.kind, *settings.credential)
                                            : fmt::format("account {}", settings.id.str());
  return {std::move(session), static_cast<std::uint16_t>((static_cast<unsigned>(kind) << 8U) |
                                                         static_cast<unsigned>(bucket_of(kind, feed)))};
}

void CallScheduler::wake_head(Lane& lane) {
  const auto head = lane.queue.head(clock_.monotonic());
  if (const auto found = lane.waiters.find(head); found != lane.waiters.end())
    found->second->woken.notify_all();
}

awaitable<Result<Turn>> CallScheduler::turn(flow::Account& account, CallKind kind, Feed feed, Purpose purpose,
                                            double value, Monotonic give_up) {
  if (account.marketplace == nullptr)
    co_return fail(ErrorCode::unavailable,
                   fmt::format("account {}: no connector: {}", account.settings.id.str(), account.why_not));
  auto turn = co_await wait_in(
      key_of(account, kind, feed), account.settings.id.str(),
      [&account, kind, feed] { return account.marketplace->earliest(kind, feed); }, purpose, value, give_up);
  if (!turn) co_return fail_in("account", turn.error());
  co_return turn;
}

awaitable<Result<Turn>> CallScheduler::turn(std::string lane, std::function<Monotonic()> earliest,
                                            Purpose purpose, double value, Monotonic give_up) {
  co_return co_await wait_in({lane, 0}, lane, std::move(earliest), purpose, value, give_up);
}

awaitable<Result<Turn>> CallScheduler::wait_in(Key key, std::string name,
                                               std::function<Monotonic()> earliest_call, Purpose purpose,
                                               double value, Monotonic give_up) {
  auto& place = lanes_[std::move(key)];
  if (!place) place = std::make_unique<Lane>(rules_);
  Waiter waiter{.account = name, .purpose = purpose, .since = clock_.monotonic()};

  // Leaves the queue however the wait ends, and lets the next one look.
  struct Stay {
    Stay(CallScheduler& s, Lane& l, Waiter& w, double v)
        : scheduler(s), lane(l), waiter(w), id(lane.queue.add(w.purpose, v, w.since)) {
      lane.waiters.emplace(id, &w);
    }
    ~Stay() {
      lane.waiters.erase(id);
      lane.queue.remove(id);
      auto& figures = scheduler.figures_[{waiter.account, waiter.purpose}];
      if (outcome == Outcome::given_up) ++figures.given_up;
      if (outcome == Outcome::abandoned) ++figures.abandoned;
      scheduler.wake_head(lane);
    }
    enum class Outcome : std::uint8_t { abandoned, given_up, granted };
    CallScheduler& scheduler;
    Lane& lane;
    Waiter& waiter;
    TicketId id;
    Outcome outcome = Outcome::abandoned;
  } stay(*this, *place, waiter, value);
  Lane& lane = stay.lane;

  for (;;) {
    const auto now = clock_.monotonic();
    if (now >= give_up) {
      stay.outcome = Stay::Outcome::given_up;
      co_return fail_retryable(ErrorCode::timeout,
                               fmt::format("{}: {} calls were waiting", name, lane.queue.size() - 1));
    }
    auto until = std::min(give_up, now + look_again);
    if (lane.queue.head(now) == stay.id) {
      // "At once" is the channel's own now, a moment after ours.
      const auto earliest = earliest_call();
      if (earliest <= clock_.monotonic()) {
        lane.queue.grant(stay.id, now);
        stay.outcome = Stay::Outcome::granted;
        auto& figures = figures_[{name, purpose}];
        const auto waited = now - waiter.since;
        const double seconds = std::chrono::duration<double>(waited).count();
        ++figures.granted;
        figures.waited_seconds += seconds;
        ++figures.waits[static_cast<std::size_t>(std::ranges::lower_bound(wait_bounds, seconds) -
                                                 wait_bounds.begin())];
        // The next one is woken by way of the loop, after the caller's call has taken its slot of the bucket.
        co_return Turn{waited};
      }
      until = std::min(until, earliest);
    } else {
      wake_head(lane);  // its place may have come with time
    }
    co_await waiter.woken.wait_until(clock_, until);
  }
}

std::size_t CallScheduler::waiting(const flow::Account& account, CallKind kind, Feed feed) const {
  const auto found = lanes_.find(key_of(account, kind, feed));
  return found == lanes_.end() ? 0 : found->second->queue.size();
}

std::map<std::pair<std::string, Purpose>, TurnFigures> CallScheduler::figures() const {
  auto all = figures_;
  for (const auto& [account_and_purpose, unused] : figures_)
    for (std::size_t i = 0; i < purpose_count; ++i)
      all.try_emplace({account_and_purpose.first, static_cast<Purpose>(i)});
  const auto now = clock_.monotonic();
  for (const auto& [key, lane] : lanes_)
    for (const auto& [id, waiter] : lane->waiters) {
      auto& figures = all[{waiter->account, waiter->purpose}];
      ++figures.waiting;
      figures.longest_wait = std::max<std::chrono::nanoseconds>(figures.longest_wait, now - waiter->since);
    }
  return all;
}

}  // namespace forestall::scheduling
