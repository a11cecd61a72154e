// SPDX-License-Identifier: Apache-2.0
// Demand beliefs as bytes: one record a SKU, little endian, with a version and a checksum of its own, so that
// one damaged record costs one SKU its history and no more.
//
//   u8 version | payload | u32 CRC-32 of version and payload
//   version 1, 58 bytes of payload: without the open day (open_expected, open_units)
//   version 2, 64 bytes of payload: DemandBelief
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "forecasting/demand_belief.hpp"
#include "forecasting/demand_filter.hpp"
#include "forecasting/error.hpp"

namespace forestall::forecasting {

inline constexpr std::uint8_t belief_version = 2;
inline constexpr std::size_t belief_record_size = 1 + 64 + 4;
using BeliefRecord = std::array<std::uint8_t, belief_record_size>;

BeliefRecord encode_belief(const DemandBelief& belief);

// damaged: wrong length or checksum, or values no update can produce (NaN, negative or enormous sums).
// unsupported: written by a newer program.
Expected<DemandBelief> decode_belief(std::span<const std::uint8_t> record);

// The belief of a record, or a fresh one at its stratum's prior and the reason why.
struct RestoredBelief {
  DemandBelief belief;
  bool from_prior = false;
  ForecastError reason{};  // meaningful if from_prior
};
Expected<RestoredBelief> restore_belief(const DemandFilter& filter, std::span<const std::uint8_t> record,
                                        std::uint16_t stratum, std::uint16_t profile,
                                        std::int64_t now_seconds);

// CRC-32 (IEEE 802.3, reflected), as of gzip.
std::uint32_t crc32(std::span<const std::uint8_t> bytes);

}  // namespace forestall::forecasting
