// SPDX-License-Identifier: Apache-2.0
// What a carrier says about one parcel, before it is put into the common vocabulary: times with their
// precision, civil dates that are no instants yet.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/time.hpp"
#include "connectors/carriers/tracking/status_map.hpp"
#include "connectors/model/fulfilment.hpp"
#include "connectors/ports/carrier.hpp"

namespace forestall::carriers {

struct Place {
  std::string country;  // ISO 3166-1 alpha-2, may be empty
  std::string region;   // state or province, may be empty
  friend bool operator==(const Place&, const Place&) = default;
};

// Either an instant, or only a day on the calendar of a place. A day never goes through UTC.
struct EventTime {
  std::optional<Instant> at;
  std::optional<CivilDate> day;
  friend bool operator==(const EventTime&, const EventTime&) = default;
};

struct TrackEvent {
  EventTime time;
  Place place;
  std::string town;  // of a facility on the way, may be empty
  model::ShipmentState state = model::ShipmentState::unknown;
  Physical physical = Physical::unknown;
  std::string code;  // as the carrier wrote it, at most 32 bytes
};

struct TrackRecord {
  std::string number;
  std::string carrier;  // the carrier's own name, as a slug
  model::ShipmentState state =
      model::ShipmentState::unknown;     // of the parcel as a whole, if the carrier says
  std::optional<CivilDate> shipped_day;  // tender or label
  EventTime promised;
  std::string service;  // the carrier's own name of it, may be empty
  Place origin, destination;
  std::vector<TrackEvent> events;  // in any order
  std::optional<Instant> updated;  // the source's own version, if it has one
};

// Where the clock of a place stands. Nullopt where the country has several zones and the region does not
// decide.
std::optional<TimeZone> zone_of(const Place& place);

// The last instant at which a day can still have been going on: its end at the place, or, where nobody knows
// the place, its end at UTC-12. So a promise is never called broken too early.
Instant end_of(CivilDate day, const Place& place);

// In the order in which things happened: by instant, days by their end, and within a day by how far the
// parcel had come (carriers write "picked up 00:00" for a day).
void put_in_order(std::vector<TrackEvent>& events);

// Of several parcels that had this number (they are used again after months) the one that was shipped nearest
// to ours. Nullptr where all of them were shipped a fortnight or more away.
const TrackRecord* choose(const std::vector<TrackRecord>& records, const ports::Parcel& parcel);

// The common form. Scans of more than two days before the hand-over belong to somebody else's parcel and are
// left out. `last_scan_at` is the last *physical* scan; the last event of any kind is `from.true_at`. Times
// known to the day count as the latest they can have been, but not after the
// record's own last change, or `now`.
model::ShipmentUpdate summarise(TrackRecord record, const ports::Parcel& parcel, const SourceId& source,
                                Instant now);

// One update for each parcel that the records know of: what a carrier's answer adds to a page.
void add_updates(ports::Page& page, std::span<const ports::Parcel> parcels,
                 std::span<const TrackRecord> records, const SourceId& source, Instant now);

// "20240326" or "2024-03-26", the first ten characters at most; nullopt for what is none.
std::optional<CivilDate> read_day(std::string_view text);
// A carrier's name as an id: "FedExSmartPost" -> "fedexsmartpost". Empty if nothing is left.
std::string slug(std::string_view name);

}  // namespace forestall::carriers
