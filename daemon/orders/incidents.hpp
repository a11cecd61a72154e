// SPDX-License-Identifier: Apache-2.0
// Many silent parcels with one cause are one incident: a collection that did not happen, a hub that stands
// still.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/time.hpp"

namespace forestall::orders {

// A parcel that should have been scanned by now, or one that was; `usual` is the chance that an ordinary one
// would be as silent as this.
struct SilentParcel {
  AccountId account;
  OrderId order;
  std::string carrier;
  std::string service, lane;  // as on the scorecard; empty where unknown
  std::string manifest;       // ship-from and day of the hand-over, for labels without a scan; else empty
  std::string hub;            // where it was last seen, for parcels on the way; else empty
  Instant since{};            // when the silence began: the label, or the last scan
  bool silent = false;        // longer than usual
  double usual = 0;           // P(an ordinary parcel of this kind is silent for so long)
};

enum class IncidentKind : std::uint8_t { collection_missed, hub_silent };
std::string_view word(IncidentKind kind);

struct Incident {
  IncidentKind kind = IncidentKind::collection_missed;
  std::string carrier;
  std::string place;                                  // the manifest ("amazon-us 2026-03-18") or the hub
  std::string service, lane;                          // where all silent parcels share them, else empty
  std::vector<std::pair<AccountId, OrderId>> orders;  // with a silent parcel, in order, each once
  std::vector<AccountId> accounts;                    // of these orders, in order, each once
  std::size_t parcels = 0;                            // silent ones; an order may have several
  std::size_t of = 0;                                 // parcels of the group in all
  Instant since{};                                    // the longest of the silences began here
  double expected = 0;                                // silent ones in ordinary times
  double chance = 0;                                  // P(so many or more in ordinary times)
};

struct IncidentRules {
  std::size_t least = 3;  // silent parcels
  double share =
      0.5;  // of the group, at least: one silent label of a manifest that was scanned is its own story
  double rare = 1e-3;  // at most this likely in ordinary times
  // What stands goes on while so many of the group are still silent: a scan or two do not end it.
  double goes_on = 0.25;
};

// Which incident: kind, carrier, place.
using IncidentKey = std::tuple<IncidentKind, std::string, std::string>;
inline IncidentKey key_of(const Incident& i) { return {i.kind, i.carrier, i.place}; }

// Groups by manifest and by hub; the number of silent ones is judged against the Poisson law of their
// expectation. The most improbable first. A parcel stands in at most one incident (its manifest's before its
// hub's), and its own flag is then not raised. `standing`: those found the last time.
std::vector<Incident> find_incidents(std::span<const SilentParcel> parcels, const IncidentRules& rules = {},
                                     const std::set<IncidentKey>& standing = {});

}  // namespace forestall::orders
