// SPDX-License-Identifier: Apache-2.0
// What stock sources say: levels, counts, failed picks, receipts.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "config/base/units.hpp"
#include "connectors/model/provenance.hpp"

namespace forestall {

struct ReceiptTag {
  static constexpr std::string_view kind = "receipt";
  static constexpr std::size_t max_bytes = 128;
  static constexpr bool slug = false;
};
using ReceiptId = Id<ReceiptTag>;  // one SKU's line of an inbound delivery, unique within its source

}  // namespace forestall

namespace forestall::model {

// Where stock may be sold from. The numbers are stored: never renumber.
enum class Pool : std::uint8_t {
  own = 0,          // the seller's own locations
  marketplace = 1,  // held by the channel (FBA); forecast and alert only
  preorder = 2,     // not here yet, backed by a receipt
};

// When a source takes a sold unit off its on-hand figure, in the order in which an order passes through.
enum class DeductsAt : std::uint8_t { order = 0, allocation = 1, pick = 2, ship = 3 };

// How far a figure may be believed.
enum class Certainty : std::uint8_t {
  unknown = 0,  // nobody said: not zero
  known = 1,
  suspect = 2,  // somebody said, and something contradicts it
};

// What a source has on its books for a SKU at one location.
// Entity: (source, sku, location).
struct StockLevel {
  Provenance from;
  SkuId sku;
  LocationId location;
  std::optional<Units> on_hand;  // absent: the source knows the SKU and does not say. May be negative
  bool suspect = false;          // the connector has reason to doubt it (a zero in a truncated feed)
  friend bool operator==(const StockLevel&, const StockLevel&) = default;
};

// Somebody counted. In the sense of the location's own books: units that its authority has already deducted
// are not in it. Ends quarantine and doubt about everything before `from.true_at`.
// Entity: (source, sku, location), apart from that of StockLevel.
struct StockCount {
  Provenance from;
  SkuId sku;
  LocationId location;
  Units counted;
  friend bool operator==(const StockCount&, const StockCount&) = default;
};

// A picker found fewer units than the books promise.
// Entity: (source, account, order, line, sku).
struct PickFailed {
  Provenance from;
  AccountId account;
  OrderId order;
  OrderLineId line;
  SkuId sku;
  std::optional<LocationId> location;
  Pool pool = Pool::own;
  Units missing;  // > 0; 0 withdraws the report
  friend bool operator==(const PickFailed&, const PickFailed&) = default;
};

struct Arrival {
  Units units;
  Instant at;
  friend bool operator==(const Arrival&, const Arrival&) = default;
};

// One SKU of an inbound delivery.
// Entity: (source, id).
struct ReceiptUpsert {
  Provenance from;
  ReceiptId id;
  SkuId sku;
  LocationId location;  // where it arrives
  Pool pool = Pool::own;
  Units expected;                      // in all; 0 if called off
  std::vector<Arrival> arrived;        // what came in so far
  std::optional<Instant> expected_at;  // absent: no date promised
  bool backs_preorder = false;         // what has not arrived may be sold from Pool::preorder
  std::optional<Instant> closed_at;    // nothing more is expected
  friend bool operator==(const ReceiptUpsert&, const ReceiptUpsert&) = default;
};

}  // namespace forestall::model
