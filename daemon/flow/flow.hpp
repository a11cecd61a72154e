// SPDX-License-Identifier: Apache-2.0
// The table that the stages of the flow share: sellers with their ledgers, accounts with their channels, and
// the one door through which observations enter a ledger.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/error.hpp"
#include "config/settings/settings.hpp"
#include "connectors/model/observation.hpp"
#include "connectors/ports/marketplace.hpp"
#include "daemon/flow/listing_map.hpp"
#include "daemon/flow/price_book.hpp"
#include "daemon/ledger/ledger.hpp"

namespace forestall::polling {
class BlindWindow;  // daemon/polling/blind_window.hpp
}

namespace forestall::flow {

// One [[account]]. Filled in by whoever polls it, read by whoever decides and acts.
struct Account {
  config::AccountSettings settings;           // in force; a reload replaces it
  ports::Marketplace* marketplace = nullptr;  // null where no connector could be made: `why_not`
  std::string why_not{};
  // The order watermark: every order placed before it has been applied.
  std::optional<Instant> orders_complete_before{};
  std::optional<Instant> orders_read_at{};    // when the last successful poll began
  std::optional<Instant> listings_read_at{};  // when the last complete round of all listings began
  bool backfilled = false;                    // past orders and all listings have been read once
  // The channel's clock is further from ours than [daemon] max_clock_skew: nothing may be written.
  bool skew_too_large = false;
  // How many times as much a cancellation costs as by itself: grows as the account's cancellation budget runs
  // out (daemon/guard/budget). At least 1.
  double cancel_cost_factor = 1;
  // Listings that one more cancellation in a row takes off sale: there it costs their sales as well.
  std::set<std::string, std::less<>> near_removal{};
  // How long the account is blind. Whoever polls records when orders are seen; whoever acts records when
  // writes are sent and live. Null until polling is composed.
  polling::BlindWindow* blind_window = nullptr;
};

// One [[stock]], in the words of whoever reads it.
struct SourceState {
  SourceId id{};
  std::string why{};     // its last word is not one to act on; empty: it is
  bool doubted = false;  // it spoke, and was not believed
  // Where it is the authority of its place and nothing of it may be raised: as of when it was believed last;
  // Instant::max() where it never was.
  std::optional<Instant> silent_since{};
};

// One [[seller]].
struct Seller {
  config::SellerSettings settings;
  ledger::Ledger* ledger = nullptr;
  bool open = false;        // the ledger is open and the lease is ours
  bool mapped = false;      // the mapping of its listings is in force
  bool stock_read = false;  // at least one reading of stock was applied since the beginning of its records
  // A source of stock is silent for longer than its stale_after, or cannot be read.
  bool stock_stale = false;
  std::vector<SourceState> sources{};
  std::vector<Account*> accounts{};
  ListingMap listing_map{};
  PriceBook prices{};  // of what was observed; what is stored comes in soon after the ledger is open

  // Of a SKU whose oldest reading that counts is of `oldest`: it may come from a source that is silent.
  // Newer than all that such a source ever said, it comes from another one.
  bool is_stale(Instant oldest) const {
    for (const auto& source : sources)
      if (source.silent_since && oldest <= *source.silent_since) return true;
    return false;
  }
};

// What one step of apply() changed, for those who listen.
struct Fresh {
  Seller& seller;
  std::span<const model::Observation> observations;
  const ledger::Applied& applied;
  Monotonic parsed_at{};  // on the machine's clock: when the observations were values in memory
};

class Flow {
 public:
  // `clock` measures latencies: the machine's.
  explicit Flow(Clock& clock) : clock_(clock) {}
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

  Seller& add(config::SellerSettings settings);
  Account& add(config::AccountSettings settings);  // its seller is there already
  Seller* find_seller(std::string_view id);
  Account* find_account(std::string_view id);
  std::deque<Seller>& sellers() { return sellers_; }  // addresses are stable
  std::deque<Account>& accounts() { return accounts_; }

  // `told` is called on the loop's thread after every step that was applied, before apply() returns.
  void listen(std::function<void(const Fresh&)> told) { listeners_.push_back(std::move(told)); }

  // Tells the listeners of a change that no observation brought: a new mapping, a reserve.
  void tell(Seller& seller, ledger::Change change);

  // Applies a page and moves its cursor with it; listings whose SKU is known by now are mapped with it.
  // unavailable where the ledger is not open; the rest as Ledger::apply.
  boost::asio::awaitable<Result<ledger::Applied>> apply(Seller& seller,
                                                        std::span<const model::Observation> observations,
                                                        std::optional<ledger::CursorMove> cursor = {});

 private:
  boost::asio::awaitable<ledger::Change> map_first_seen(Seller& seller,
                                                        std::span<const model::Observation> observations,
                                                        std::span<const ledger::SkuState> changed = {});

  Clock& clock_;
  std::deque<Seller> sellers_;
  std::deque<Account> accounts_;
  std::vector<std::function<void(const Fresh&)>> listeners_;
};

}  // namespace forestall::flow
