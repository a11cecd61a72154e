// SPDX-License-Identifier: Apache-2.0
// Any bytes with a valid checksum: refused, or a belief that survives events and questions.
#include <cmath>
#include <cstdlib>
#include <vector>

#include "forecasting/belief_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall::forecasting;
  static const std::vector<WeekProfile> profiles = {WeekProfile::flat()};
  static const std::vector<StratumPrior> strata(1);
  const DemandFilter filter(profiles, strata);
  static_cast<void>(decode_belief({data, size}));
  // Give mutated payloads a checksum that fits, or the reader behind it is never reached.
  std::vector<std::uint8_t> sealed(data, data + (size > 4 ? size - 4 : size));
  const std::uint32_t crc = crc32(sealed);
  for (int i = 0; i < 4; ++i) sealed.push_back(static_cast<std::uint8_t>(crc >> (8 * i)));
  auto belief = decode_belief(sealed);
  if (!belief) return 0;
  const std::int64_t now = belief->last_seconds;
  for (const double units : {0.0, 1.0, 1e9}) {
    if (const auto ok = filter.observe(*belief, now + 1'000, units); !ok && now + 1'000 <= 0xffffffffLL)
      std::abort();
    const WindowDemand window = filter.window(*belief, now, now, now + 86'400);
    if (!std::isfinite(window.mean_units) || !std::isfinite(window.variance_units2)) std::abort();
    const double above = probability_above(window, 3);
    if (!(above >= 0 && above <= 1)) std::abort();
  }
  return 0;
}
