// SPDX-License-Identifier: Apache-2.0
// How long things take, learned for many groups at once: a tree of waiting-time curves (all -> carrier ->
// service -> zone -> lane), each shrunk to the one above it. What still waits counts too (right-censoring):
// leaving open parcels out makes recent lanes look fast.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "forecasting/error.hpp"

namespace forestall::forecasting {

// Bins of waiting time: of a business day each for transit, of growing numbers of hours for silences. The
// last bin is open: whoever has waited that long gets no finer answer.
inline constexpr std::size_t curve_bins = 61;

// P(still waiting at the start of bin d), d = 0 .. curve_bins; the last entry is after the last bin.
using Survival = std::array<double, curve_bins + 1>;

struct CurveSettings {
  double half_life_days = 45;
  // What the curve above is worth, in parcels at risk, when a bin's hazard is estimated.
  double parent_weight = 10;
  // What "as fast as the group above" is worth, in ended waits, when the group's speed is estimated: the
  // ratio of the variance of log times within groups to that between groups.
  double speed_weight = 4;
  // Hazard of every bin before anything was seen, worth one parcel.
  double first_hazard = 0.15;
};

// One curve; 500 bytes. Ended and exposed waits by bin, fading.
struct CurveNode {
  std::array<float, curve_bins> ended{};
  std::array<float, curve_bins> exposed{};
  std::int32_t day = 0;  // of the fading
};

// A path names groups from general to special by keys that the caller makes (hashes; equal keys are one
// group). Everything belongs to the root, which has no key. Days are counted from 1970.
class CurveTree {
 public:
  static constexpr std::size_t deepest = 6;
  static constexpr std::size_t most_nodes = std::size_t{1} << 20;

  explicit CurveTree(const CurveSettings& settings = {}) : settings_(settings), nodes_(1) {}

  // A wait went through bins [first, last) without ending. out_of_range: the path is too deep, the bins are
  // none of ours; too_large: weight beyond [0, 1e6] or more groups than most_nodes.
  Expected<void> waited(std::span<const std::uint64_t> path, std::size_t first, std::size_t last,
                        std::int32_t day, double weight = 1);
  // A wait ended in this bin (which counts as exposed too).
  Expected<void> ended(std::span<const std::uint64_t> path, std::size_t bin, std::int32_t day,
                       double weight = 1);

  // The curve of the most special group of the path that is known. Each step down the curve above is first
  // run at the group's own speed c, at which it expects as many ends as were seen among those at risk
  // (accelerated failure time; Kalbfleisch, Prentice 2002, ch. 7), log c shrunk by n / (n + speed_weight);
  // then bin by bin the hazard is (ended + m h') / (exposed + m).
  Survival survival(std::span<const std::uint64_t> path, std::int32_t day) const;
  // Ended waits known to the most special group (of an empty path: to all), faded.
  double evidence(std::span<const std::uint64_t> path, std::int32_t day) const;

  const CurveSettings& settings() const { return settings_; }
  std::size_t size() const { return nodes_.size(); }

 private:
  friend std::vector<std::uint8_t> encode(const CurveTree& tree);
  friend Expected<CurveTree> decode_curve_tree(std::span<const std::uint8_t> bytes);

  Expected<void> add(std::span<const std::uint64_t> path, std::size_t first, std::size_t last, bool ends,
                     std::int32_t day, double weight);
  double keep(const CurveNode& node, std::int32_t day) const;

  CurveSettings settings_;
  std::vector<CurveNode> nodes_;  // [0] is the root
  std::unordered_map<std::uint64_t, std::uint32_t> index_;
};

// The bytes of a tree: version, settings, nodes, CRC-32; little endian. decode: damaged, unsupported.
std::vector<std::uint8_t> encode(const CurveTree& tree);
Expected<CurveTree> decode_curve_tree(std::span<const std::uint8_t> bytes);

// P(still waiting `at` bins after the start), between bins by constant hazard; at >= 0, in bins.
double still_waiting(const Survival& survival, double at);
// P(still waiting at `until` | still waiting at `now`); 1 where until <= now. 0 / 0 is the last bin's hazard
// continued, so that no age is too great to ask about.
double still_waiting_given(const Survival& survival, double now, double until);
// The age by which the share p of those still waiting at `now` has ended, 0 < p < 1; at most `curve_bins`.
double quantile_given(const Survival& survival, double now, double p);

}  // namespace forestall::forecasting
