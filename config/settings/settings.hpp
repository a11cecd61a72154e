// SPDX-License-Identifier: Apache-2.0
// The whole configuration as plain values. Made by load.hpp, shown by print.hpp, compared by diff.hpp.
#pragma once

#include <vector>

#include "config/settings/account.hpp"
#include "config/settings/api.hpp"
#include "config/settings/carrier.hpp"
#include "config/settings/daemon.hpp"
#include "config/settings/notify.hpp"
#include "config/settings/redis.hpp"
#include "config/settings/seller.hpp"
#include "config/settings/stock.hpp"

namespace forestall::config {

struct Settings {
  DaemonSettings daemon;
  RedisSettings redis;
  ApiSettings api;
  std::vector<SellerSettings> sellers;
  std::vector<AccountSettings> accounts;
  std::vector<StockSettings> stocks;
  std::vector<CarrierSettings> carriers;
  std::vector<NotifySettings> notifies;

  friend bool operator==(const Settings&, const Settings&) = default;
};

}  // namespace forestall::config
