// SPDX-License-Identifier: Apache-2.0
// How often something happens, learned for many groups at once: shares, each shrunk to the group above it
// (late hand-overs of a seller, final silences of a service), fading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "forecasting/error.hpp"

namespace forestall::forecasting {

struct ShareSettings {
  double half_life_days = 180;
  double parent_weight = 10;  // what the share above is worth, in cases
  double first_share = 0.05;  // before anything was seen, worth `parent_weight` cases
};

struct ShareNode {
  double cases = 0;
  double happened = 0;
  std::int32_t day = 0;
};

// A share with what it rests on: the Beta law of mean `share` and `weight` cases.
struct Share {
  double share = 0;
  double weight = 0;
  // The level-quantile of the Beta law; 0 < level < 1.
  double quantile(double level) const;
};

// Paths as in CurveTree.
class ShareTree {
 public:
  static constexpr std::size_t deepest = 6;
  static constexpr std::size_t most_nodes = std::size_t{1} << 20;

  explicit ShareTree(const ShareSettings& settings = {}) : settings_(settings), nodes_(1) {}

  // `weight` cases, of which the share `happened` in [0, 1] did.
  Expected<void> add(std::span<const std::uint64_t> path, double happened, std::int32_t day,
                     double weight = 1);
  // (happened + m parent) / (cases + m), recursively (Beta-binomial; Efron, Morris 1975, JASA 70:311-319).
  Share share(std::span<const std::uint64_t> path, std::int32_t day) const;
  // Cases of the most special group alone, faded; 0 where it is unknown.
  double cases(std::span<const std::uint64_t> path, std::int32_t day) const;

  const ShareSettings& settings() const { return settings_; }
  std::size_t size() const { return nodes_.size(); }

 private:
  friend std::vector<std::uint8_t> encode(const ShareTree& tree);
  friend Expected<ShareTree> decode_share_tree(std::span<const std::uint8_t> bytes);
  double keep(const ShareNode& node, std::int32_t day) const;

  ShareSettings settings_;
  std::vector<ShareNode> nodes_;
  std::unordered_map<std::uint64_t, std::uint32_t> index_;
};

std::vector<std::uint8_t> encode(const ShareTree& tree);
Expected<ShareTree> decode_share_tree(std::span<const std::uint8_t> bytes);

}  // namespace forestall::forecasting
