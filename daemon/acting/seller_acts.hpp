// SPDX-License-Identifier: Apache-2.0
// Everything that acts for one seller: hears what changed, decides, writes the intent down, has it carried
// out. And what persons ask for.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/acting/actuator.hpp"
#include "daemon/acting/floor.hpp"
#include "daemon/acting/foresight.hpp"
#include "daemon/acting/plain_sight.hpp"
#include "daemon/redis/client.hpp"
#include "daemon/runtime/task_group.hpp"
#include "daemon/runtime/watchdog.hpp"

namespace forestall::acting {

struct SellerActsPorts {
  flow::Flow& flow;
  flow::Seller& seller;
  redis::Client& redis;
  boost::asio::any_io_executor executor;
  Clock& clock;
  Clock& machine;
  Random& random;
  Logger log;
  TakeTurn take_turn;
  std::function<void(std::string_view)> fatal;
  Times times{};
};

// What one command of a person did to one listing.
struct Done {
  AccountId account{};
  ListingId listing{};
  std::string what{};  // "paused", "left to a person: ..."
};

// Use from the loop's thread only.
class SellerActs {
 public:
  explicit SellerActs(SellerActsPorts ports);

  // Until cancelled. `progress`: of the decision loop.
  boost::asio::awaitable<void> run(runtime::Progress* progress);
  // From here on nothing new begins.
  void begin_stop() { floor_.stopping = true; }
  // Calls that were begun end, as far as `patience` goes; no other begins.
  boost::asio::awaitable<void> stop(std::chrono::nanoseconds patience);
  // A flow listener for this seller.
  void heard(const flow::Fresh& fresh);
  // Decides everything anew: settings changed.
  void sweep() {
    sweep_next_ = 0;
    wake();
  }
  bool sweeping() const { return sweep_next_ || !dirty_.empty(); }

  bool open() const { return floor_.opened; }
  const SellerId& seller() const { return floor_.seller.settings.id; }
  Floor& floor() { return floor_; }
  const Floor& floor() const { return floor_; }
  const Latency& latency() const { return latency_; }
  std::uint64_t decided() const { return decided_; }
  std::size_t undecided() const { return dirty_.size(); }
  std::optional<Instant> last_decided() const { return last_decided_; }
  const Foresight& foresight() const { return foresight_; }
  std::size_t queued(const AccountId& account) const;
  std::size_t under_way(const AccountId& account) const;

  // --- what persons ask for; conflict while the journal is not open ---
  // One listing, every listing of a SKU, or every listing of an account.
  struct Selection {
    std::optional<AccountId> account{};
    std::optional<ListingId> listing{};
    std::optional<SkuId> sku{};
  };
  std::vector<ledger::StoredListing> select(const Selection& selection) const;
  // Puts to zero and keeps it there until resumed. forbidden where the account's mode is not guard.
  boost::asio::awaitable<Result<std::vector<Done>>> pause(Selection selection, std::string who,
                                                          std::string why);
  // Lifts holds and claims: from here on it is decided like any other.
  boost::asio::awaitable<Result<std::vector<Done>>> resume(Selection selection, std::string who);
  // Leaves it as it is.
  boost::asio::awaitable<Result<std::vector<Done>>> hold(Selection selection, std::optional<Millis> length,
                                                         std::string who, std::string why);
  // Lifts the pauses made by `pause`, so that every pause of ours is decided afresh; says what stays and why.
  boost::asio::awaitable<Result<std::vector<Done>>> release(Selection selection, std::string who);
  // In force before this returns for the first time; an error says that it could not be stored.
  boost::asio::awaitable<Status> set_mode(AccountDesk& desk, Mode mode, std::string who);
  boost::asio::awaitable<Status> reset_breaker(AccountDesk& desk, std::string who);
  // The decision as it would be now.
  guard::Explanation explain(const AccountDesk& desk, const ledger::StoredListing& listing) const;
  // The same for several of them, at one moment: what was decided together is decided once, and kept in
  // `kept`.
  using Explained = std::vector<guard::Explanation>;
  guard::Explanation explain(const AccountDesk& desk, const ledger::StoredListing& listing,
                             Explained& kept) const;

 private:
  struct Dirty {
    std::uint64_t sequence = 0;  // of the ledger's mark; 0: only asked for here
    std::optional<Monotonic> parsed_at{};
  };
  struct Reading {
    AccountId account;
    ListingId listing;
    guard::Seen seen;
  };
  struct Wished {
    journal::Wish wish;
    AccountDesk* desk;
    std::optional<Monotonic> parsed_at;
    double urgency = 0;
  };
  // What one slice came to.
  struct Slice {
    std::vector<Wished> wishes;
    std::vector<journal::Intent> notes;
    std::vector<std::pair<std::string, std::uint64_t>> done;
    std::map<std::string, Dirty> taken;
  };

