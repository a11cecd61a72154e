// SPDX-License-Identifier: Apache-2.0
// [[carrier]]: who tells where parcels are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/rate.hpp"
#include "config/base/time.hpp"
#include "config/settings/values.hpp"

namespace forestall::config {

struct CarrierSettings {
  SourceId id;
  std::string kind;               // "easypost", "ups", "fedex"
  std::vector<SellerId> sellers;  // empty: all
  std::optional<Url> base_url;    // empty: the carrier's own
  std::optional<Url> token_url;   // empty: the carrier's own
  std::optional<std::string> client_id;
  Credential client_secret;
  Credential token;
  Credential webhook_secret;
  std::optional<Rate> rate;  // empty: the carrier's documented one
  Millis poll = std::chrono::hours(4);

  friend bool operator==(const CarrierSettings&, const CarrierSettings&) = default;
};

}  // namespace forestall::config
