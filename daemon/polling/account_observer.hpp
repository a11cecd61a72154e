// SPDX-License-Identifier: Apache-2.0
// Everything that is read of one account: a poller a feed, what is read again, and what that says about the
// account as a whole.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "daemon/polling/blind_window.hpp"
#include "daemon/polling/feed_poller.hpp"
#include "daemon/polling/rereader.hpp"
#include "daemon/runtime/task_group.hpp"

namespace forestall::polling {

class AccountObserver {
 public:
  // Puts the connector and the blind window into the account. `marketplace` null: `why_not` says why, and
  // nothing is polled.
  AccountObserver(const Tools& tools, flow::Seller& seller, flow::Account& account,
                  std::unique_ptr<ports::Marketplace> marketplace, std::string why_not);
  ~AccountObserver();
  AccountObserver(const AccountObserver&) = delete;
  AccountObserver& operator=(const AccountObserver&) = delete;

  void start(runtime::TaskGroup& tasks);
  // Every feed's next round begins now; `from_start`: everything the channel still has, from the beginning.
  void reconcile(bool from_start);
  // The account's settings changed.
  void look_again();
  // Whether the channel's clock is further from ours than `most`: sets and clears the account's mark.
  void check_clock(Millis most);

  // What is missing before the account may act, for people; empty: nothing.
  std::string backfill_missing() const;
  std::string orders_missing() const;
  std::string clock_missing() const;
  // 0 to 1; of the past orders, by the time of placing.
  double backfill_share() const;

  const flow::Account& account() const { return account_; }
  const flow::Seller& seller() const { return seller_; }
  const std::deque<FeedPoller>& feeds() const { return feeds_; }
  const FeedPoller* feed(ports::Feed which) const;
  const Rereader& rereader() const { return rereader_; }
  const BlindWindow& blind_window() const { return blind_window_; }

 private:
  void moved();

  Tools tools_;
  flow::Seller& seller_;
  flow::Account& account_;
  std::unique_ptr<ports::Marketplace> marketplace_;
  BlindWindow blind_window_;
  Rereader rereader_;
  std::deque<FeedPoller> feeds_;
  Logger log_;
  double told_share_ = 0;  // of the backfill, in the log
};

}  // namespace forestall::polling
