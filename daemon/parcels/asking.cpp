// SPDX-License-Identifier: Apache-2.0
#include "daemon/parcels/asking.hpp"

#include <algorithm>
#include <chrono>

namespace forestall::parcels {
namespace {

using namespace std::chrono_literals;

constexpr Millis near_before = 24h;
constexpr Millis near_after = 72h;
constexpr Millis overdue = 14 * 24h;
constexpr Millis least = 15min;

std::optional<Instant> promise_of(const Parcel& p) {
  if (p.deliver_by && p.carrier_says) return std::min(*p.deliver_by, *p.carrier_says);
  return p.deliver_by ? p.deliver_by : p.carrier_says;
}

Millis near_cadence(Millis poll) { return std::min(poll, std::max(least, poll / 4)); }

}  // namespace

Millis ask_every(const Parcel& parcel, Millis poll, Instant now) {
  const auto promise = promise_of(parcel);
  if (promise && now > *promise + overdue) return 6 * poll;
  if (promise && now >= *promise - near_before && now <= *promise + near_after) return near_cadence(poll);
  if (!parcel.first_scan_at) return std::min(poll, std::max(least, poll / 2));
  return poll;
}

Instant due_at(const Parcel& parcel, std::optional<Instant> asked_at, Millis poll, Instant now) {
  if (!asked_at) return now;
  Instant due = *asked_at + ask_every(parcel, poll, *asked_at);
  if (const auto promise = promise_of(parcel))
    due = std::min(due, std::max(*promise - near_before, *asked_at + near_cadence(poll)));
  return due;
}

double pressure(const Parcel& parcel, std::optional<Instant> asked_at, Instant known_since, Millis poll,
                Instant now) {
  const Millis every = asked_at ? ask_every(parcel, poll, now) : near_cadence(poll);
  const Millis waited = now - asked_at.value_or(known_since);
  const double share =
      static_cast<double>(waited.count()) / static_cast<double>(std::max<Millis>(every, 1ms).count());
  return asked_at ? share : 1 + share;
}

}  // namespace forestall::parcels
