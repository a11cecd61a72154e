// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/live/account_place.hpp"

#include "connectors/amazon/marketplaces.hpp"

namespace forestall::orders {
namespace {

// Whose holidays count: the marketplace's country, written as such or as Amazon's id.
std::optional<Country> country_of(const config::AccountSettings& settings) {
  const std::string marketplace = settings.marketplace.value_or("");
  for (const amazon::MarketplaceRow& row : amazon::marketplaces())
    if (row.id == marketplace) return parse_country(row.country);
  return parse_country(marketplace);
}

ClockOverrides overrides_of(const config::ClockSettings& c) {
  return {.ship_by = c.ship_by,
          .deliver_by = c.deliver_by,
          .auto_cancel = c.auto_cancel,
          .cancel_answer = c.cancel_answer,
          .payment = c.payment};
}

}  // namespace

AccountPlace place_of(const config::AccountSettings& settings) {
  return {preset(settings.kind), overrides_of(settings.clocks), BusinessCalendar(country_of(settings)),
          settings.time_zone.value_or(TimeZone::utc()), settings.currency.value_or(Currency::literal("EUR"))};
}

AccountPlaces places_of(std::span<const config::AccountSettings* const> accounts) {
  AccountPlaces out;
  for (const config::AccountSettings* a : accounts) out.emplace(a->id, place_of(*a));
  return out;
}

}  // namespace forestall::orders
