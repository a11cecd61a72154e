// SPDX-License-Identifier: Apache-2.0
// Rates as the models of the Selling Partner API document them.
#include "tests/sandbox/throttle.hpp"

#include <algorithm>
#include <array>

namespace forestall::sandbox {

namespace {
struct Plan {
  std::string_view operation;
  Rate rate;
};
constexpr std::array<Plan, 11> plans{{
    {"searchOrders", {0.0056, 20}},
    {"getOrder", {0.5, 30}},
    {"getListingsItem", {5, 10}},
    {"searchListingsItems", {5, 5}},
    {"patchListingsItem", {5, 5}},
    {"getInventorySummaries", {2, 2}},
    {"createReport", {0.0167, 15}},
    {"getReport", {2, 15}},
    {"getReports", {0.0222, 10}},
    {"getReportDocument", {0.0167, 15}},
    {"getMarketplaceParticipations", {0.016, 15}},
}};
}  // namespace

const Rate* documented_rate(std::string_view operation) {
  const auto found = std::ranges::find(plans, operation, &Plan::operation);
  return found == plans.end() ? nullptr : &found->rate;
}

bool Throttle::take(std::size_t account, std::string_view operation, Instant now) {
  const Rate* rate = documented_rate(operation);
  if (rate == nullptr) return true;
  auto [it, fresh] = buckets_.try_emplace({account, std::string(operation)}, Bucket{rate->burst, now});
  Bucket& bucket = it->second;
  const double seconds = std::chrono::duration<double>(now - bucket.at).count();
  bucket.tokens = std::min(rate->burst, bucket.tokens + std::max(0.0, seconds) * rate->per_second);
  bucket.at = std::max(bucket.at, now);
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

}  // namespace forestall::sandbox
