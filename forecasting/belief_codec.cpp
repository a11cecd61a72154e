// SPDX-License-Identifier: Apache-2.0
#include "forecasting/belief_codec.hpp"

#include <bit>
#include <cmath>

namespace forestall::forecasting {
namespace {

constexpr auto crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1U) != 0 ? 0xEDB88320U ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}();

constexpr std::size_t payload_v1 = 58;
constexpr std::size_t payload_v2 = 64;
constexpr float most_sum = 1e15F;

class Writer {
 public:
  explicit Writer(std::uint8_t* at) : at_(at) {}
  void u8(std::uint8_t v) { *at_++ = v; }
  void u16(std::uint16_t v) {
    u8(static_cast<std::uint8_t>(v & 0xffU));
    u8(static_cast<std::uint8_t>(v >> 8));
  }
  void u32(std::uint32_t v) {
    u16(static_cast<std::uint16_t>(v & 0xffffU));
    u16(static_cast<std::uint16_t>(v >> 16));
  }
  void f32(float v) { u32(std::bit_cast<std::uint32_t>(v)); }

 private:
  std::uint8_t* at_;
};

class Reader {
 public:
  explicit Reader(const std::uint8_t* at) : at_(at) {}
  std::uint16_t u16() {
    const auto v = static_cast<std::uint16_t>(at_[0] | at_[1] << 8);
    at_ += 2;
    return v;
  }
  std::uint32_t u32() {
    const std::uint32_t low = u16();
    return low | static_cast<std::uint32_t>(u16()) << 16;
  }
  float f32() { return std::bit_cast<float>(u32()); }

 private:
  const std::uint8_t* at_;
};

bool within(float value, float least) { return std::isfinite(value) && value >= least && value <= most_sum; }

bool possible(const DemandBelief& b) {
  for (std::size_t k = 0; k < lane_count; ++k) {
    if (!within(b.units[k], 0) || !within(b.exposure_hours[k], 1e-9F)) return false;
  }
  return within(b.squared_error, 0) && within(b.open_expected, 0);
}

}  // namespace

std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  std::uint32_t c = 0xFFFFFFFFU;
  for (const std::uint8_t byte : bytes) c = crc_table[(c ^ byte) & 0xffU] ^ (c >> 8);
  return ~c;
}

BeliefRecord encode_belief(const DemandBelief& b) {
  BeliefRecord out{};
  Writer w(out.data());
  w.u8(belief_version);
  for (const float v : b.units) w.f32(v);
  for (const float v : b.exposure_hours) w.f32(v);
  for (const std::uint16_t v : b.lane_deficit) w.u16(v);
  w.f32(b.squared_error);
  w.f32(b.open_expected);
  w.u32(b.last_seconds);
  w.u16(b.squared_weight);
  w.u16(b.open_units);
  w.u16(b.stratum_and_flags);
  w.u16(b.profile);
  w.u16(b.promotion_units);
  w.u16(b.promotion_expected);
  w.u32(crc32(std::span(out).first(1 + payload_v2)));
  return out;
}

Expected<DemandBelief> decode_belief(std::span<const std::uint8_t> record) {
  if (record.size() < 5) return std::unexpected(ForecastError::damaged);
  const auto body = record.first(record.size() - 4);
  if (Reader(record.data() + body.size()).u32() != crc32(body))
    return std::unexpected(ForecastError::damaged);
  const std::uint8_t version = body[0];
  // The checksum holds, so this really is a later version and not noise.
  if (version > belief_version) return std::unexpected(ForecastError::unsupported);
  const std::size_t expected = version == 1 ? payload_v1 : payload_v2;
  if (version == 0 || body.size() != 1 + expected) return std::unexpected(ForecastError::damaged);
  DemandBelief b;
  Reader r(body.data() + 1);
  for (float& v : b.units) v = r.f32();
  for (float& v : b.exposure_hours) v = r.f32();
  for (std::uint16_t& v : b.lane_deficit) v = r.u16();
  b.squared_error = r.f32();
  if (version >= 2) b.open_expected = r.f32();
  b.last_seconds = r.u32();
  b.squared_weight = r.u16();
  if (version >= 2) b.open_units = r.u16();
  b.stratum_and_flags = r.u16();
  b.profile = r.u16();
  b.promotion_units = r.u16();
  b.promotion_expected = r.u16();
  if (!possible(b)) return std::unexpected(ForecastError::damaged);
  return b;
}

Expected<RestoredBelief> restore_belief(const DemandFilter& filter, std::span<const std::uint8_t> record,
                                        std::uint16_t stratum, std::uint16_t profile,
                                        std::int64_t now_seconds) {
  auto decoded = decode_belief(record);
  // A record of the future would refuse every event until then.
  if (decoded && decoded->last_seconds > now_seconds + 86'400)
    decoded = std::unexpected(ForecastError::time_backwards);
  if (decoded) return RestoredBelief{*decoded};
  auto fresh = filter.start(stratum, profile, now_seconds);
  if (!fresh) return std::unexpected(fresh.error());
  return RestoredBelief{*fresh, true, decoded.error()};
}

}  // namespace forestall::forecasting
