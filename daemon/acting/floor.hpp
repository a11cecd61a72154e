// SPDX-License-Identifier: Apache-2.0
// What everything that acts for one seller shares.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "config/base/clock.hpp"
#include "config/base/log.hpp"
#include "config/base/random.hpp"
#include "daemon/acting/account_desk.hpp"
#include "daemon/acting/beliefs.hpp"
#include "daemon/acting/custody.hpp"
#include "daemon/acting/exposures.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/guard/plan_rule.hpp"
#include "daemon/journal/journal.hpp"
#include "daemon/scheduling/turn_queue.hpp"

namespace forestall::acting {

struct Tied;

struct Times {
  std::chrono::nanoseconds read_timeout = std::chrono::seconds(10);
  // Less than what is left of a lease that is renewed in time.
  std::chrono::nanoseconds write_timeout = std::chrono::seconds(8);
  std::chrono::nanoseconds turn_patience = std::chrono::minutes(30);
  // A reading older than this is taken again before the write.
  Millis reading_good_for = std::chrono::seconds(20);
  // Not live by then: reported, and still looked at.
  Millis stuck_after = std::chrono::minutes(15);
  // A write without an answer of which nothing is seen by then is given up on, and decided afresh.
  Millis unresolved_after = std::chrono::minutes(1);
  // After this a write that was superseded or given up on is not expected any more.
  Millis late_for = std::chrono::hours(2);
  Millis outside_hold = std::chrono::hours(24);  // how long an outside quantity is left alone
  Millis tick = std::chrono::seconds(5);
  std::int32_t unproven_lot = 1;  // units an unproven channel may be exposed while its SKU is scarce
  // Of a listing between two writes, but for those that keep units from being sold twice. None: the price of
  // a write and what it costs to change one's mind keep them apart already (README, "Dwell").
  Millis dwell{0};
};

// Before each call of a channel. As scheduling::CallScheduler::turn; tests pass one that never waits.
using TakeTurn = std::function<boost::asio::awaitable<Status>(flow::Account&, ports::CallKind,
                                                              scheduling::Purpose, double value)>;

// A listing whose last attempts failed: left alone until then.
struct Rest {
  Monotonic until{};
  int failures = 0;
  int unequal = 0;  // compare-and-set writes refused since one was confirmed
};

struct Floor {
  flow::Flow& flow;
  flow::Seller& seller;
  Clock& clock;    // the world's: pacing, ages, holds
  Clock& machine;  // deadlines, leases, latencies
  Random& random;
  Logger log;
  TakeTurn take_turn;
  Times times{};
  journal::Journal journal;
  Custody custody{seller, journal};
  Exposures exposures{seller, custody};
  Beliefs beliefs{seller, log};
  std::deque<AccountDesk> desks{};
  std::map<std::string, Rest, std::less<>> rests{};
  // Marks the SKUs of a listing for a new decision, now or later.
  std::function<void(const AccountId&, const ListingId&)> decide_again{};
  std::function<void(const AccountId&, const ListingId&, Monotonic)> decide_later{};
  // An intent of the listing is to be carried out.
  std::function<void(const AccountId&, const ListingId&)> act_on{};
  // Something will be due sooner than the decision loop thinks.
  std::function<void()> wake{};
  // Switches in force that the journal has not taken yet, by their names there: stored before what it says
  // is believed again.
  std::map<std::string, std::string> unsaved{};
  bool stopping = false;
  // The journal is read, and with it what is known of every listing. Until then nothing is sent or judged.
  bool opened = false;
  // urgency_of() of requested intents as they were decided: by field, with their epoch.
  std::map<std::string, std::pair<std::uint64_t, double>, std::less<>> urgencies{};

  // When a listing was written last, where the intent in force was not sent itself: by field. Kept only where
  // there is a dwell time.
  std::map<std::string, Instant, std::less<>> sent_before{};
  std::optional<Instant> last_sent(const AccountId& account, const ListingId& listing) const;

  // How long an account is blind, as measured; looked up again after some minutes.
  struct Pace {
    Millis seen{};    // from an order being placed to it being seen, as a rule
    Millis flight{};  // from an intent to shoppers seeing it, with its queue: the tail
    Millis late{};    // after this a write that nobody saw is not expected any more
    Instant at{};
  };
  mutable std::map<std::string, Pace, std::less<>> paces{};
  const Pace& pace_of(const AccountDesk& desk) const;
  // k, in margins of a unit: the seller's setting, times what the account's budget makes of it.
  double cancel_cost(const AccountDesk& desk) const;
  // The same for one listing, which brings `a_day` units: where one more cancellation takes it off sale, that
  // costs as many days of its sales as a breach.
  double cancel_cost(const AccountDesk& desk, const ListingId& listing, double a_day) const;
  double units_a_day(const guard::ListingFacts& facts, std::span<const AccountId> among, Instant now) const;

