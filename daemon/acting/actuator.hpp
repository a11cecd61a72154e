// SPDX-License-Identifier: Apache-2.0
// Carries out the intents of one account: reads, asks whose it is, writes, reads back until it is live.
//
//   requested ─ read ─ judge ─ decide again ─ breaker, lease, turn ─ journal: sent ─ write ─ accepted ─ read
//   back
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "daemon/acting/floor.hpp"
#include "daemon/runtime/task_group.hpp"

namespace forestall::acting {

// Use from the loop's thread only.
class Actuator {
 public:
  Actuator(Floor& floor, AccountDesk& desk, boost::asio::any_io_executor executor,
           std::function<void(std::string_view)> fatal);

  // Something is to be done about the listing's current intent: to be sent, or to be read back. Starts it
  // soon, the most urgent first.
  void enqueue(const ListingId& listing);
  // Reads the listing once, for what is known of it; nothing is written.
  void look(const ListingId& listing);
  // Its writes that wait for the order watermark are looked at again.
  void watermark_moved();
  // Starts what has become due. Called at every tick, and by itself when something ends.
  void pump();
  // When pump() has something to do next; max() for never.
  Monotonic next_due() const;

  // What was begun may end, nothing new begins; what is not done by then is cancelled.
  boost::asio::awaitable<void> stop(std::chrono::nanoseconds patience);

  std::size_t queued() const { return queue_.size() + due_.size() + held_.size(); }
  std::size_t under_way() const { return under_way_.size(); }

 private:
  struct Rank {
    scheduling::Purpose purpose;
    double value;  // what waiting costs, in minor units
    std::uint64_t since;
    ListingId listing;
    Monotonic queued_at{};
    bool operator<(const Rank& o) const {
      if (purpose != o.purpose) return purpose < o.purpose;
      if (value != o.value) return value > o.value;
      return std::tie(since, listing) < std::tie(o.since, o.listing);
    }
  };
  const journal::Record* record(const ListingId& listing) const {
    return floor_.journal.find(desk_.id(), listing);
  }
  Rank rank_of(const ListingId& listing, const journal::Record& record);
  void add(const ListingId& listing);
  bool may_start(const Rank& rank) const;
  // The dearest to let wait of those that may start; one in a few, whoever has waited longest. end(): none.
  std::set<Rank>::iterator next_to_start(Monotonic now);
  void add_later(const ListingId& listing, Monotonic when);
  // What ended with its intent open and nobody waiting for it is taken up again.
  void keep_open(const ListingId& listing);
  boost::asio::awaitable<void> work(ListingId listing);

  // What is open is kept for later where it is not.
  bool fit() const { return !floor_.stopping && floor_.opened && !desk_.missing(); }
  // Why nothing may be sent now; nullopt: it may.
  std::optional<std::string> forbidden(const ListingId& listing) const;
  boost::asio::awaitable<void> act(ListingId listing, std::uint64_t epoch);
  // One pass: true when the reading was too old by the time it was our turn, and everything begins again.
  boost::asio::awaitable<bool> act_once(ListingId listing, std::uint64_t& epoch);
  boost::asio::awaitable<Result<ports::ListingReading>> read(ListingId listing, scheduling::Purpose purpose,
                                                             double value);
  boost::asio::awaitable<bool> settle_on(ListingId listing, std::uint64_t& epoch,
                                         const ports::ListingReading& reading, const guard::Seen& seen,
                                         bool& explained);
  boost::asio::awaitable<void> send(ListingId listing, std::uint64_t epoch, journal::Before reading);
  boost::asio::awaitable<void> compared_unequal(ListingId listing, std::uint64_t epoch, Error error);
  boost::asio::awaitable<bool> move(ListingId listing, std::uint64_t epoch, journal::State to,
                                    std::string detail, std::optional<journal::Before> reading = {});
  boost::asio::awaitable<void> give_up(ListingId listing, std::uint64_t epoch, std::string why, bool rest);
  boost::asio::awaitable<void> read_back(ListingId listing, std::uint64_t epoch);
  // It was seen live.
  boost::asio::awaitable<void> confirm(ListingId listing, std::uint64_t epoch, Instant live_at);
  boost::asio::awaitable<void> look_at(ListingId listing);
  boost::asio::awaitable<void> settle_late(ListingId listing);
  Millis next_look(const journal::Record& record) const;
  void release_held();

  // As TurnQueue: so that nobody starves, one start in `share` is for whoever has waited longest, and for
  // longer than `patience`.
  static constexpr scheduling::TurnQueue::Rules ageing{};
  static constexpr std::size_t most_at_once = 64;
  static constexpr std::size_t most_raises = 32;  // so that a pause always finds a place
  static constexpr std::size_t most_acts = 48;    // so that what was written is read back, whatever is new

  Floor& floor_;
  AccountDesk& desk_;
  Logger log_;
  runtime::TaskGroup tasks_;
  std::set<Rank> queue_;
  std::map<ListingId, Rank> queued_;
  std::map<std::uint64_t, ListingId> by_age_;
  std::uint32_t urgent_in_a_row_ = 0;
  std::set<std::pair<Monotonic, ListingId>> later_;
  std::map<ListingId, Monotonic> due_;  // the same, by listing: the sooner of two is kept
  std::set<ListingId> waiting_;         // for the watermark
  std::set<ListingId> held_;            // for the first of a large change to be confirmed
  std::map<ListingId, scheduling::Purpose> under_way_;
  std::set<ListingId> again_;  // enqueued while under way
  std::size_t raises_ = 0;
  std::size_t acts_ = 0;  // raises and pauses
  std::uint64_t last_since_ = 0;
};

}  // namespace forestall::acting