  using Name = std::pair<AccountId, ListingId>;
  boost::asio::awaitable<std::vector<Name>> chosen(Selection selection);
  boost::asio::awaitable<bool> open_journal();
  boost::asio::awaitable<bool> store_switches();
  boost::asio::awaitable<bool> leave_damaged();
  boost::asio::awaitable<void> read_open_orders();
  boost::asio::awaitable<Status> read_cancelled_orders();
  boost::asio::awaitable<void> mark_undecided(std::deque<std::pair<std::string, std::uint64_t>> undecided);
  boost::asio::awaitable<std::size_t> reconcile();
  bool reconcile(const std::string& field, const journal::Record& record);
  void doubt_zero(const std::string& field, const journal::Record& record);
  boost::asio::awaitable<bool> catch_up();
  boost::asio::awaitable<void> pass();
  void made() const {
    if (progress_ != nullptr) progress_->made();
  }
  bool overtaken(const AccountDesk& desk, const Reading& reading) const;
  boost::asio::awaitable<void> take_readings();
  boost::asio::awaitable<bool> decide_slice();
  void decided_plainly(ledger::SkuRef sku, std::size_t listings);
  void decide_sku(const std::string& sku, const Dirty& dirty, PlainSight& sight, Slice& slice);
  void decide_listing(guard::Explanation explained, const Dirty& dirty, Slice& slice);
  void tell_reason(const std::string& field, const AccountDesk& desk, const ledger::StoredListing& listing,
                   guard::Reason reason);
  void tell_tied(const guard::Explanation& explained);
  void mark_deciders(ledger::SkuRef sku);
  bool resting(const std::string& field) const;
  boost::asio::awaitable<bool> commit(Slice slice);
  boost::asio::awaitable<void> tell_decided(bool all);
  void notice_readiness();
  void take_up_some();
  void sweep_some();
  void decide_some_close();
  void decide_due();
  boost::asio::awaitable<void> keep_beliefs();
  boost::asio::awaitable<void> look_ahead();
  void mark(const std::string& sku, Dirty dirty);
  void mark_listing(const AccountId& account, const ListingId& listing);
  void wake();
  boost::asio::awaitable<void> wait();
  boost::asio::awaitable<Status> lift(const ledger::StoredListing& listing);
  Actuator* actuator(const AccountId& account);

  SellerActsPorts ports_;
  Floor floor_;
  runtime::Progress* progress_ = nullptr;
  std::deque<Actuator> actuators_;
  std::map<std::string, Dirty> dirty_;
  std::vector<std::pair<std::string, std::uint64_t>> to_tell_;  // decided, and the ledger does not know yet
  std::deque<Reading> readings_;
  std::set<std::string, std::less<>> close_;    // SKUs whose last decision was no plain plenty
  std::set<std::string, std::less<>> closing_;  // of them, to be decided again because an hour has taught
  // Open intents of accounts that became fit, while they are taken up again.
  std::set<AccountId> take_up_of_;
  journal::Journal::Place take_up_at_{};
  std::multimap<Monotonic, std::pair<AccountId, ListingId>> later_;
  Foresight foresight_{floor_};
  std::uint64_t patrolled_ = 0;  // SKUs, since patrol_since_
  Monotonic patrol_since_{};
  // What was last noted of a listing in modes observe and advise: not to be noted again and again.
  std::unordered_map<std::string, std::pair<Units, guard::Reason>> noted_;
  // Why nothing was done, as last told: of so many listings as are kept in mind.
  std::unordered_map<std::string, guard::Reason> reasons_;
  std::map<std::string, std::optional<Instant>> watermarks_;
  std::optional<std::size_t> sweep_next_{};
  boost::asio::steady_timer woken_;      // never expires; cancelled to wake the loop
  std::uint64_t mirror_generation_ = 0;  // what was decided on
  bool wake_pending_ = false;
  bool told_tied_ = false;
  std::ptrdiff_t silent_ = 0;  // sources of stock, at the last look
  Monotonic forget_at_{};
  Monotonic journal_sweep_at_{};
  Monotonic save_at_{};
  Latency latency_;
  std::uint64_t decided_ = 0;
  std::optional<Instant> last_decided_;
};

}  // namespace forestall::acting
