// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/scorecard.hpp"

#include <algorithm>

namespace forestall::orders {
namespace {

using forecasting::ShareTree;

// FNV-1a over the parts down to this level; each level has keys of its own.
std::uint64_t key(const LaneKey& lane, int level) {
  std::uint64_t h = 0xcbf29ce484222325ULL + static_cast<std::uint64_t>(level);
  const std::string* parts[] = {&lane.carrier, &lane.service, &lane.lane};
  for (int i = 0; i <= level; ++i) {
    for (const char c : *parts[i]) h = (h ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
    h = (h ^ 0x1fU) * 0x100000001b3ULL;
  }
  return h;
}

std::vector<std::uint64_t> path(const LaneKey& lane) {
  std::vector<std::uint64_t> out = {key(lane, 0)};
  if (!lane.service.empty()) out.push_back(key(lane, 1));
  if (!lane.lane.empty()) out.push_back(key(lane, 2));
  return out;
}

Rate rate(const ShareTree& tree, const std::vector<std::uint64_t>& at, std::int32_t day) {
  const forecasting::Share s = tree.share(at, day);
  return {s.share, s.quantile(0.05), s.quantile(0.95)};
}

}  // namespace

Scorecard::Scorecard()
    : on_time_({.half_life_days = 60, .parent_weight = 20, .first_share = 0.92}),
      first_scan_({.half_life_days = 60, .parent_weight = 20, .first_share = 0.95}),
      lost_({.half_life_days = 180, .parent_weight = 200, .first_share = 0.005}) {}

forecasting::Expected<void> Scorecard::add(const EndedParcel& parcel, std::int32_t day) {
  const auto at = path(parcel.lane);
  if (auto ok = on_time_.add(at, parcel.on_time ? 1 : 0, day); !ok) return ok;
  if (auto ok = first_scan_.add(at, parcel.first_scan_in_time ? 1 : 0, day); !ok) return ok;
  if (auto ok = lost_.add(at, parcel.lost ? 1 : 0, day); !ok) return ok;
  // The lane and what it is part of.
  for (const LaneKey& seen : {parcel.lane, LaneKey{parcel.lane.carrier, parcel.lane.service, ""},
                              LaneKey{parcel.lane.carrier, "", ""}}) {
    const auto place = std::ranges::lower_bound(seen_, seen);
    if (place == seen_.end() || *place != seen) seen_.insert(place, seen);
  }
  return {};
}

ScorecardRow Scorecard::row(const LaneKey& lane, std::int32_t day) const {
  const auto at = path(lane);
  return {lane, on_time_.cases(at, day), rate(on_time_, at, day), rate(first_scan_, at, day),
          rate(lost_, at, day)};
}

std::vector<ScorecardRow> Scorecard::rows(std::int32_t day, std::size_t most) const {
  std::vector<ScorecardRow> out;
  for (const LaneKey& lane : seen_) out.push_back(row(lane, day));
  std::ranges::sort(out, [](const ScorecardRow& a, const ScorecardRow& b) {
    return a.parcels != b.parcels ? a.parcels > b.parcels : a.lane < b.lane;
  });
  if (out.size() > most) out.resize(most);
  return out;
}

}  // namespace forestall::orders
