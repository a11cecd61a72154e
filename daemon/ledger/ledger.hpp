// SPDX-License-Identifier: Apache-2.0
// The ledger of one seller: applies observations to the counters in Redis and keeps the mirror of them.
//
//   Ledger ledger(redis, clock, log, {.seller = seller, .owner = owner});
//   if (auto ok = co_await ledger.open(); !ok) ...
//   auto applied = co_await ledger.apply(page, CursorMove{"amazon-us orders", next});
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/error.hpp"
#include "config/base/log.hpp"
#include "connectors/model/observation.hpp"
#include "daemon/ledger/mirror.hpp"
#include "daemon/ledger/names.hpp"
#include "daemon/ledger/replies.hpp"
#include "daemon/ledger/said.hpp"
#include "daemon/ledger/settings.hpp"
#include "daemon/redis/client.hpp"

namespace forestall::ledger {

template <class T>
using Task = boost::asio::awaitable<Result<T>>;

struct LedgerOptions {
  SellerId seller;
  std::string owner;         // unique to this process on this host: the holder of the lease
  Millis lease_ttl{15'000};  // renew() at least three times within it
  Millis call_timeout{5'000};
  int slice = 500;  // entities a call when loading, sweeping or rebuilding
};

// Where a poll goes on: moves only if everything in the same call was applied.
struct CursorMove {
  std::string name;  // "amazon-us orders"
  std::string value;
};

struct Replay {
  std::vector<std::pair<std::uint64_t, HistoryEvent>> events;  // each with the sequence of its change
  std::uint64_t sequence = 0;                                  // everything up to here is in `events`
  bool complete = true;  // false: the stream no longer reaches back that far; use history() per SKU
};

// Whole orders, by account.
struct BudgetCounts {
  struct Placed {
    AccountId account;
    CivilDate day;
    std::int64_t orders = 0;
  };
  struct Cancelled {
    AccountId account;
    CivilDate day;
    model::CancelReason reason;
    model::CancelledBy by;
    std::int64_t orders = 0;
  };
  std::vector<Placed> placed;
  std::vector<Cancelled> cancelled;
};

// What a rebuild found.
struct Rebuilt {
  static constexpr std::size_t named = 1000;
  std::uint64_t differences = 0;
  std::vector<std::string> first;  // at most `named` of them, for people
  Change change;                   // the SKUs that were corrected
};

struct RebuildProgress {
  std::string_view step;   // "order", "receipt", "pick", "sku", "counts"
  std::uint64_t seen = 0;  // entities, about
  std::uint64_t of = 0;
};

// Use from the loop's thread only. Errors common to all calls: `conflict` when another owner holds the seller
// (stop acting: nothing was changed), `outcome_unknown` when the connection broke (the mirror is read again
// before the next change), and those of redis::Client.
class Ledger {
 public:
  Ledger(redis::Client& redis, Clock& clock, Logger log, LedgerOptions options);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Loads the function library, takes the lease, migrates the data if they are one schema older, fills the
  // mirror. `unsupported`: data or library of a newer Forestall, or Redis before 7.
  Task<void> open();
  Task<void> renew();
  Task<void> close();  // lets go of the lease
  // Until then the lease is ours for certain: send nothing whose deadline is later.
  Monotonic lease_until() const { return lease_until_; }
  // What a writing function compares with `{key_prefix()}lease`: "epoch:owner". Empty while not open.
  std::string lease_token() const { return token_; }
  // All keys of the seller begin with it, one hash tag: "forestall:{acme}:".
  std::string key_prefix() const { return prefix_ + ":"; }

  // Applies observations in order, in one atomic call, and moves the cursor with it. An observation that
  // model::check refuses fails the whole call with invalid_argument and changes nothing. Events that happened
  // in a call whose answer was lost come first in the next answer: each event is told exactly once.
  Task<Applied> apply(std::span<const model::Observation> observations,
                      std::optional<CursorMove> cursor = {});

  // True if the settings changed; then every counter has been derived anew.
  Task<bool> configure(std::vector<Feed> feeds);
  // What listings are made of. Open orders that the mirror knows have been moved to the new SKUs when it
  // returns; closed ones that still count follow with follow_mapping().
  Task<Change> map(std::vector<Mapping> mappings);
  // Stored orders may still stand against SKUs that their listings no longer sell: true after a map() that
  // stored orders may name, also one whose process was killed half-way.
  bool mapping_to_follow() const { return mapping_to_follow_; }
  // Passes over all stored orders, in slices.
  Task<Change> follow_mapping();
  Task<Change> set_reserve(SkuId sku, model::Pool pool, Units units);
  Task<Change> set_hold(AccountId account, ListingId listing, std::string hold);  // empty: lift it
  Task<Change> set_mode(AccountId account, ListingId listing, std::int64_t mode);

  // SKUs that changed since they were last decided on, with the sequence of the change.
  // In no order; one that changes meanwhile may be in it twice.
  Task<std::deque<std::pair<std::string, std::uint64_t>>> undecided();
  // Takes them off, unless they changed again since.
  Task<std::int64_t> decided(std::vector<std::pair<std::string, std::uint64_t>> skus);
  Task<std::vector<std::string>> contradicted();  // entities to read again
  Task<std::optional<std::string>> cursor(std::string name);
  Task<BudgetCounts> budget();
  // Everything kept of the kinds that are only kept (lua hash `entity`).
  Task<std::vector<model::Observation>> kept();
  // The same one after the other, and every stored order, closed ones included; between slices others run.
  // What `see` is given lives as long as the call of it.
  Task<void> visit_kept(std::function<void(const model::Observation&)> see);
  Task<void> visit_orders(std::function<void(const model::OrderUpsert&)> see);
  // Of what is kept, only the kinds whose letter (lua hash `entity`) is named and whose field `wanted` takes
  // (null: all). A record that cannot be read is passed over; how many were.
  Task<std::size_t> visit_kinds(std::string letters, std::function<bool(std::string_view field)> wanted,
                                std::function<void(model::Observation&&)> take);

  // What a source last said at a location: of these SKUs, in order; and of every SKU, slice by slice.
  Task<std::vector<std::optional<Said>>> said(SourceId source, LocationId location, model::Pool pool,
                                              std::vector<std::string> skus);
  Task<void> visit_said(SourceId source, LocationId location, model::Pool pool,
                        std::function<void(std::string_view sku, const Said& said)> see);

  Task<std::vector<HistoryEvent>> history(SkuId sku);  // up to 400 days, in order of arrival
  Task<Replay> events_since(std::uint64_t sequence);
  Task<std::int64_t> forget_events(std::uint64_t through);  // the forecast has stored what it made of them

  // Drops what was closed more than 120 days ago, counters of days and demand history of more than 400.
  // `told` hears of each slice as soon as it is done; what failed later has happened up to there.
  Task<Change> sweep(std::function<void(const Change&)> told = {});
  // Derives every counter from the stored entities; returns the differences, and corrects them if `fix`.
  // Nothing is applied meanwhile (`unavailable`, may be retried). Takes minutes where there is a lot.
  Task<Rebuilt> rebuild(bool fix);
  std::optional<RebuildProgress> rebuilding() const { return rebuilding_; }

  const Mirror& mirror() const { return mirror_; }
  // False while the mirror is being read, or has to be read again: what is not in it then may well be in
  // Redis, and nothing may be decided from it.
  bool whole() const { return loaded_ && !stale_; }
  // Reads the mirror again where an outcome nobody knows left it in doubt; every change does so first anyway.
  Task<void> make_whole();
  const Names& names() const { return names_; }
  std::uint64_t sequence() const { return sequence_; }  // of the last change seen

 private:
  Task<redis::Reply> command(redis::Request request, redis::Repeat repeat);
  Task<std::string> fcall(std::string_view function, std::vector<std::string> words, redis::Repeat repeat);
  std::vector<std::string> leased(std::vector<std::string> words = {}) const;
  std::string key(std::string_view name) const;
  Task<void> load_library();
  Task<void> take_lease();
  Task<void> migrate();
  Task<void> load_names();
  Task<void> load_mirror();
  Task<void> load_slices(std::string_view what);
  Task<void> intern(std::vector<std::string> missing);
  Task<void> ready();
  Task<void> reload();
  Task<void> move_orders(std::vector<std::string> fields, Change& all);
  Task<Rebuilt> rebuild_with(std::string fix);
  Task<std::uint64_t> rebuild_size();
  Task<std::map<std::string, std::string>> hash(std::string_view name);
  void feed(const std::vector<SkuState>& skus, std::uint64_t sequence);

  redis::Client& redis_;
  Clock& clock_;
  Logger log_;
  LedgerOptions options_;
  std::string prefix_;
  std::string token_;
  Monotonic lease_until_{};
  Names names_;
  Mirror mirror_;
  std::uint64_t sequence_ = 0;
  // After an outcome nobody knows the mirror may lack something, and events may have happened unseen: those
  // since gap_from_, but for what answers brought meanwhile.
  bool stale_ = true;
  bool loaded_ = false;  // the mirror was filled to its end
  std::uint64_t gap_from_ = 0;
  std::set<std::uint64_t> delivered_;
  std::vector<HistoryEvent> missed_;  // goes with the next answer
  bool reloading_ = false;
  std::unique_ptr<boost::asio::steady_timer> reloaded_;  // never expires; cancelled to wake who waits
  std::optional<RebuildProgress> rebuilding_;
  bool mapping_to_follow_ = false;
};

}  // namespace forestall::ledger
