// SPDX-License-Identifier: Apache-2.0
// Any bytes as a packed order file, in pieces of any size: rows, or an error that says something, within the
// limits.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "daemon/backtest/history/order_records.hpp"
#include "daemon/backtest/history/unpack.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall;
  if (size == 0) return 0;
  const std::size_t step = std::size_t{1} + data[0];
  std::string_view packed(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr UnpackLimits limits{.most_bytes = 1 << 20, .most_memory = 16 << 20};
  Unpacker unpacker(packing_of(packed), limits);
  std::string_view some;
  std::uint64_t unpacked = 0;
  const auto records = read_order_records(
      [&]() -> Result<std::string_view> {
        for (;;) {
          auto piece = unpacker.next(some);
          if (!piece) return piece;
          unpacked += piece->size();
          if (unpacked > limits.most_bytes) std::abort();
          if (!piece->empty()) return piece;
          if (packed.empty()) {
            if (auto whole = unpacker.finish(); !whole) return std::unexpected(whole.error());
            return std::string_view{};
          }
          some = packed.substr(0, step);
          packed.remove_prefix(some.size());
        }
      },
      {});
  if (!records) {
    if (records.error().detail.empty()) std::abort();
    return 0;
  }
  if (records->lines > 20'000) return 0;
  const auto history = imagine(*records, {});
  if (!world::check(history.demand, history.catalogue)) std::abort();
  return 0;
}
