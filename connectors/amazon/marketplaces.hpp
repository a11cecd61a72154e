// SPDX-License-Identifier: Apache-2.0
// Amazon's marketplaces: their ids, the region whose API serves them, the currency of their prices.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "config/base/error.hpp"
#include "config/base/money.hpp"
#include "connectors/http/url.hpp"

namespace forestall::amazon {

enum class Region : std::uint8_t { north_america, europe, far_east };

// developer-docs.amazon.com/sp-api, "Marketplace IDs" and "SP-API endpoints".
struct MarketplaceRow {
  std::string_view id;       // "ATVPDKIKX0DER"
  std::string_view country;  // "US"
  Region region;
  std::string_view currency;  // "USD"
};

std::span<const MarketplaceRow> marketplaces();
// not_found, naming the nearest id or, for a country code, the id that was meant.
Result<MarketplaceRow> find_marketplace(std::string_view id);
http::BaseUrl api_of(Region region);  // https://sellingpartnerapi-na.amazon.com
http::BaseUrl login_with_amazon();    // https://api.amazon.com

}  // namespace forestall::amazon
