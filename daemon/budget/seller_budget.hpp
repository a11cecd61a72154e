// SPDX-License-Identifier: Apache-2.0
// The cancellation budgets of one seller's accounts, kept up to date: hears orders and reports, reads the
// counters of the ledger, and puts the price of a cancellation on each account.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/log.hpp"
#include "daemon/budget/assess.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/guard/budget/streak.hpp"

namespace forestall::budget {

class SellerBudget {
 public:
  // `presets` outlive it.
  SellerBudget(flow::Seller& seller, const config::CancelLimits& presets, Clock& clock, Logger log)
      : seller_(seller), presets_(presets), clock_(clock), log_(std::move(log)) {}

  // A flow listener.
  void heard(const flow::Fresh& fresh);
  // Reads what is stored where that was not done since the ledger was opened, then the counters; assesses
  // every account. An error leaves what was known.
  boost::asio::awaitable<Status> refresh();

  const flow::Seller& seller() const { return seller_; }
  const std::vector<AccountBudget>& budgets() const { return budgets_; }
  std::optional<Instant> assessed_at() const { return assessed_at_; }
  // Listings of an account with at least so many cancellations in a row, the longest first.
  std::vector<guard::budget::Streak> rows_of(const AccountBudget& budget, std::size_t least,
                                             std::size_t most) const;

 private:
  std::set<std::string, std::less<>> near_removal(const AccountBudget& budget) const;
  boost::asio::awaitable<Status> read_stored();
  void tell(const AccountBudget& now, const AccountBudget* before);

  flow::Seller& seller_;
  const config::CancelLimits& presets_;
  Clock& clock_;
  Logger log_;
  guard::budget::StreakBook streaks_{std::chrono::days(30)};  // as long as a preset counts them
  std::map<std::string, model::AccountHealth> health_;
  std::vector<AccountBudget> budgets_;
  std::optional<Instant> assessed_at_;
  std::optional<std::uint64_t> stored_read_{};  // the mirror's generation
};

}  // namespace forestall::budget
