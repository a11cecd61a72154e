// SPDX-License-Identifier: Apache-2.0
// What happens after the order: parcels, buyers' messages (that there is one, never what it says), returns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/base/units.hpp"
#include "connectors/model/provenance.hpp"

namespace forestall {

struct CarrierTag {
  static constexpr std::string_view kind = "carrier";
  static constexpr std::size_t max_bytes = 64;
  static constexpr bool slug = true;
};
struct MessageTag {
  static constexpr std::string_view kind = "message";
  static constexpr std::size_t max_bytes = 128;
  static constexpr bool slug = false;
};
struct ReturnTag {
  static constexpr std::string_view kind = "return";
  static constexpr std::size_t max_bytes = 128;
  static constexpr bool slug = false;
};
struct LaneTag {
  static constexpr std::string_view kind = "lane";
  static constexpr std::size_t max_bytes = 64;
  static constexpr bool slug = false;
};
struct HubTag {
  static constexpr std::string_view kind = "hub";
  static constexpr std::size_t max_bytes = 64;
  static constexpr bool slug = false;
};
using CarrierId = Id<CarrierTag>;
using MessageId = Id<MessageTag>;  // a thread awaiting an answer, unique within an account
using ReturnId = Id<ReturnTag>;
using LaneId = Id<LaneTag>;  // a class of routes: "dhl/ground/DE-AT"; never finer than a region
using HubId = Id<HubTag>;    // a carrier's facility by its town ("MEMPHIS TN"); never where a buyer lives

}  // namespace forestall

namespace forestall::model {

enum class ShipmentState : std::uint8_t {
  unknown = 0,
  label_made = 1,  // announced, not seen by the carrier
  accepted = 2,    // first scan
  in_transit = 3,
  out_for_delivery = 4,
  delivered = 5,
  exception = 6,  // held, refused, damaged: somebody has to act
  returning = 7,
  returned = 8,
  lost = 9,
};

struct ParcelLine {
  OrderLineId line;
  Units units;
  friend bool operator==(const ParcelLine&, const ParcelLine&) = default;
};

// One parcel as its carrier (or the channel) sees it. Entity: (source, carrier, tracking).
struct ShipmentUpdate {
  Provenance from;
  AccountId account;
  OrderId order;
  CarrierId carrier;
  TrackingId tracking;
  ShipmentState state = ShipmentState::unknown;
  std::optional<LaneId> lane;
  std::optional<Instant> handed_over_at;  // what the seller says
  std::optional<Instant> first_scan_at;   // what the carrier says
  std::optional<Instant> last_scan_at;
  std::optional<Instant> promised_by;
  std::optional<Instant> delivered_at;
  std::vector<ParcelLine> lines;
  std::optional<HubId> hub;  // of the last physical scan on the way, before the last mile
  friend bool operator==(const ShipmentUpdate&, const ShipmentUpdate&) = default;
};

// A buyer waits for an answer. Entity: (account, id).
struct MessageUpsert {
  Provenance from;
  AccountId account;
  MessageId id;
  std::optional<OrderId> order;
  Instant received_at;
  std::optional<Instant> answer_by;
  std::optional<Instant> answered_at;
  friend bool operator==(const MessageUpsert&, const MessageUpsert&) = default;
};

enum class ReturnState : std::uint8_t {
  requested = 0,
  authorised = 1,
  on_its_way = 2,
  received = 3,
  refunded = 4,
  exchanged = 5,
  refused = 6,
  withdrawn = 7,
};

// Entity: (account, id).
struct ReturnUpsert {
  Provenance from;
  AccountId account;
  ReturnId id;
  OrderId order;
  OrderLineId line;
  Units units;
  ReturnState state = ReturnState::requested;
  Instant requested_at;
  std::optional<Instant> answer_by;
  std::optional<Instant> received_at;
  std::optional<Instant> refund_by;
  std::optional<Instant> closed_at;
  friend bool operator==(const ReturnUpsert&, const ReturnUpsert&) = default;
};

}  // namespace forestall::model
