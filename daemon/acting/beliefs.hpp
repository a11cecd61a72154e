// SPDX-License-Identifier: Apache-2.0
// What is believed of each SKU of a seller: what its shoppers will ask for, and what is really on the shelf.
// Fed by what the ledger reports as new; made again from the ledger's history when the process begins.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/error.hpp"
#include "config/base/log.hpp"
#include "daemon/acting/receipts.hpp"
#include "daemon/acting/sales_book.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/guard/demand/offer_demand.hpp"
#include "daemon/guard/demand/pooled.hpp"
#include "daemon/ledger/chunked.hpp"
#include "daemon/redis/client.hpp"
#include "daemon/runtime/watchdog.hpp"
#include "forecasting/stock_belief/stock_belief.hpp"

namespace forestall::acting {

class Beliefs {
 public:
  Beliefs(flow::Seller& seller, const Logger& log) : seller_(seller), log_(log) {}

  // Forgets, and reads the demand history of every SKU from the ledger, in slices. What heard() is told
  // meanwhile is counted once.
  // `progress`: of whoever waits for it, piece by piece.
  boost::asio::awaitable<Status> replay(redis::Client& redis, Clock& clock, boost::asio::any_io_executor on,
                                        runtime::Progress* progress = nullptr);
  // Stores what changed of the shelves since it was stored last. Sales alone may wait; what was seen on the
  // shelf (counts, failed picks, receipts) may not: save_at_once().
  boost::asio::awaitable<Status> save(redis::Client& redis, Instant now);
  bool save_at_once() const { return save_at_once_; }
  std::size_t unsaved() const { return changed_.size(); }

  // One applied page.
  void heard(const flow::Fresh& fresh, Instant now);
  // A line of an order, seen for the first time: which account sells how much.
  void sold_at(const AccountId& account, Units units) {
    sold_at_[account] += static_cast<double>(units.count());
  }
  // The pooled part: what all SKUs teach each of them. Once an hour.
  void teach(Instant now);

  // Units that may be promised of what the books call available; `k` in margins.
  Units believed(ledger::SkuRef sku, Units available, double k) const;
  // Of the SKU's demand, the part that this account brings, among the accounts given.
  double share(const AccountId& account, std::span<const AccountId> among) const;
  guard::SkuDemand demand(ledger::SkuRef sku, Instant now, Units available, Millis lead_time,
                          Millis blind) const;
  void selling(ledger::SkuRef sku, Instant now, bool yes);
  // Whether the SKU was split when it was decided last; nullopt: never decided.
  std::optional<bool> split(ledger::SkuRef sku) const;
  void decided(ledger::SkuRef sku, bool split);
  // Whether exposures were within stock at a decision since the SKU was shared; true where that is not known.
  bool promised(ledger::SkuRef sku) const;
  void exposed(ledger::SkuRef sku, bool shared, bool within_stock);

  const guard::DemandModel& model() const { return model_; }
  const guard::PooledDemand& pooled() const { return pooled_; }
  std::uint64_t replayed() const { return replayed_; }  // events, of the last replay

 private:
  struct Shelf {
    forecasting::StockBelief belief{};
    Instant last_sale{}, emptied{};
    std::int32_t available = 0;    // of the own pool, as heard last
    std::int32_t since_empty = 0;  // received since the shelf was found empty, less orders placed since
    bool heard = false;
    bool known_empty = false;  // a pick failed, and nothing was counted since
    std::uint8_t verdict = 0;  // of the last decision: 1 shared, 2 split
    bool open = false;         // shared when decided, and exposures were never within stock since
    bool sold = false;         // its demand belief began with a sale
    Instant saved_at{};        // sales placed until then are in what was loaded
    // The ledger's sequence up to which a replay has read its history.
    std::uint64_t read_through = 0;
  };
  struct Tables {
    ledger::Chunked<Shelf> shelves;
    guard::DemandModel model;
  };
  // What was heard while the tables were being made.
  struct Page {
    std::vector<model::Observation> observations;
    ledger::Applied applied;
  };
  void begin();
  void grow();
  // The tables of so many SKUs in slices that give way, and those of before given back.
  boost::asio::awaitable<void> make_tables(boost::asio::any_io_executor on, runtime::Progress* progress);
  boost::asio::awaitable<void> hear_kept(boost::asio::any_io_executor on);
  void keep(const flow::Fresh& fresh);
  Shelf& shelf(ledger::SkuRef sku) { return shelves_[static_cast<std::uint32_t>(sku)]; }
  // `replayed`: from the ledger's history. The shelf knows of it already, but for sales after it was stored.
  void event(const ledger::HistoryEvent& event, bool replayed);
  boost::asio::awaitable<Status> load_shelves(redis::Client& redis, boost::asio::any_io_executor on);
  boost::asio::awaitable<Status> load_losses(redis::Client& redis);
  boost::asio::awaitable<Status> load_receipts(redis::Client& redis, boost::asio::any_io_executor on);
  boost::asio::awaitable<void> hear_books(boost::asio::any_io_executor on);
  void touched(std::uint32_t sku, bool at_once);
  void stock(std::span<const model::Observation> observations, const ledger::Applied& applied);
  void tell(std::string_view sku, const std::vector<ledger::HistoryEvent>& events, std::uint64_t through,
            Instant now);
  // What is stored of one SKU cannot be read: it begins anew, and nothing else stops for it.
  void damaged(std::string_view what, std::string_view sku, const Error& error);

  flow::Seller& seller_;
  const Logger& log_;
  guard::DemandModel model_;
  guard::PooledDemand pooled_;
  ledger::Chunked<Shelf> shelves_;
  std::uint64_t generation_ = 0;
  std::map<AccountId, double> sold_at_;
  Receipts receipts_;
  forecasting::LossLearner losses_{};
  forecasting::LossLaw law_{};
  Instant since_{};
  std::deque<Tables> retired_;  // of an earlier mirror or replay, to be given back in slices
  std::deque<Page> kept_;
  std::size_t kept_observations_ = 0;
  bool making_ = true;  // the tables and what is stored of the shelves; until then pages are kept
  std::uint64_t replayed_ = 0;
  std::set<std::uint32_t> changed_;  // shelves, since they were stored
  bool save_at_once_ = false;
  bool losses_changed_ = false;
};

}  // namespace forestall::acting
