// SPDX-License-Identifier: Apache-2.0
// What an account brings to every one of its orders: clocks, calendar, zone, currency.
#pragma once

#include <map>
#include <memory>
#include <span>

#include "config/settings/account.hpp"
#include "connectors/model/order.hpp"
#include "daemon/orders/business_calendar.hpp"
#include "daemon/orders/clocks.hpp"

namespace forestall::orders {

struct AccountPlace {
  ClockRule rule;
  ClockOverrides overrides;
  BusinessCalendar calendar;  // of the marketplace's country; expensive to make
  TimeZone zone;
  Currency currency;

  Deadlines deadlines_of(Instant placed_at, std::optional<Instant> ship_by,
                         std::optional<Instant> deliver_by) const {
    return deadlines(placed_at, ship_by, deliver_by, rule, overrides, calendar, zone);
  }
};

AccountPlace place_of(const config::AccountSettings& settings);

using AccountPlaces = std::map<AccountId, AccountPlace>;
AccountPlaces places_of(std::span<const config::AccountSettings* const> accounts);

}  // namespace forestall::orders
