// SPDX-License-Identifier: Apache-2.0
#include "daemon/parcels/parcel.hpp"

#include <algorithm>
#include <chrono>

namespace forestall::parcels {
namespace {

using model::ShipmentState;
using model::ShipmentUpdate;

constexpr auto before_label = std::chrono::days(2);

bool over(ShipmentState state) {
  return state == ShipmentState::delivered || state == ShipmentState::returned ||
         state == ShipmentState::lost;
}

void earliest(std::optional<Instant>& into, const std::optional<Instant>& at) {
  if (at && (!into || *at < *into)) into = at;
}
void latest(std::optional<Instant>& into, const std::optional<Instant>& at) {
  if (at && (!into || *at > *into)) into = at;
}

// Of the carriers, who spoke last of something that happened; equal times by the source's name.
const ShipmentUpdate* newest_carrier(const AccountId& account, std::span<const ShipmentUpdate> views) {
  const ShipmentUpdate* newest = nullptr;
  for (const ShipmentUpdate& v : views) {
    if (v.from.source.str() == account.str() || v.state == ShipmentState::unknown) continue;
    if (newest == nullptr || v.from.true_at > newest->from.true_at ||
        (v.from.true_at == newest->from.true_at && v.from.source < newest->from.source))
      newest = &v;
  }
  return newest;
}

}  // namespace

bool may_be_ours(const ShipmentUpdate& view, std::optional<Instant> label_at) {
  if (!label_at) return true;
  const Instant least = *label_at - before_label;
  return (!view.first_scan_at || *view.first_scan_at >= least) &&
         (!view.delivered_at || *view.delivered_at >= least);
}

bool absorb(std::vector<ShipmentUpdate>& views, ShipmentUpdate view) {
  const auto at =
      std::ranges::find_if(views, [&](const ShipmentUpdate& v) { return v.from.source == view.from.source; });
  if (at == views.end()) {
    views.push_back(std::move(view));
    return true;
  }
  if (view.from.version < at->from.version) return false;
  *at = std::move(view);
  return true;
}

Parcel merge(const AccountId& account, std::span<const ShipmentUpdate> views) {
  Parcel p;
  const ShipmentUpdate* channel = nullptr;
  for (const ShipmentUpdate& v : views)
    if (v.from.source.str() == account.str()) channel = &v;
  const ShipmentUpdate* carrier = newest_carrier(account, views);
  if (channel != nullptr) {
    p.carrier = channel->carrier;
    p.tracking = channel->tracking;
    p.state = channel->state;
    p.label_at = channel->handed_over_at;
    p.deliver_by = channel->promised_by;
    p.delivered_at = channel->delivered_at;
    if (!p.delivered_at && channel->state == ShipmentState::delivered) p.delivered_at = channel->from.true_at;
  }
  for (const ShipmentUpdate& v : views) {
    if (&v == channel) continue;
    if (p.carrier.empty()) p.carrier = v.carrier;
    if (p.tracking.empty()) p.tracking = v.tracking;
    if (channel == nullptr) earliest(p.label_at, v.handed_over_at);
    if (v.state != ShipmentState::unknown || v.first_scan_at) p.heard_of = true;
    if (!may_be_ours(v, p.label_at)) continue;
    earliest(p.first_scan_at, v.first_scan_at);
    latest(p.last_scan_at, v.last_scan_at);
    earliest(p.delivered_at, v.delivered_at);
  }
  if (carrier != nullptr && may_be_ours(*carrier, p.label_at)) {
    if (!over(p.state)) p.state = carrier->state;
    p.lane = carrier->lane;
    p.hub = carrier->hub;
    p.carrier_says = carrier->promised_by;
  }
  if (p.delivered_at) p.state = ShipmentState::delivered;
  if (over(p.state)) {
    p.ended_at = p.delivered_at;
    if (!p.ended_at) p.ended_at = p.last_scan_at;
    if (!p.ended_at) p.ended_at = carrier != nullptr ? carrier->from.true_at : channel->from.true_at;
  }
  return p;
}

}  // namespace forestall::parcels
