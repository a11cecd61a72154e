// SPDX-License-Identifier: Apache-2.0
// The stored form of trees and blends. Hostile until parsed: whatever no update could have produced is
// damaged.
#include <algorithm>

#include "forecasting/parcel/bytes.hpp"
#include "forecasting/parcel/curve_tree.hpp"
#include "forecasting/parcel/event_model.hpp"
#include "forecasting/parcel/share_tree.hpp"

namespace forestall::forecasting {

using parcel_bytes::Reader;
using parcel_bytes::Writer;

namespace {

enum Kind : std::uint8_t { curve_kind = 'C', share_kind = 'S', event_kind = 'E' };
constexpr float most_sum = 1e12F;

std::int32_t read_day(Reader& r) {
  const std::int32_t day = r.i32();
  if (day < parcel_bytes::first_day || day > parcel_bytes::last_day) r.refuse();
  return day;
}

// Keys in order, so that equal trees have equal bytes.
void write_index(Writer& w, const std::unordered_map<std::uint64_t, std::uint32_t>& index) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> sorted(index.begin(), index.end());
  std::ranges::sort(sorted);
  for (const auto& [key, at] : sorted) {
    w.u64(key);
    w.u32(at);
  }
}

// One key for each node but the root.
void read_index(Reader& r, std::size_t nodes, std::unordered_map<std::uint64_t, std::uint32_t>& index) {
  std::vector<bool> taken(nodes);
  for (std::size_t i = 1; i < nodes && r.ok(); ++i) {
    const std::uint64_t key = r.u64();
    const std::uint32_t at = r.u32();
    if (!r.ok() || at == 0 || at >= nodes || taken[at] || !index.emplace(key, at).second) return r.refuse();
    taken[at] = true;
  }
}

void write_logistic(Writer& w, const Logistic& l) {
  w.u32(l.width);
  w.f64(l.intercept);
  for (std::size_t j = 0; j < l.width; ++j) {
    w.f64(l.slope[j]);
    w.f64(l.centre[j]);
    w.f64(l.scale[j]);
  }
}

Logistic read_logistic(Reader& r) {
  Logistic l;
  l.width = r.count(24, most_features);
  l.intercept = r.f64(-1e6, 1e6);
  for (std::size_t j = 0; j < l.width; ++j) {
    l.slope[j] = r.f64(-1e6, 1e6);
    l.centre[j] = r.f64(-1e30, 1e30);
    l.scale[j] = r.f64(0, 1e30);
  }
  return l;
}

}  // namespace

std::vector<std::uint8_t> encode(const CurveTree& tree) {
  Writer w(curve_kind, 1);
  for (const double s : {tree.settings_.half_life_days, tree.settings_.parent_weight,
                         tree.settings_.speed_weight, tree.settings_.first_hazard})
    w.f64(s);
  w.u32(tree.nodes_.size());
  for (const CurveNode& node : tree.nodes_) {
    w.i32(node.day);
    for (const float v : node.ended) w.f32(v);
    for (const float v : node.exposed) w.f32(v);
  }
  write_index(w, tree.index_);
  return w.seal();
}

Expected<CurveTree> decode_curve_tree(std::span<const std::uint8_t> bytes) {
  auto r = Reader::open(bytes, curve_kind, 1);
  if (!r) return std::unexpected(r.error());
  CurveTree tree;
  tree.settings_ = {.half_life_days = r->f64(0.01, 1e6),
                    .parent_weight = r->f64(1e-3, 1e6),
                    .speed_weight = r->f64(1e-3, 1e6),
                    .first_hazard = r->f64(1e-6, 1)};
  const std::size_t nodes = r->count(4 + 8 * curve_bins, CurveTree::most_nodes);
  if (nodes == 0) return std::unexpected(ForecastError::damaged);
  tree.nodes_.resize(nodes);
  for (CurveNode& node : tree.nodes_) {
    node.day = read_day(*r);
    for (float& v : node.ended) v = r->f32(0, most_sum);
    for (float& v : node.exposed) v = r->f32(0, most_sum);
    // Whatever ended was exposed; float sums may differ in their last digits.
    for (std::size_t d = 0; d < curve_bins; ++d)
      if (node.ended[d] > node.exposed[d] * 1.001F + 1e-3F) r->refuse();
    if (!r->ok()) return std::unexpected(ForecastError::damaged);
  }
  read_index(*r, nodes, tree.index_);
  if (!r->at_end()) return std::unexpected(ForecastError::damaged);
  return tree;
}

std::vector<std::uint8_t> encode(const ShareTree& tree) {
  Writer w(share_kind, 1);
  for (const double s :
       {tree.settings_.half_life_days, tree.settings_.parent_weight, tree.settings_.first_share})
    w.f64(s);
  w.u32(tree.nodes_.size());
  for (const ShareNode& node : tree.nodes_) {
    w.i32(node.day);
    w.f64(node.cases);
    w.f64(node.happened);
  }
  write_index(w, tree.index_);
  return w.seal();
}

