// SPDX-License-Identifier: Apache-2.0
// How carriers do: on time, scanned at once, lost; by carrier, service and lane, each share with its
// interval.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "forecasting/parcel/share_tree.hpp"

namespace forestall::orders {

struct LaneKey {
  std::string carrier, service, lane;  // the last two may be empty: less special
  friend auto operator<=>(const LaneKey&, const LaneKey&) = default;
};

// A parcel whose story is over: delivered, or given up.
struct EndedParcel {
  LaneKey lane;
  bool on_time = false;             // by what was promised
  bool first_scan_in_time = false;  // within a business day of the label, or by ship-by
  bool lost = false;
};

struct Rate {
  double share = 0, low = 0, high = 0;  // 90 % interval
};

struct ScorecardRow {
  LaneKey lane;
  double parcels = 0;  // faded
  Rate on_time, first_scan, lost;
};

// Lanes with few parcels lean on their service, services on their carrier, carriers on all; old parcels fade
// with a half-life of 60 days.
class Scorecard {
 public:
  Scorecard();
  // Errors as of forecasting::ShareTree::add.
  forecasting::Expected<void> add(const EndedParcel& parcel, std::int32_t day);
  // Of the keys that were seen, most parcels first.
  std::vector<ScorecardRow> rows(std::int32_t day, std::size_t most) const;
  ScorecardRow row(const LaneKey& lane, std::int32_t day) const;

 private:
  friend std::vector<std::uint8_t> encode(const Scorecard& card);
  friend forecasting::Expected<Scorecard> decode_scorecard(std::span<const std::uint8_t> bytes);
  forecasting::ShareTree on_time_, first_scan_, lost_;
  std::vector<LaneKey> seen_;  // in order, without repetition
};

// decode: damaged, unsupported.
std::vector<std::uint8_t> encode(const Scorecard& card);
forecasting::Expected<Scorecard> decode_scorecard(std::span<const std::uint8_t> bytes);

}  // namespace forestall::orders
