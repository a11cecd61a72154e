// SPDX-License-Identifier: Apache-2.0
// What a channel says about how the seller is doing there.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "connectors/model/provenance.hpp"

namespace forestall::model {

enum class HealthMetric : std::uint8_t {
  cancellation_rate = 0,
  late_shipment_rate = 1,
  valid_tracking_rate = 2,
  on_time_delivery_rate = 3,
  order_defect_rate = 4,
  late_response_rate = 5,
};

// A ratio as the channel counts it. `limit` is the share it must stay under (or reach, for the two rates that
// must be high); absent: the channel does not say.
struct HealthReading {
  HealthMetric metric = HealthMetric::cancellation_rate;
  std::int64_t count = 0;
  std::int64_t of = 0;
  CivilDate first_day;
  CivilDate last_day;
  std::optional<double> limit;
  friend bool operator==(const HealthReading&, const HealthReading&) = default;
};

// Entity: (account).
struct AccountHealth {
  Provenance from;
  AccountId account;
  bool may_sell = true;
  std::vector<HealthReading> readings;
  friend bool operator==(const AccountHealth&, const AccountHealth&) = default;
};

}  // namespace forestall::model