Expected<ShareTree> decode_share_tree(std::span<const std::uint8_t> bytes) {
  auto r = Reader::open(bytes, share_kind, 1);
  if (!r) return std::unexpected(r.error());
  ShareTree tree;
  tree.settings_ = {.half_life_days = r->f64(0.01, 1e7),
                    .parent_weight = r->f64(1e-3, 1e6),
                    .first_share = r->f64(1e-9, 1)};
  const std::size_t nodes = r->count(20, ShareTree::most_nodes);
  if (nodes == 0) return std::unexpected(ForecastError::damaged);
  tree.nodes_.resize(nodes);
  for (ShareNode& node : tree.nodes_) {
    node.day = read_day(*r);
    node.cases = r->f64(0, static_cast<double>(most_sum));
    node.happened = r->f64(0, static_cast<double>(most_sum));
    if (node.happened > node.cases * 1.000001 + 1e-9) r->refuse();
    if (!r->ok()) return std::unexpected(ForecastError::damaged);
  }
  read_index(*r, nodes, tree.index_);
  if (!r->at_end()) return std::unexpected(ForecastError::damaged);
  return tree;
}

std::vector<std::uint8_t> encode(const EventModel& model) {
  Writer w(event_kind, 1);
  const EventSettings& s = model.settings_;
  w.u32(s.width);
  for (const double v : {s.half_life_days, s.ridge, s.prior_shift, s.prior_slope, s.prior_cases, s.first_rate,
                         s.period_spread, s.carry_over, s.usual_days})
    w.f64(v);
  w.i32(s.recalibrate_days);
  w.i32(s.most_days);
  w.u32(s.most_cases);
  write_logistic(w, model.blend_);
  for (const double v : {model.recalibration_.shift, model.recalibration_.slope, model.before_fit_,
                         model.level_, model.usual_weight_})
    w.f64(v);
  for (std::size_t j = 0; j < s.width; ++j) w.f64(model.usual_[j]);
  w.i32(model.usual_day_);
  w.u32(model.cases_.size());
  for (const EventModel::Case& c : model.cases_) {
    w.i32(c.day);
    w.i32(c.asked);
    w.f32(c.raw);
    w.f32(c.weight);
    w.number(c.happened ? 1 : 0, 1);
    for (const float v : c.clues) w.f32(v);
  }
  return w.seal();
}

Expected<EventModel> decode_event_model(std::span<const std::uint8_t> bytes) {
  auto opened = Reader::open(bytes, event_kind, 1);
  if (!opened) return std::unexpected(opened.error());
  Reader& r = *opened;
  EventSettings s;
  s.width = r.u32();
  if (!r.ok() || s.width == 0 || s.width > most_features) return std::unexpected(ForecastError::damaged);
  for (double* v : {&s.half_life_days, &s.ridge, &s.prior_shift, &s.prior_slope}) *v = r.f64(1e-6, 1e7);
  s.prior_cases = r.f64(0, 1e7);
  s.first_rate = r.f64(0, 1);
  s.period_spread = r.f64(0, 100);
  s.carry_over = r.f64(0, 1);
  s.usual_days = r.f64(0, 1e6);
  s.recalibrate_days = r.i32();
  s.most_days = r.i32();
  s.most_cases = r.u32();
  if (s.recalibrate_days < 1 || s.recalibrate_days > 10'000 || s.most_days < 1 || s.most_days > 10'000 ||
      s.most_cases < 1)
    return std::unexpected(ForecastError::damaged);
  EventModel model(s);
  model.blend_ = read_logistic(r);
  if (model.blend_.width != 0 && model.blend_.width != s.width) r.refuse();
  model.recalibration_ = {r.f64(-100, 100), r.f64(0.25, 2)};
  model.before_fit_ = r.f64(0, 1);
  model.level_ = r.f64(-1e6, 1e6);
  model.usual_weight_ = r.f64(0, 1e12);
  for (std::size_t j = 0; j < s.width; ++j) model.usual_[j] = r.f64(-1e30, 1e30);
  model.usual_day_ = read_day(r);
  const std::size_t cases = r.count(17 + 4 * s.width, s.most_cases + std::size_t{1});
  for (std::size_t i = 0; i < cases && r.ok(); ++i) {
    EventModel::Case c;
    c.day = read_day(r);
    c.asked = read_day(r);
    c.raw = r.f32(0, 1);
    c.weight = r.f32(0, 1e6F);
    c.happened = r.number(1) != 0;
    for (std::size_t j = 0; j < s.width; ++j) c.clues.push_back(r.f32(-3e38F, 3e38F));
    if (c.asked > c.day || (!model.cases_.empty() && c.day < model.cases_.back().day)) r.refuse();
    model.cases_.push_back(std::move(c));
  }
  if (!r.at_end()) return std::unexpected(ForecastError::damaged);
  return model;
}

}  // namespace forestall::forecasting
