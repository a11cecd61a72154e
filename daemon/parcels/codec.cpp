// SPDX-License-Identifier: Apache-2.0
// Models as bytes: parts with their lengths, a CRC-32 at the end; read back under suspicion.
#include <cstddef>
#include <vector>

#include "daemon/parcels/hand_over.hpp"
#include "daemon/parcels/models.hpp"
#include "forecasting/parcel/bytes.hpp"

namespace forestall::parcels {
namespace {

namespace fc = forecasting;
using fc::parcel_bytes::Reader;
using fc::parcel_bytes::Writer;

constexpr std::uint8_t models_kind = 'M', hand_over_kind = 'H', version = 1;
constexpr std::size_t most_bytes = std::size_t{1} << 30;

void put(Writer& w, const std::vector<std::uint8_t>& part) {
  w.u32(part.size());
  for (const std::uint8_t b : part) w.number(b, 1);
}

std::vector<std::uint8_t> take(Reader& r) {
  std::vector<std::uint8_t> out(r.count(1, most_bytes));
  for (std::uint8_t& b : out) b = static_cast<std::uint8_t>(r.number(1));
  return out;
}

std::string text_of(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

Result<Reader> open(std::string_view bytes, std::uint8_t kind) {
  auto r = Reader::open({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, kind, version);
  if (!r)
    return fail(ErrorCode::parse, r.error() == fc::ForecastError::unsupported ? "models: of a newer version"
                                                                              : "models: damaged");
  return *r;
}

template <class T>
bool into(T& where, fc::Expected<T> part) {
  if (part) where = std::move(*part);
  return part.has_value();
}

}  // namespace

std::string encode(const ParcelModels& m) {
  Writer w(models_kind, version);
  put(w, encode(m.first_scans_));
  put(w, encode(m.gaps_));
  put(w, encode(m.transit_));
  put(w, encode(m.scorecard_));
  w.f64(m.recalibration_.shift);
  w.f64(m.recalibration_.slope);
  w.i32(m.refitted_);
  w.u32(m.said_.size());
  for (const auto& s : m.said_) {
    w.f32(s.probability);
    w.number(s.late ? 1 : 0, 1);
    w.i32(s.day);
  }
  return text_of(w.seal());
}

Result<ParcelModels> decode_models(std::string_view bytes) {
  auto r = open(bytes, models_kind);
  if (!r) return std::unexpected(r.error());
  ParcelModels m;
  const bool parts = into(m.first_scans_, fc::decode_silence_model(take(*r))) &&
                     into(m.gaps_, fc::decode_silence_model(take(*r))) &&
                     into(m.transit_, fc::decode_curve_tree(take(*r))) &&
                     into(m.scorecard_, orders::decode_scorecard(take(*r)));
  m.recalibration_.shift = r->f64(-50, 50);
  m.recalibration_.slope = r->f64(0.1, 10);
  m.refitted_ = r->i32();
  const std::size_t said = r->count(9, 20'000);
  for (std::size_t i = 0; i < said; ++i) {
    ParcelModels::Said s{};
    s.probability = r->f32(0, 1);
    s.late = r->number(1) == 1;
    s.day = r->i32();
    m.said_.push_back(s);
  }
  if (!parts || !r->at_end()) return fail(ErrorCode::parse, "models: damaged");
  return m;
}

std::string encode(const HandOverModel& m) {
  Writer w(hand_over_kind, version);
  put(w, encode(m.waits_));
  for (const double h : m.hours_) w.f64(h);
  w.i32(m.hours_day_);
  w.f64(m.expected_);
  w.f64(m.left_);
  return text_of(w.seal());
}

Result<HandOverModel> decode_hand_over(std::string_view bytes) {
  auto r = open(bytes, hand_over_kind);
  if (!r) return std::unexpected(r.error());
  HandOverModel m;
  const bool parts = into(m.waits_, fc::decode_curve_tree(take(*r)));
  for (double& h : m.hours_) h = r->f64(0, 1e9);
  m.hours_day_ = r->i32();
  m.expected_ = r->f64(0, 1e9);
  m.left_ = r->f64(0, 1e9);
  if (!parts || !r->at_end()) return fail(ErrorCode::parse, "hand-over model: damaged");
  return m;
}

}  // namespace forestall::parcels
