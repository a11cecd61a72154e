// SPDX-License-Identifier: Apache-2.0
// One parcel as all its sources together tell of it. Pure: the order in which they spoke does not matter.
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/time.hpp"
#include "connectors/model/fulfilment.hpp"

namespace forestall::parcels {

using OrderKey = std::pair<AccountId, OrderId>;

struct Parcel {
  CarrierId carrier;
  TrackingId tracking;
  model::ShipmentState state = model::ShipmentState::unknown;
  std::optional<LaneId> lane;
  std::optional<HubId> hub;         // of the last physical scan on the way
  std::optional<Instant> label_at;  // what the seller says: the hand-over, or the label
  std::optional<Instant> first_scan_at, last_scan_at, delivered_at;
  std::optional<Instant> deliver_by;    // what the channel promised
  std::optional<Instant> carrier_says;  // when the carrier means to deliver
  bool heard_of = false;                // a carrier knows the number
  // Delivered, back at the sender, or lost by the carrier's own word; nothing more is expected.
  std::optional<Instant> ended_at;
};

// Views of one tracking number of one order, at most one a source. A view whose source is the account is the
// channel's: what it calls shipped nobody has scanned for that. Carriers are believed about scans; a channel
// that says delivered or returned is believed too. Two carriers on one parcel (one hands it to the other) are
// one parcel: the earliest scan of any is the first.
Parcel merge(const AccountId& account, std::span<const model::ShipmentUpdate> views);

// Puts a view into its source's place: a newer or equal version replaces, an older one changes nothing and
// gives false.
bool absorb(std::vector<model::ShipmentUpdate>& views, model::ShipmentUpdate view);

// Events of more than two days before the hand-over belong to an earlier parcel that had this number.
bool may_be_ours(const model::ShipmentUpdate& view, std::optional<Instant> label_at);

}  // namespace forestall::parcels
