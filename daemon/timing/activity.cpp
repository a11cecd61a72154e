// SPDX-License-Identifier: Apache-2.0
#include "daemon/timing/activity.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <optional>

namespace forestall::timing {
namespace asio = boost::asio;

// A place in the row, given up when its coroutine is cancelled.
struct Activity::Waiting {
  explicit Waiting(Activity& a) : activity(a), admitted(a.executor_, asio::steady_timer::time_point::max()) {
    activity.waiting_.push_back(this);
  }
  ~Waiting() { std::erase(activity.waiting_, this); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  Activity& activity;
  asio::steady_timer admitted;  // never expires; cancelled to wake its coroutine
  std::optional<Share> share{};
};

std::size_t Activity::under_way() const {
  std::size_t sum = under_way_;
  for (const auto& count : others_) sum += count();
  return sum;
}

asio::awaitable<Activity::Share> Activity::turn() {
  if (!in_a_row_) co_return Share(*this);
  Waiting place(*this);
  const auto [woken] = co_await place.admitted.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!place.share) throw boost::system::system_error(woken);  // our caller was cancelled
  co_return std::move(*place.share);
}

bool Activity::admit_next() {
  if (waiting_.empty()) return false;
  Waiting& first = *waiting_.front();
  waiting_.pop_front();
  first.share.emplace(*this);  // counted from now: its coroutine only resumes in a later turn of the loop
  first.admitted.cancel();
  return true;
}

}  // namespace forestall::timing
