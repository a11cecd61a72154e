// SPDX-License-Identifier: Apache-2.0
// Brings one page into the ledger: slice by slice, the cursor with the last one, nothing lost on the way.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/log.hpp"
#include "config/base/random.hpp"
#include "connectors/ports/page.hpp"
#include "daemon/polling/door.hpp"
#include "daemon/polling/figures.hpp"
#include "daemon/scheduling/call_scheduler.hpp"
#include "daemon/timing/activity.hpp"

namespace forestall::polling {

// What every poller is given; all of it outlives them.
struct Tools {
  Clock& clock;          // the world's: when to poll
  Clock& machine_clock;  // this machine's: waiting for the ledger
  Random& random;
  Logger log;
  Door& door;
  scheduling::CallScheduler& calls;
  timing::Activity& activity;
};

struct PageResult {
  std::vector<model::Observation> observations{};  // those that were applied, in order
  std::vector<ledger::Outcome> outcomes{};         // one each
  bool contradicted = false;                       // some entities are to be read again
  // Something was set aside that was not before; of orders when the earliest was placed, and whether there
  // are some of which nobody knows.
  bool set_aside = false;
  bool set_aside_undated = false;
  std::optional<Instant> set_aside_placed{};
};

// Of one feed.
class PageApplier {
 public:
  PageApplier(const Tools& tools, flow::Seller& seller, std::string cursor_name, Logger log,
              FeedFigures& figures);

  // Applies what can be applied and moves the cursor to page.next in the same call as the last observation.
  // What makes no sense is set aside, told once and counted; the rest of the page is right. A ledger that is
  // away for a moment is waited for (two minutes); then unavailable, and nothing of the cursor has moved.
  // `from`: where the page was asked from; a page with nothing new is not written down.
  boost::asio::awaitable<Result<PageResult>> apply(ports::Page page, std::string from);
  // Moves another cursor alone.
  boost::asio::awaitable<Status> note(std::string name, std::string value);
  const std::string& cursor_name() const { return cursor_name_; }

 private:
  bool set_aside(const Error& why);  // whether it is news
  boost::asio::awaitable<Result<ledger::Applied>> apply_slice(std::span<const model::Observation> slice,
                                                              std::optional<ledger::CursorMove> move);

  Tools tools_;
  flow::Seller& seller_;
  std::string cursor_name_;
  Logger log_;
  FeedFigures& figures_;
  std::unordered_set<std::size_t> told_;  // of what was set aside: overlapping windows bring it again
};

}  // namespace forestall::polling
