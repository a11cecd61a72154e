// SPDX-License-Identifier: Apache-2.0
// When a parcel is to be asked about, and who goes first where calls are few. Pure.
#pragma once

#include <optional>

#include "config/base/time.hpp"
#include "daemon/parcels/parcel.hpp"

namespace forestall::parcels {

// How long until it is asked again: the cadence `poll` on the way, half of it while nobody has scanned it, a
// quarter (but not below 15 min) from a day before its promise to three days after, six times that long once
// it is a fortnight overdue.
Millis ask_every(const Parcel& parcel, Millis poll, Instant now);

// When it is due next. Whoever was never asked about is due at once. A promise that comes near before then
// brings it forward.
Instant due_at(const Parcel& parcel, std::optional<Instant> asked_at, Millis poll, Instant now);

// Waited in units of its own cadence: a parcel near its promise gets ahead four times as fast as one in
// mid-transit, and whoever waits gets ahead of everybody in the end.
double pressure(const Parcel& parcel, std::optional<Instant> asked_at, Instant known_since, Millis poll,
                Instant now);

}  // namespace forestall::parcels
