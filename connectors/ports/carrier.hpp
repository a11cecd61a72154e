// SPDX-License-Identifier: Apache-2.0
// The port of a carrier: who knows where parcels are.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/error.hpp"
#include "connectors/model/capability.hpp"
#include "connectors/model/fulfilment.hpp"
#include "connectors/ports/page.hpp"

namespace forestall::ports {

// A parcel to ask about, with what we know that the carrier does not.
struct Parcel {
  AccountId account{};
  OrderId order{};
  CarrierId carrier{};
  TrackingId tracking{};
  std::optional<Instant> handed_over_at{};
};

struct CarrierTraits {
  std::size_t most_per_call = 1;
  bool webhooks = false;
  // Whether polling asks the carrier anew, or only what an aggregator heard last.
  model::Proof live = model::Proof::unproven;
};

class Carrier {
 public:
  virtual ~Carrier() = default;
  virtual const CarrierTraits& traits() const = 0;
  virtual Monotonic earliest() const = 0;
  virtual bool serves(const CarrierId& carrier, const TrackingId& tracking) const = 0;

  // At most traits().most_per_call parcels. One ShipmentUpdate for each that the carrier knows; one that it
  // does not know (yet) gives none, and is no error.
  virtual boost::asio::awaitable<Result<Page>> track(std::vector<Parcel> parcels,
                                                     std::chrono::nanoseconds timeout) = 0;

  // A message pushed to us. unauthenticated where its signature is wrong or missing, which is checked before
  // anything is parsed. Tracking numbers that nobody asked about are the caller's to drop.
  virtual Result<std::vector<model::ShipmentUpdate>> read_webhook(
      const std::vector<std::pair<std::string, std::string>>& headers, std::string_view body) = 0;
};

}  // namespace forestall::ports
