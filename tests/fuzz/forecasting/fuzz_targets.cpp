// SPDX-License-Identifier: Apache-2.0
// Any numbers: refused, or targets within stock wherever the verdict is scarce.
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "forecasting/targets/targets.hpp"

namespace {

struct Bytes {
  const std::uint8_t* at;
  std::size_t left;

  template <class T>
  T take() {
    T out{};
    const std::size_t n = left < sizeof out ? left : sizeof out;
    if (n > 0) std::memcpy(&out, at, n);
    at += n, left -= n;
    return out;
  }
  // Mostly sane magnitudes, sometimes whatever the bytes say.
  double number() {
    const auto kind = take<std::uint8_t>();
    return kind < 8 ? take<double>() : take<std::uint16_t>() / std::pow(4.0, kind % 9);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall::forecasting;
  Bytes in{data, size};
  const std::size_t skus = 1 + in.take<std::uint8_t>() % 3;
  const std::size_t count = in.take<std::uint8_t>() % 5;
  std::array<StockTerms, 3> stock;
  for (auto& s : stock)
    s.usable_units = in.take<std::uint8_t>() < 200 ? in.take<std::uint8_t>() : in.take<int>();
  std::array<ListingTerms, 4> listings;
  for (auto& l : listings) {
    l.until_receipt = {in.number(), in.number()};
    l.blind = {in.number(), in.number()};
    l.margin = in.number(), l.cancel_cost = in.number(), l.write_cost = in.number();
    l.exposure_units = in.take<std::uint8_t>();
    l.quantity = static_cast<QuantityKind>(in.take<std::uint8_t>() % 3);
    l.through_zero = in.take<std::uint8_t>() % 2 == 0;
    l.component_count = static_cast<std::uint8_t>(1 + in.take<std::uint8_t>() % 2);
    const auto part = in.take<std::uint8_t>();  // 255 names a SKU that is not there
    l.components[0] = {static_cast<std::uint16_t>(part == 255 ? skus : part % skus),
                       static_cast<std::uint16_t>(part == 254 ? 0 : 1 + part % 3)};
    l.components[1] = {static_cast<std::uint16_t>((l.components[0].sku + 1) % skus), 1};
  }
  std::array<SkuVerdict, 3> verdicts;
  std::array<ListingTarget, 4> targets;
  const auto s = std::span(stock).first(skus);
  const auto l = std::span(listings).first(count);
  const auto v = std::span(verdicts).first(skus);
  const auto t = std::span(targets).first(count);
  if (!choose_targets(s, l, v, t)) return 0;
  explain_targets(s, l, v, t);
  for (std::size_t j = 0; j < skus; ++j) {
    if (std::isnan(v[j].plenty_value) || std::isnan(v[j].scarce_value) || std::isnan(v[j].bid_price))
      std::abort();
    if (v[j].regime != Regime::scarce) continue;
    long used = 0;
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t c = 0; c < l[i].component_count; ++c)
        if (l[i].components[c].sku == j) used += long{t[i].units} * l[i].components[c].units;
    if (used > (stock[j].usable_units > 0 ? stock[j].usable_units : 0)) std::abort();
  }
  for (std::size_t i = 0; i < count; ++i)
    if (t[i].units < 0 || std::isnan(t[i].filled_value) || std::isnan(t[i].next_unit_value)) std::abort();
  return 0;
}
