// SPDX-License-Identifier: Apache-2.0
// The stored form of a belief: little-endian, versioned, with a checksum.
#include <bit>
#include <cmath>

#include "forecasting/belief_codec.hpp"
#include "forecasting/stock_belief/stock_belief.hpp"

namespace forestall::forecasting {
namespace {

constexpr std::uint8_t version = 1;

void put(std::uint8_t* at, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) at[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint32_t get(const std::uint8_t* at, int bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= std::uint32_t{at[i]} << (8 * i);
  return value;
}

// version 1 | stride 1 | lowest_error 4 | since_spread 4 | since_certain 4 | mass 48 | CRC-32 4
constexpr std::size_t mass_at = 14;
constexpr std::size_t sum_at = mass_at + std::size_t{2} * StockBelief::cells;
static_assert(sum_at + 4 == stock_belief_bytes);
constexpr int widest_stride = 1 + (ShelfPmf::cells - 1) / StockBelief::cells;  // what packing can give

}  // namespace

void encode(const StockBelief& belief, std::span<std::uint8_t, stock_belief_bytes> out) {
  out[0] = version;
  out[1] = belief.stride;
  put(&out[2], static_cast<std::uint32_t>(belief.lowest_error), 4);
  put(&out[6], std::bit_cast<std::uint32_t>(belief.units_since_spread), 4);
  put(&out[10], std::bit_cast<std::uint32_t>(belief.units_since_certain), 4);
  for (std::size_t i = 0; i < StockBelief::cells; ++i) put(&out[mass_at + 2 * i], belief.mass[i], 2);
  put(&out[sum_at], crc32(out.first(sum_at)), 4);
}

Expected<StockBelief> decode_stock_belief(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return std::unexpected(ForecastError::out_of_range);
  if (bytes[0] > version) return std::unexpected(ForecastError::unsupported);
  if (bytes.size() != stock_belief_bytes) return std::unexpected(ForecastError::out_of_range);
  if (bytes[0] == 0 || get(&bytes[sum_at], 4) != crc32(bytes.first(sum_at)))
    return std::unexpected(ForecastError::damaged);
  StockBelief belief;
  belief.stride = bytes[1];
  belief.lowest_error = static_cast<std::int32_t>(get(&bytes[2], 4));
  belief.units_since_spread = std::bit_cast<float>(get(&bytes[6], 4));
  belief.units_since_certain = std::bit_cast<float>(get(&bytes[10], 4));
  std::uint32_t total = 0;
  for (std::size_t i = 0; i < StockBelief::cells; ++i) {
    belief.mass[i] = static_cast<std::uint16_t>(get(&bytes[mass_at + 2 * i], 2));
    total += belief.mass[i];
  }
  const auto sound = [](float units) { return std::isfinite(units) && units >= 0 && units <= 1e9f; };
  if (belief.stride == 0 || belief.stride > widest_stride || total == 0 ||
      std::abs(static_cast<double>(belief.lowest_error)) > 1e9 || !sound(belief.units_since_spread) ||
      !sound(belief.units_since_certain))
    return std::unexpected(ForecastError::damaged);
  return belief;
}

}  // namespace forestall::forecasting