  // What is the same for all SKUs that the same accounts sell.
  struct Setting {
    double k = 0;    // the dearest cancellation
    Millis blind{};  // from the sale that empties a SKU to its other listings being changed
  };
  Setting setting_of(std::span<const AccountDesk* const> distinct) const;
  // What is the same for all listings of an account; as of `at`, if nothing but time happens until then.
  struct Outlook {
    double cancel_cost = 0;       // k
    guard::OfferWindow window{};  // but for the share
  };
  Outlook outlook_of(const AccountDesk& desk, Instant at) const;
  // Money and demand of one listing that brings `share` of the SKU's demand.
  void fill_terms(const Outlook& outlook, const guard::SkuDemand& demand, const Setting& setting,
                  double share, Instant at, forecasting::ListingTerms& terms) const;

  AccountDesk* desk(std::string_view account);
  const AccountDesk* desk(std::string_view account) const;
  // The listing's own mode lowers the account's.
  Mode mode_of(const AccountDesk& desk, const ledger::StoredListing& listing) const;
  // What was just read, instead of what is thought to be shown.
  struct Reading {
    const AccountId& account;
    const ListingId& listing;
    const guard::Seen& seen;
  };
  // Everything the rule wants to know of one listing, but for demand and money.
  guard::ListingFacts facts_of(const AccountDesk& desk, const ledger::StoredListing& listing,
                               const guard::Seen* reading = nullptr) const;
  // Decides all listings of a SKU, and of the SKUs that bundles tie to it, at once. Where that is more than
  // can be divided at once (acting/tied.hpp), those that are decided with this SKU.
  std::vector<guard::Explanation> decide(ledger::SkuRef sku, guard::Detail detail = guard::Detail::acts,
                                         const Reading* reading = nullptr) const;
  // The same at a later time, if nothing but time happens: no order, no reading, and what is seen of orders
  // stays as far behind.
  std::vector<guard::Explanation> decide(ledger::SkuRef sku, guard::Detail detail, const Reading* reading,
                                         Instant at) const;
  // The same for one of them; nullopt where the ledger does not know it.
  std::optional<guard::Explanation> decide(const AccountId& account, const ListingId& listing,
                                           guard::Detail detail = guard::Detail::acts,
                                           const guard::Seen* reading = nullptr) const;
  std::optional<ledger::StoredListing> listing(const AccountId& account, const ListingId& listing) const;
  std::optional<guard::Hold> hold_of(const ledger::StoredListing& listing) const;
  // Its present zero is ours to end: the journal says so, or we watched it sell out.
  bool zero_is_ours(const AccountId& account, const ListingId& listing) const;
  // A person's pause is in force and its zero was never brought about: the intent could not be stored, or was
  // given up on. Afterwards whatever the channel shows is a person's.
  bool pause_is_due(const AccountDesk& desk, const guard::ListingFacts& facts) const;
  // The listing failed: not again before some seconds, doubled each time, with jitter.
  void rest(const AccountId& account, const ListingId& listing);
  // What is this reading? Accepts it as known, or sets the person's hold. Where that cannot be stored, it
  // stays in doubt and is judged again.
  boost::asio::awaitable<guard::Judgement> receive(AccountDesk& desk, ListingId listing, guard::Seen seen);
  // Stores a switch that is in force already; failing that, it is kept in `unsaved`.
  boost::asio::awaitable<Status> keep(std::string name, std::string text);
  // Opens the breaker of the account, durably.
  boost::asio::awaitable<void> trip(AccountDesk& desk, std::string why);

 private:
  void cut(guard::ListingFacts& facts, ledger::SkuRef first, const Tied& tied) const;
  struct Taken {
    guard::Judgement judgement;
    bool known = true;  // false: what had to be stored with it could not be
  };
  boost::asio::awaitable<Taken> take(AccountDesk& desk, ListingId listing, guard::Seen seen);
  // These return whether everything that had to be stored is.
  boost::asio::awaitable<bool> leave_to_person(AccountDesk& desk, ListingId listing, guard::Seen seen,
                                               guard::Judgement judgement);
  boost::asio::awaitable<bool> disown_zero(AccountDesk& desk, ListingId listing, guard::Seen seen);
  boost::asio::awaitable<bool> put_back(AccountDesk& desk, ListingId listing, guard::Seen theirs);
};

// The intent says that the zero which follows it is ours: it made one, or it was to end one and did not.
bool claims_zero(const journal::Record& record);

}  // namespace forestall::acting
