// SPDX-License-Identifier: Apache-2.0
#include "forecasting/parcel/silence.hpp"

#include <algorithm>
#include <cmath>

#include "forecasting/parcel/bytes.hpp"

namespace forestall::forecasting {
namespace {

struct Piece {
  double from_hours, bin_hours, from_bin;
};
constexpr Piece pieces[] = {{0, 3, 0}, {48, 6, 16}, {168, 24, 36}};

std::size_t bin_of(double hours) {
  return static_cast<std::size_t>(std::clamp(silence_bins(hours), 0.0, static_cast<double>(curve_bins) - 1));
}

// Bins passed through to their end.
std::size_t passed(double hours) {
  return std::min(static_cast<std::size_t>(silence_bins(hours)), curve_bins);
}

double final_given(double pi, double longer_share) { return pi / (pi + (1 - pi) * longer_share); }

Expected<void> possible(double hours) {
  if (!std::isfinite(hours)) return std::unexpected(ForecastError::not_finite);
  if (hours < 0) return std::unexpected(ForecastError::negative);
  if (hours > 24 * 36'525.0) return std::unexpected(ForecastError::too_large);
  return {};
}

}  // namespace

double silence_bins(double hours) {
  const double h = std::max(0.0, hours);
  const Piece& p = h < 48 ? pieces[0] : h < 168 ? pieces[1] : pieces[2];
  return p.from_bin + (h - p.from_hours) / p.bin_hours;
}

double silence_hours(double bins) {
  const double b = std::max(0.0, bins);
  const Piece& p = b < 16 ? pieces[0] : b < 36 ? pieces[1] : pieces[2];
  return p.from_hours + (b - p.from_bin) * p.bin_hours;
}

double Silence::silent_for(double more) const {
  return final + (1 - final) * still_waiting_given(curve, silence_bins(hours), silence_bins(hours + more));
}

void SilenceModel::set_open(double expected, double open, std::int32_t day) {
  if (!(expected >= 0) || !(open >= expected)) return;
  const Share all = final_.share({}, day);
  lift_ = std::max(1.0, (all.share * all.weight + expected) / ((all.weight + open) * all.share));
}

double SilenceModel::final_share(std::span<const std::uint64_t> path, std::int32_t day) const {
  return std::min(0.9, lift_ * final_.share(path, day).share);
}

Expected<void> SilenceModel::waited(std::span<const std::uint64_t> path, double from_hours, double to_hours,
                                    std::int32_t day) {
  for (const double h : {from_hours, to_hours})
    if (auto ok = possible(h); !ok) return ok;
  if (from_hours > to_hours) return std::unexpected(ForecastError::time_backwards);
  const double pi = final_share(path, day);
  const Survival curve = curve_.survival(path, day);
  for (std::size_t bin = passed(from_hours); bin < passed(to_hours); ++bin)
    if (auto ok = curve_.waited(path, bin, bin + 1, day, 1 - final_given(pi, curve[bin])); !ok) return ok;
  return {};
}

Expected<void> SilenceModel::scanned(std::span<const std::uint64_t> path, double hours, std::int32_t day) {
  if (auto ok = possible(hours); !ok) return ok;
  if (auto ok = curve_.ended(path, bin_of(hours), day); !ok) return ok;
  return final_.add(path, 0, day);
}

Expected<void> SilenceModel::never(std::span<const std::uint64_t> path, std::int32_t day) {
  return final_.add(path, 1, day);
}

Silence SilenceModel::look(std::span<const std::uint64_t> path, double hours, std::int32_t day) const {
  return look(curve_.survival(path, day), path, hours, day);
}

Silence SilenceModel::look(const Survival& curve, std::span<const std::uint64_t> path, double hours,
                           std::int32_t day) const {
  Silence out;
  out.hours = std::isfinite(hours) ? std::max(0.0, hours) : 0;
  out.curve = curve;
  out.longer_share = still_waiting(out.curve, silence_bins(out.hours));
  const double pi = final_share(path, day);
  out.final = final_given(pi, out.longer_share);
  return out;
}

double stuck_level(double silences_a_day, double alerts_a_day) {
  if (!(silences_a_day > 0) || !(alerts_a_day > 0)) return 0;
  return std::min(0.2, alerts_a_day / silences_a_day);
}

std::vector<std::uint8_t> encode(const SilenceModel& model) {
  parcel_bytes::Writer w('G', 1);
  for (const auto& part : {encode(model.curve_), encode(model.final_)}) {
    w.u32(part.size());
    for (const std::uint8_t b : part) w.number(b, 1);
  }
  return w.seal();
}

Expected<SilenceModel> decode_silence_model(std::span<const std::uint8_t> bytes) {
  auto r = parcel_bytes::Reader::open(bytes, 'G', 1);
  if (!r) return std::unexpected(r.error());
  const auto part = [&r] {
    std::vector<std::uint8_t> out(r->count(1, std::size_t{1} << 31));
    for (std::uint8_t& b : out) b = static_cast<std::uint8_t>(r->number(1));
    return out;
  };
  auto curve = decode_curve_tree(part());
  auto final = decode_share_tree(part());
  if (!r->at_end()) return std::unexpected(ForecastError::damaged);
  if (!curve) return std::unexpected(curve.error());
  if (!final) return std::unexpected(final.error());
  SilenceModel model;
  model.curve_ = std::move(*curve);
  model.final_ = std::move(*final);
  return model;
}

}  // namespace forestall::forecasting
