// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/scorecard.hpp"

#include <algorithm>

#include "forecasting/parcel/bytes.hpp"

namespace forestall::orders {
namespace {

using forecasting::ShareTree;

constexpr std::size_t most_lanes = 100'000;

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
    if ((place == seen_.end() || *place != seen) && seen_.size() < most_lanes) seen_.insert(place, seen);
  }
  return {};
}

ScorecardRow Scorecard::row(const LaneKey& lane, std::int32_t day) const {
  const auto at = path(lane);
  return {lane, on_time_.cases(at, day), rate(on_time_, at, day), rate(first_scan_, at, day),
          rate(lost_, at, day)};
}

std::vector<std::uint8_t> encode(const Scorecard& card) {
  forecasting::parcel_bytes::Writer w('C', 1);
  for (const ShareTree* tree : {&card.on_time_, &card.first_scan_, &card.lost_}) {
    const auto part = encode(*tree);
    w.u32(part.size());
    for (const std::uint8_t b : part) w.number(b, 1);
  }
  w.u32(card.seen_.size());
  for (const LaneKey& lane : card.seen_)
    for (const std::string* text : {&lane.carrier, &lane.service, &lane.lane}) {
      w.number(text->size(), 1);
      for (const char c : *text) w.number(static_cast<std::uint8_t>(c), 1);
    }
  return w.seal();
}

forecasting::Expected<Scorecard> decode_scorecard(std::span<const std::uint8_t> bytes) {
  auto r = forecasting::parcel_bytes::Reader::open(bytes, 'C', 1);
  if (!r) return std::unexpected(r.error());
  Scorecard card;
  for (ShareTree* tree : {&card.on_time_, &card.first_scan_, &card.lost_}) {
    std::vector<std::uint8_t> part(r->count(1, std::size_t{1} << 30));
    for (std::uint8_t& b : part) b = static_cast<std::uint8_t>(r->number(1));
    auto read = forecasting::decode_share_tree(part);
    if (!read) return std::unexpected(read.error());
    *tree = std::move(*read);
  }
  card.seen_.resize(r->count(3, most_lanes));
  for (LaneKey& lane : card.seen_)
    for (std::string* text : {&lane.carrier, &lane.service, &lane.lane}) {
      const auto size = r->number(1);
      for (std::uint64_t i = 0; i < size && r->ok(); ++i) *text += static_cast<char>(r->number(1));
    }
  if (!r->at_end() || !std::ranges::is_sorted(card.seen_))
    return std::unexpected(forecasting::ForecastError::damaged);
  return card;
}

std::vector<ScorecardRow> Scorecard::rows(std::int32_t day, std::size_t most) const {
  // Intervals are dear (some 40 us a row): only of the rows that are shown.
  std::vector<std::pair<double, const LaneKey*>> busiest;
  for (const LaneKey& lane : seen_) busiest.emplace_back(on_time_.cases(path(lane), day), &lane);
  std::ranges::sort(busiest, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : *a.second < *b.second;
  });
  if (busiest.size() > most) busiest.resize(most);
  std::vector<ScorecardRow> out;
  for (const auto& [cases, lane] : busiest) out.push_back(row(*lane, day));
  return out;
}

}  // namespace forestall::orders
