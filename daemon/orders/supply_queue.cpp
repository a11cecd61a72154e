// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/supply_queue.hpp"

#include <algorithm>
#include <tuple>

namespace forestall::orders {
namespace {

constexpr std::size_t most_receipts = 8;

double there_by(const UncertainReceipt& r, Instant when) {
  if (r.may_come.empty()) return 0;
  const auto came = std::ranges::count_if(r.may_come, [&](Instant at) { return at <= when; });
  return (1 - r.never) * static_cast<double>(came) / static_cast<double>(r.may_come.size());
}

}  // namespace

std::vector<Shortage> queue_claims(std::vector<Claim> claims, std::span<const double> at_least,
                                   std::span<const UncertainReceipt> receipts) {
  std::ranges::sort(claims, {}, [](const Claim& c) { return std::tuple(c.ship_by, -c.value, c.order); });
  std::vector<const UncertainReceipt*> first;
  for (const UncertainReceipt& r : receipts) first.push_back(&r);
  std::ranges::sort(first, {}, [](const UncertainReceipt* r) {
    return r->may_come.empty() ? Instant::max() : std::ranges::min(r->may_come);
  });
  if (first.size() > most_receipts) first.resize(most_receipts);
  const auto stock_reaches = [&](long need) {
    if (need <= 0) return 1.0;
    return static_cast<std::size_t>(need) < at_least.size() ? at_least[static_cast<std::size_t>(need)] : 0.0;
  };

  std::vector<Shortage> out;
  long need = 0;
  for (const Claim& c : claims) {
    need += c.units;
    // Every way in which the receipts may have come by then: they are independent.
    double enough = 0;
    long most = 0;
    for (std::size_t way = 0; way < std::size_t{1} << first.size(); ++way) {
      double chance = 1;
      long units = 0;
      for (std::size_t i = 0; i < first.size(); ++i) {
        const double p = there_by(*first[i], c.ship_by);
        const bool came = (way >> i & 1U) != 0;
        chance *= came ? p : 1 - p;
        units += came ? first[i]->units : 0;
      }
      if (chance <= 0) continue;
      most = std::max(most, units);
      enough += chance * stock_reaches(need - units);
    }
    out.push_back({c.order, std::clamp(1 - enough, 0.0, 1.0), stock_reaches(need - most) <= 0});
  }
  return out;
}

}  // namespace forestall::orders
