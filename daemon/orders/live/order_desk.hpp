// SPDX-License-Identifier: Apache-2.0
// Everything that is known of one seller's orders beside the ledger's mirror: parcels, requests, what
// hand-overs and parcels have taught, why orders ended. Hears the flow, looks for what is in danger, keeps
// what only time can tell.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/log.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/orders/live/cause_book.hpp"
#include "daemon/orders/live/mirror_facts.hpp"

namespace forestall::orders {

struct DeskRules {
  RiskRules risk{};
  IncidentRules incidents{};
  std::size_t most_open = 2'000;  // the most urgent open orders are looked at
  // From when on a silence teaches the models that it is for ever, and when the parcel is given up.
  Millis label_final_after = std::chrono::days(5), gap_final_after = std::chrono::days(12);
  Millis lost_after = std::chrono::days(30);
};

struct DeskFigures {
  std::uint64_t loads = 0, saves = 0, failures = 0;
  std::uint64_t unread = 0;  // records that could not be read
  std::map<Cause, std::uint64_t> raised{};
  std::map<std::pair<bool, Blame>, std::uint64_t> ended{};
};

// Use from the loop's thread only.
class OrderDesk {
 public:
  // `clock`: the world's.
  OrderDesk(flow::Seller& seller, Clock& clock, Logger log, DeskRules rules = {});
  OrderDesk(const OrderDesk&) = delete;
  OrderDesk& operator=(const OrderDesk&) = delete;

  // The settings of the accounts have changed.
  void settle_places();
  void settle_places(std::span<const config::AccountSettings> all);
  // A listener of the flow.
  void heard(const flow::Fresh& fresh);

  // Fills itself from the ledger, which is open: what was saved, then what is stored. Errors are the
  // ledger's.
  boost::asio::awaitable<Status> load();
  bool loaded() const { return loaded_for_ == seller_.ledger->mirror().generation() && loaded_once_; }
  // Keeps what only time can tell.
  boost::asio::awaitable<Status> save();
  // Time has passed: silences teach, hand-overs that did not happen teach, what is over is forgotten. In
  // slices.
  boost::asio::awaitable<void> tick();
  // Everything in danger now. In slices; the flags that are new since the last time are told to the log.
  // Where the ledger closes or is read anew meanwhile, what was found so far is returned and nothing is
  // remembered.
  boost::asio::awaitable<Looked> look();
  const Looked& last_look() const { return last_; }
  // When the order was first flagged for this cause in this stretch of danger.
  std::optional<Instant> since(const Flag& flag) const;

  flow::Seller& seller() { return seller_; }
  const flow::Seller& seller() const { return seller_; }
  parcels::ParcelBook& book() { return book_; }
  const parcels::ParcelBook& book() const { return book_; }
  const parcels::ParcelModels& models() const { return models_; }
  const parcels::HandOverModel& hand_over() const { return hand_over_; }
  const CauseBook& causes() const { return causes_; }
  const DeskFigures& figures() const { return figures_; }
  const AccountPlaces& places() const { return places_; }

 private:
  using FlagKey = std::tuple<AccountId, OrderId, Cause>;
  // Of an order while it is open: what was known when it was first seen.
  struct Sighting {
    Instant seen_at{};
    std::optional<Units> available;  // of the scarcest SKU, before this order; only where it was seen fresh
    bool was_pending = false;
  };
  // Recent orders of one SKU, for the question whether two were sold the same units.
  struct Sale {
    OrderId order;
    Instant placed_at, seen_at;
  };

  void hear(const model::OrderUpsert& order, bool fresh, Instant now);
  void sight(const model::OrderUpsert& order, Instant now);
  void closed(const model::OrderUpsert& order, Instant now);
  void attribute_cancel(const model::OrderUpsert& order, const Sighting* seen);
  void late_to_carrier(const model::OrderUpsert& order, Instant handed_over_at);
  void put(Verdict verdict);
  void stepped(const parcels::Step& step);
  void ended(const parcels::OrderKey& key, const parcels::Dossier& dossier, parcels::Tracked& parcel,
             Instant now);
  void learn_hand_over(const model::OrderUpsert& order, Instant at);
  const AccountPlace* place(const AccountId& account) const;
  Knowledge knowledge() const { return {&book_, &models_, &hand_over_, &prices_}; }
  void tell_new(Looked& looked, Instant now);
  void tell_incidents(const Looked& looked);
  boost::asio::awaitable<Status> load_saved();
  boost::asio::awaitable<Status> load_stored();
  boost::asio::awaitable<Status> save_one(std::string name, std::string value);
  static std::uint64_t hash(const AccountId& account, const OrderId& order);

  flow::Seller& seller_;
  Clock& clock_;
  Logger log_;
  DeskRules rules_;
  AccountPlaces places_;
  parcels::ParcelBook book_;
  parcels::ParcelModels models_;
  // The models as they were at the last two turns of the day: an incident is judged by what was usual before
  // its silences began, since these teach at every tick.
  std::optional<parcels::ParcelModels> today_, before_;
  std::int32_t remembered_on_ = 0, known_since_ = 0;
  parcels::HandOverModel hand_over_;
  CauseBook causes_;
  DeskFigures figures_;
  std::map<parcels::OrderKey, Sighting> sightings_;
  std::map<std::string, std::deque<Sale>> sales_;  // by SKU
  std::unordered_set<std::uint64_t> closed_;       // orders whose end was learned
  std::map<std::pair<AccountId, ListingId>, Money> prices_;
  std::map<FlagKey, Instant> raised_;
  std::map<IncidentKey, Instant> incidents_;  // that stand; since when
  Looked last_;
  std::optional<Instant> ticked_at_;  // what open orders taught goes up to here
  std::optional<Instant> saved_at_;   // of what was restored: what ended before has been learned
  double left_since_tick_ = 0, hazard_of_left_ = 0;
  bool loading_ = false, loaded_once_ = false, learning_history_ = false;
  std::uint64_t loaded_for_ = 0;
};

}  // namespace forestall::orders
