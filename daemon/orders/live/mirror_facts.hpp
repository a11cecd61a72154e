// SPDX-License-Identifier: Apache-2.0
// The open orders and the parcels of one seller as facts for the rules. Reads only.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <vector>

#include "daemon/ledger/mirror.hpp"
#include "daemon/orders/at_risk.hpp"
#include "daemon/orders/incidents.hpp"
#include "daemon/orders/live/account_place.hpp"
#include "daemon/orders/supply_queue.hpp"
#include "daemon/parcels/hand_over.hpp"
#include "daemon/parcels/models.hpp"
#include "daemon/parcels/parcel_book.hpp"

namespace forestall::orders {

// What beside the mirror is known; null: nothing of the kind.
struct Knowledge {
  const parcels::ParcelBook* book = nullptr;
  const parcels::ParcelModels* models = nullptr;
  const parcels::HandOverModel* hand_over = nullptr;
  // The last price met of a listing, for orders whose own nobody remembers.
  const std::map<std::pair<AccountId, ListingId>, Money>* prices = nullptr;
};

// Of SKUs with fewer units than are owed, who goes short: the end of the queue by ship-by and value.
class Shortages {
 public:
  Shortages(const ledger::Mirror& mirror, std::span<const model::OrderUpsert* const> orders);
  struct Found {
    double chance = 0;
    bool hard = false, suspect = false;
  };
  Found of(const OrderId& order) const;

 private:
  void settle(const ledger::Mirror& mirror, ledger::SkuRef sku, model::Pool pool, std::vector<Claim> list);
  std::map<OrderId, Found> found_;
};

// Of an order that the mirror holds as open.
OrderFacts facts_of(const model::OrderUpsert& order, const AccountPlace& place, const Shortages& shortages,
                    const Knowledge& known, Instant now);
// Of an order that has left and whose parcels are on their way.
OrderFacts facts_of(const parcels::OrderKey& key, const parcels::Dossier& dossier, const AccountPlace& place,
                    const Knowledge& known, Instant now);

// What the incidents are looked for in: the parcels of one order that are under way.
void add_silent(std::vector<SilentParcel>& to, const parcels::OrderKey& key, const parcels::Dossier& dossier,
                const AccountPlace& place, const parcels::ParcelModels& models, Instant now);

struct Looked {
  std::vector<Flag> flags;  // ranked; those of an incident's orders are told by the incident
  std::vector<Incident> incidents;
  std::size_t looked_at = 0;
  std::size_t open_orders = 0;
  std::size_t under_way = 0;  // parcels
  Instant at{};
};

// The `most` most urgent open orders by the mirror alone, in one turn: clocks, payments and stock. Orders of
// accounts that are not given are left out: nobody knows their clocks. Whoever has an OrderDesk asks it
// instead.
Looked look(const ledger::Mirror& mirror, std::span<const config::AccountSettings* const> accounts,
            const RiskRules& rules, Instant now, std::size_t most);

}  // namespace forestall::orders
