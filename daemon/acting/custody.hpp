// SPDX-License-Identifier: Apache-2.0
// What each listing was last known to show, and whose a new reading is: gathers the facts for guard::judge.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/model/order.hpp"
#include "daemon/acting/sales_book.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/guard/ownership.hpp"
#include "daemon/journal/journal.hpp"
#include "daemon/ledger/chunked.hpp"
#include "daemon/ledger/interner.hpp"

namespace forestall::acting {

class Custody {
 public:
  // A channel may count an order this long after it was placed.
  static constexpr Millis slack = std::chrono::minutes(10);

  Custody(flow::Seller& seller, const journal::Journal& journal) : seller_(seller), journal_(journal) {}

  // A reading that orders nobody has seen yet could explain. Kept as it was first: what is newer would never
  // be older than the watermark.
  struct Doubt {
    AccountId account;
    ListingId listing;
    guard::Seen seen;
  };

  // A write of ours, as of the first reading that showed it.
  struct Shown {
    AccountId account;
    ListingId listing;
    std::uint64_t epoch;
    guard::Seen from;  // read before it was sent
    guard::Seen seen;
    bool landed = false;
  };

  void clear();
  // What the ledger's mirror holds of one listing, as known from before.
  void load(const ledger::StoredListing& listing);
  std::vector<SalesBook::News> order(const model::OrderUpsert& order, Instant now);
  // What was sold too long ago, in slices.
  void forget(Instant now) { sales_.forget(now); }
  void forget_some() { sales_.forget_some(); }
  bool forgetting() const { return sales_.forgetting(); }

  guard::Judgement judge(const flow::Account& account, const ListingId& listing,
                         const guard::Seen& now) const;
  // The reading is taken as known from here on.
  void accept(const std::string& field, const guard::Seen& seen, std::optional<Instant> watermark = {});
  // What it is known to have shown at last, whatever has been read since.
  void know(const std::string& field, const guard::Seen& seen);
  void doubt(const AccountId& account, const ListingId& listing, const guard::Seen& seen);
  void settle(const std::string& field) { doubts_.erase(field); }
  const guard::Seen* doubt(const std::string& field) const;
  // Those of an account that every order placed before `watermark` having been seen settles.
  std::vector<Doubt> doubts_before(const AccountId& account, Instant watermark) const;
  // Of a reading that equals the write `epoch`: whether it proves that it landed. One that proves it only
  // once the orders before it were seen is kept for landed_before().
  guard::Landing landing(const flow::Account& account, const ListingId& listing, std::uint64_t epoch,
                         const guard::Seen& seen);
  // What the watermark proves to have landed.
  std::vector<Shown> landed_before(const flow::Account& account, Instant watermark);
  // When it was first seen live, once that is proved.
  std::optional<Instant> landed(const std::string& field, std::uint64_t epoch) const;
  void confirmed(const std::string& field) { shown_.erase(field); }
  // Something about the listing waits until every order placed before a reading was seen.
  bool awaits_orders(const std::string& field, std::optional<Instant> watermark) const;
  // Remembers that it fell to zero by sales, while we looked.
  void sold_out(const std::string& field) { made(field).sold_out = true; }

  std::optional<guard::Seen> last(const std::string& field) const;
  // The newest accepted reading that every order placed before it having been seen settles.
  std::optional<guard::Seen> settled(const std::string& field, std::optional<Instant> watermark) const;
  const SalesBook& sales() const { return sales_; }
  // An intent of it was stored.
  void has_intent(const std::string& field) { mark(field, intended); }
  bool saw_it_sell_out(const std::string& field) const;
  // Units of the listing ordered after an instant, as far as seen.
  Units sold_since(const AccountId& account, const ListingId& listing, Instant after) const;

 private:
  guard::Landing landing(const flow::Account& account, const Shown& shown) const;
  guard::Seen added_to(const AccountId& account, const ListingId& listing,
                       const journal::Record& record) const;
  // The same up to an instant.
  Units sold_between(const AccountId& account, const ListingId& listing, Instant after, Instant until) const;

  void mark(const std::string& field, std::uint8_t what);

 public:
  // Two readings in 32 bytes: there is one of these for every listing.
  struct Known {
    static constexpr std::int32_t no_units = INT32_MIN;  // the channel did not say
    Instant at{};
    Instant base_at{};  // of `base`, as of settled(), while the reading is newer than the watermark
    std::int32_t units = no_units;
    std::int32_t base_units = no_units;
    model::ListingActivity activity = model::ListingActivity::unknown;
    model::ListingActivity base_activity = model::ListingActivity::unknown;
    bool sold_out = false;
    std::uint16_t era = 0;  // of clear(): an earlier one's says nothing

    guard::Seen seen() const { return unpack(units, activity, at); }
    guard::Seen base() const { return unpack(base_units, base_activity, base_at); }
    void see(const guard::Seen& seen);
    static guard::Seen unpack(std::int32_t units, model::ListingActivity activity, Instant at);
  };
  static_assert(sizeof(Known) == 32);
  // By the mirror's position: what it is known to show, where that is all there is: no intent, nothing sold
  // and nothing put back since. nullptr: there is more, or it was never read. `ordered`: open orders name it.
  const Known* plain(ledger::ListingRef listing, bool ordered) const;

 private:
  const Known* known(const std::string& field) const;
  Known& made(const std::string& field);

  flow::Seller& seller_;
  const journal::Journal& journal_;
  SalesBook sales_;
  // Each listing has a number of its own for as long as the process lives: the mirror's positions change
  // whenever it is read anew, and what was read by ourselves is known to nobody else.
  ledger::Interner numbers_;
  ledger::Chunked<Known> known_;  // by number
  static constexpr std::uint8_t intended = 1, sold = 2;
  ledger::Chunked<std::uint8_t> marks_;  // by number, for as long as the process lives
  // Numbers + 1 by position in the mirror of that generation, as they are asked for; 0: not yet.
  mutable ledger::Chunked<std::uint32_t> places_;
  mutable std::uint64_t places_of_ = 0;
  std::uint16_t era_ = 1;
  std::map<std::string, Doubt> doubts_;
  std::map<std::string, Shown> shown_;
};

}  // namespace forestall::acting
