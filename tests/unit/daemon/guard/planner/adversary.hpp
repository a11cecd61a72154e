// SPDX-License-Identifier: Apache-2.0
// A model of channels that does its worst: writes land late, in any order, twice or never; readings and
// orders are shown whenever it likes; buyers come at the worst moment. It plays against the planner and the
// books.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/guard/planner/listing_book.hpp"
#include "daemon/guard/planner/plan.hpp"

namespace forestall::planner {

struct AdversaryListing {
  WriteKind writes = WriteKind::absolute;
  bool restores = false;
  std::vector<forecasting::Component> parts{{0, 1}};
  std::int32_t shows = 0;  // at the start, read and resolved
};

class Adversary {
 public:
  // `remembers`: the seller tells the planner that the state was established once (OfferFacts::promised).
  Adversary(std::vector<std::int32_t> stock, std::vector<AdversaryListing> listings, ExposureRule rule = {},
            bool remembers = true);

  // Moves of the outside world. Each takes one millisecond; an impossible one does nothing and returns false.
  bool buy(std::size_t listing, std::int32_t units);
  bool cancel(std::size_t order);
  bool land(std::size_t copy);
  bool lose(std::size_t copy);
  bool take_reading(std::size_t listing);
  bool deliver_reading(std::size_t reading, bool keep);  // keep: it will be delivered again
  bool show_order(std::size_t order);
  bool show_cancel(std::size_t order);
  bool pass_watermark(std::size_t listing);  // as far as is true

  // Moves of the seller.
  void plan(std::span<const std::int32_t> targets);  // everything scarce
  bool send(std::size_t listing, const PendingWrite& write);
  bool resend(std::size_t listing);  // the newest write in flight, where the stock bears the copy
  bool time_out(std::size_t listing);

  // Lets every copy land with buyers in between, who take all there is.
  void drain();

  // Was the state ever established, and did buyers then get more than there was?
  bool established() const { return established_; }
  bool oversold() const { return oversold_; }
  // The stronger statement behind it: no listing shows more, unseen orders included, than its exposure.
  bool counted_too_low() const;

  std::size_t listings() const { return listings_.size(); }
  std::size_t orders() const { return orders_.size(); }
  std::size_t copies() const { return copies_.size(); }
  std::size_t readings() const { return readings_.size(); }
  std::int32_t shows(std::size_t listing) const { return shows_[listing]; }
  std::int32_t writes() const { return static_cast<std::int32_t>(number_); }

 private:
  struct Order {
    std::size_t listing;
    std::int32_t units;
    Instant placed, cancelled;
    bool seen, gone, gone_seen;
  };
  struct Copy {
    std::size_t listing;
    std::uint32_t number;
    PendingWrite write;
  };
  struct Reading {
    std::size_t listing;
    std::int32_t units;
    Instant at;
    std::vector<std::uint32_t> settled;
  };
  struct View {
    std::vector<forecasting::StockTerms> skus;
    std::vector<OfferFacts> offers;
  };
  View look() const;  // what the seller knows
  Instant tick() { return now_ += Millis{1}; }
  void apply(const Copy& copy);
  void move_stock(std::vector<std::int32_t>& stock, const Order& order, std::int32_t sign) const;

  ExposureRule rule_;
  bool remembers_;
  Instant now_{};
  std::vector<AdversaryListing> listings_;
  std::vector<std::int32_t> free_;    // what is really left; below zero: sold twice
  std::vector<std::int32_t> ledger_;  // what the seller knows
  std::vector<std::int32_t> shows_;
  std::vector<ListingBook> books_;
  std::vector<Order> orders_;
  std::vector<Copy> copies_;
  std::vector<Reading> readings_;
  std::vector<std::vector<std::uint32_t>> unresolved_;  // numbers sent, per listing
  std::vector<std::pair<std::size_t, std::uint32_t>> newest_;
  std::uint32_t number_ = 0;
  bool established_ = false, oversold_ = false;
};

// A game of `moves` random moves from `seed`; true where units were sold twice after the state was
// established. `too_low` (may be null) tells whether any exposure was ever counted too low.
bool plays_to_oversell(std::uint64_t seed, int moves, ExposureRule rule, bool* too_low = nullptr,
                       bool remembers = true);

}  // namespace forestall::planner
