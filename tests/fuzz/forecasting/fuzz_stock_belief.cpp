// SPDX-License-Identifier: Apache-2.0
// Any bytes with a valid checksum: refused, or a belief that stays a distribution through every event.
#include <cmath>
#include <cstdlib>
#include <vector>

#include "forecasting/belief_codec.hpp"
#include "forecasting/stock_belief/stock_belief.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall::forecasting;
  if (const auto unsealed = decode_stock_belief({data, size}); unsealed && unsealed->stride == 0)
    std::abort();
  std::vector<std::uint8_t> sealed(data, data + (size > 4 ? size - 4 : size));
  const std::uint32_t sum = crc32(sealed);
  for (int i = 0; i < 4; ++i) sealed.push_back(static_cast<std::uint8_t>(sum >> (8 * i)));
  const auto belief = decode_stock_belief(sealed);
  if (!belief) return 0;
  const LossLaw law;
  for (const int record : {0, 3, 700, 1'000'000'000}) {
    for (int event = 0; event < 6; ++event) {
      StockBelief b = *belief;
      note_sold(b, 7);
      if (event == 1) note_picked(b, law, record);
      if (event == 2) static_cast<void>(note_pick_failed(b, law, record, 1));
      if (event == 3) note_seller_cancelled(b, law, record, 2);
      if (event == 4) note_receipt(b, law, record);
      if (event == 5) note_corrected(b, 1'000'000'000);
      ShelfPmf shelf;
      read_shelf(b, law, record, shelf);
      if (!(std::abs(shelf.at_least(0) - 1) < 1e-6) || shelf.lowest_units < 0) std::abort();
      if (usable_units(shelf, 1, 1, 20) < 0) std::abort();
    }
  }
  return 0;
}
