// SPDX-License-Identifier: Apache-2.0
// Four floats at once, one per half-life, with the two functions the filter needs. Vector extensions of Clang
// and GCC; they compile to SSE on x86-64 and NEON on ARM without flags.
#pragma once

#include <cstdint>

namespace forestall::forecasting {

using Lanes = float __attribute__((vector_size(16)));
using LaneBits = std::int32_t __attribute__((vector_size(16)));

inline constexpr int lane_count = 4;

constexpr Lanes lanes(float value) { return Lanes{value, value, value, value}; }

inline float sum(const Lanes& v) { return (v[0] + v[1]) + (v[2] + v[3]); }
inline Lanes min(const Lanes& a, const Lanes& b) { return a < b ? a : b; }
inline Lanes max(const Lanes& a, const Lanes& b) { return a > b ? a : b; }
inline float highest(const Lanes& v) {
  const float a = v[0] > v[1] ? v[0] : v[1];
  const float b = v[2] > v[3] ? v[2] : v[3];
  return a > b ? a : b;
}

// 2^x; relative error below 3e-7 for x in [-126, 126], clamped outside. Degree-6 minimax polynomial on [0,
// 1).
inline Lanes exp2_lanes(Lanes x) {
  x = min(max(x, lanes(-126.0F)), lanes(126.0F));
  const LaneBits whole =
      __builtin_convertvector(x + lanes(127.0F), LaneBits) - 127;  // floor, as x + 127 >= 1
  const Lanes f = x - __builtin_convertvector(whole, Lanes);
  // In pairs (Estrin): half the latency of Horner's order.
  const Lanes f2 = f * f;
  const Lanes low = (6.9314696e-1F * f + 1.0F) + f2 * (5.5483342e-2F * f + 2.4023060e-1F);
  const Lanes high = (1.2429233e-3F * f + 9.6823712e-3F) + f2 * 2.1498763e-4F;
  const Lanes p = low + (f2 * f2) * high;
  return reinterpret_cast<Lanes>(reinterpret_cast<LaneBits>(p) + (whole << 23));
}

// log2(x) for normal positive x; absolute error below 1e-6. Polynomial of Cephes' logf, in pairs, without a
// division.
inline Lanes log2_lanes(const Lanes& x) {
  const LaneBits bits = reinterpret_cast<LaneBits>(x);
  // Mantissa into [sqrt(1/2), sqrt(2)).
  const LaneBits shifted = bits - 0x3F3504F3;
  const LaneBits exponent = shifted >> 23;
  const Lanes t = reinterpret_cast<Lanes>((shifted & 0x007FFFFF) + 0x3F3504F3) - 1.0F;
  const Lanes t2 = t * t;
  const Lanes t4 = t2 * t2;
  const Lanes low =
      (3.3333331174e-1F - 2.4999993993e-1F * t) + t2 * (2.0000714765e-1F - 1.6668057665e-1F * t);
  const Lanes high =
      (1.4249322787e-1F - 1.2420140846e-1F * t) + t2 * (1.1676998740e-1F - 1.1514610310e-1F * t);
  const Lanes tail = low + t4 * (high + t4 * 7.0376836292e-2F);
  const Lanes log = t - 0.5F * t2 + t2 * t * tail;
  return __builtin_convertvector(exponent, Lanes) + log * 1.44269504F;
}

}  // namespace forestall::forecasting
