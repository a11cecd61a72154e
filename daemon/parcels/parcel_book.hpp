// SPDX-License-Identifier: Apache-2.0
// The parcels on their way and the buyers who ask to cancel, of one seller, in memory: fed by what the ledger
// took, asked by whoever polls carriers and by the rules about orders at risk.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "config/base/money.hpp"
#include "connectors/model/order.hpp"
#include "connectors/ports/carrier.hpp"
#include "daemon/parcels/asking.hpp"
#include "daemon/parcels/parcel.hpp"

namespace forestall::parcels {

struct Tracked {
  std::vector<model::ShipmentUpdate> views;
  Parcel now;  // merged
  Instant known_since{};
  std::optional<Instant> asked_at, answered_at;
  std::uint32_t in_vain = 0;  // questions in a row to which the number was not known
  std::size_t server = 0;     // whose turn it is to tell, see serve()
  Instant due{};              // in that server's queue
  Instant taught_until{};     // what this silence has taught the models so far
  double said_late = -1;      // P(late) as said at the first scan; -1: not yet
  bool given_up = false;      // silent for so long that it counts as lost
  bool taught_final = false;  // the models were told that this silence is for ever
  bool explained = false;     // this silence is an incident's: it says nothing about ordinary ones
};

// What is kept of an order beside the ledger's mirror: of those with a parcel or a request only.
struct Dossier {
  Instant placed_at{};
  std::optional<Instant> ship_by, deliver_by;
  std::optional<Instant> handed_over_at;  // the last unit, as the seller says
  bool closed = false;                    // no longer among the mirror's open orders
  std::optional<Money> value;             // of the units that were not cancelled
  std::vector<Tracked> parcels;
  std::optional<Instant> cancel_asked_at, cancel_answer_by;  // while the request is open
  bool asked_ever = false;                                   // the buyer once asked to cancel
};

// One change of a parcel, for those who learn from it.
struct Step {
  const OrderKey& order;
  const Dossier& dossier;
  const Parcel& before;
  Tracked& parcel;  // as it is now
};

class ParcelBook {
 public:
  // Who answers for parcels, first come first asked: the place in this list is the server's number. A parcel
  // whose server does not know the number three times in a row goes on to the next that would serve it.
  struct Server {
    std::function<bool(const CarrierId&, const TrackingId&)> serves;
    Millis poll{};
  };
  std::size_t serve(Server server);
  void set_poll(std::size_t server, Millis poll) { servers_.at(server).poll = poll; }

  // `told`: after every parcel that changed.
  void listen(std::function<void(const Step&)> told) { told_ = std::move(told); }

  // --- what the ledger took ---
  void put(const model::ShipmentUpdate& update, Instant now);
  void put(const model::CancelRequest& request);
  void put(const model::OrderUpsert& order);
  // What the line's listing costs now stands for prices that nobody remembers.
  void put_value(const OrderKey& order, Money value);
  // An earlier time of asking than the ledger remembers.
  void put_asked(const OrderKey& order, Instant asked_at);
  // Orders whose parcels have ended, parcels that nobody will hear of any more. What a channel says of them
  // afterwards does not begin them anew: they would be asked about and learned from a second time.
  void forget(Instant now);
  void clear();

  // --- asking carriers ---
  // Up to `most` parcels of this server that are due, the most pressing first; then such as fall due within a
  // quarter of the cadence, so that a batch is used.
  std::vector<ports::Parcel> due(std::size_t server, std::size_t most, Instant now) const;
  std::optional<Instant> next_due(std::size_t server) const;
  std::size_t waiting(std::size_t server, Instant now) const;  // due by now
  double most_pressing(std::size_t server, Instant now) const;
  // They were asked about; those whose number the carrier knew are in the ledger by now.
  void asked(std::size_t server, std::span<const ports::Parcel> parcels, Instant now);
  // Ask again at once, whatever its turn.
  bool ask_now(const TrackingId& tracking, Instant now);
  // The open parcel with this number, of several the one handed over last. Nullptr: nobody asked about it.
  const Dossier* find(const TrackingId& tracking, OrderKey* order = nullptr) const;

  // --- looking ---
  const std::map<OrderKey, Dossier>& orders() const { return orders_; }
  std::map<OrderKey, Dossier>& orders() { return orders_; }
  const Dossier* order(const OrderKey& key) const;
  std::size_t open_parcels() const;

 private:
  struct Place {
    OrderKey order;
    std::string tracking;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  using Queue = std::set<std::pair<Instant, Place>>;
  Tracked* tracked(const Place& place);
  const Tracked* tracked(const Place& place) const;
  void enqueue(const OrderKey& key, Tracked& parcel);
  void dequeue(const OrderKey& key, const Tracked& parcel);
  void drop(const OrderKey& key, Dossier& dossier);
  std::size_t server_for(const Parcel& parcel, std::size_t from) const;

  std::vector<Server> servers_;
  std::vector<Queue> queues_;
  std::function<void(const Step&)> told_;
  std::map<OrderKey, Dossier> orders_;
  std::multimap<std::string, OrderKey> by_tracking_;
  // Parcels that ended and were dropped, the younger and the older half: a channel tells of them for weeks.
  std::array<std::unordered_set<std::size_t>, 2> over_;
};

// Units of the line that are not cancelled, at its price; nullopt where no line has a price of one currency.
std::optional<Money> value_of(const model::OrderUpsert& order);

}  // namespace forestall::parcels
