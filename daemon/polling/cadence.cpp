// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/cadence.hpp"

#include <algorithm>

namespace forestall::polling {

using namespace std::chrono_literals;
using ports::Feed;
using scheduling::Purpose;

FeedPlan plan_of(Feed feed, const config::PollSettings& poll) {
  switch (feed) {
    // The one that everything hangs on: asked at once after every start.
    case Feed::orders:
      return {.every = poll.orders, .purpose = Purpose::poll_orders, .remembered = false};
    case Feed::order_history:
      return {.every = poll.reconcile, .purpose = Purpose::sweep};
    case Feed::listings:
      return {.every = poll.listings, .purpose = Purpose::sweep};
    case Feed::parcels:
      return {.every = poll.returns, .purpose = Purpose::poll};
    case Feed::messages:
      return {.every = poll.messages, .purpose = Purpose::poll};
    case Feed::returns:
      return {.every = poll.returns, .purpose = Purpose::poll};
    case Feed::health:
      return {.every = poll.health, .purpose = Purpose::poll};
    case Feed::channel_stock:
      return {.every = poll.listings, .purpose = Purpose::poll};
  }
  return {.every = poll.reconcile};
}

Millis pause_after(unsigned failures, Millis every, Random& random) {
  constexpr Millis base = 1s;
  const Millis most = std::clamp<Millis>(every, base, 5min);
  const Millis pause = std::min<Millis>(most, base * (std::int64_t{1} << std::min(failures - 1, 16U)));
  const double share = .5 + random.unit() / 2;
  return Millis(static_cast<std::int64_t>(share * static_cast<double>(pause.count())));
}

double share_read(Instant reached, Millis reach_back, Instant now) {
  if (reach_back <= 0ms) return 1;
  const double read =
      std::chrono::duration<double>(reached - (now - reach_back)) / std::chrono::duration<double>(reach_back);
  return std::clamp(read, 0.0, 1.0);
}

}  // namespace forestall::polling
