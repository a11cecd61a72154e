// SPDX-License-Identifier: Apache-2.0
// How many units each listing may still sell that the ledger has not seen. A book is kept for each listing
// with a write unresolved; of all others the last reading and the orders since say it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/acting/custody.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/guard/planner/listing_book.hpp"
#include "daemon/journal/journal.hpp"

namespace forestall::acting {

class Exposures {
 public:
  Exposures(flow::Seller& seller, const Custody& custody) : seller_(seller), custody_(custody) {}

  struct Known {
    planner::Exposure exposure{};  // not known where no reading was ever settled
    bool reading_waits = false;    // for the order watermark
  };
  Known of(const AccountId& account, const ListingId& listing) const;

  // Before a write goes out; the listing was read just before. False: too many are unresolved, it must not.
  bool sent(const AccountId& account, const ListingId& listing, std::uint64_t epoch,
            const planner::PendingWrite& write, Instant at);
  // It did not go out, or was refused.
  void refused(const AccountId& account, const ListingId& listing, std::uint64_t epoch);
  // Given up on: it may land all the same, but nobody counts on it.
  void timed_out(const AccountId& account, const ListingId& listing, std::uint64_t epoch);
  // Live as of a reading.
  void settled(const AccountId& account, const ListingId& listing, std::uint64_t epoch, Instant at);
  // Whatever was read, whoever's it is: what buyers saw.
  void reading(const AccountId& account, const ListingId& listing, const guard::Seen& seen);
  // A reading of which a decision waits to know whether orders were unseen: told by watermark().
  void await(const AccountId& account, const ListingId& listing, Instant read_at);
  void order(const AccountId& account, const SalesBook::News& news);
  // Every order of the account placed before `passed` has been seen. The listings that may look different
  // now.
  std::vector<ListingId> watermark(const AccountId& account, Instant passed);
  // A write of the account that was sent longer ago than `after` and never seen is not expected any more. The
  // listings that have to be read once more to know it.
  std::vector<ListingId> give_up(const AccountId& account, Instant now, Millis after);
  // After a restart: what the journal says is unresolved.
  void restore(const journal::Record& record);

  void clear() {
    books_.clear();
    waiting_.clear();
  }
  std::size_t books() const { return books_.size(); }

 private:
  struct Sent {
    std::uint64_t epoch;
    Instant at;
  };
  struct Entry {
    ListingId listing;
    planner::ListingBook book;
    std::vector<Sent> sent;  // for giving up
  };
  using Key = std::pair<AccountId, ListingId>;

  Entry& open(const AccountId& account, const ListingId& listing);
  bool restores(const AccountId& account) const;
  std::optional<Instant> passed(const AccountId& account) const;

  flow::Seller& seller_;
  const Custody& custody_;
  std::map<Key, Entry> books_;
  std::map<AccountId, std::map<ListingId, Instant>> waiting_;
};

}  // namespace forestall::acting
