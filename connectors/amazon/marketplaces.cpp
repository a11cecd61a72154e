// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/marketplaces.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "config/base/text.hpp"

namespace forestall::amazon {

namespace {

constexpr std::array<MarketplaceRow, 23> rows{{
    {"A2EUQ1WTGCTBG2", "CA", Region::north_america, "CAD"},
    {"ATVPDKIKX0DER", "US", Region::north_america, "USD"},
    {"A1AM78C64UM0Y8", "MX", Region::north_america, "MXN"},
    {"A2Q3Y263D00KWC", "BR", Region::north_america, "BRL"},
    {"A28R8C7NBKEWEA", "IE", Region::europe, "EUR"},
    {"A1RKKUPIHCS9HS", "ES", Region::europe, "EUR"},
    {"A1F83G8C2ARO7P", "GB", Region::europe, "GBP"},
    {"A13V1IB3VIYZZH", "FR", Region::europe, "EUR"},
    {"AMEN7PMS3EDWL", "BE", Region::europe, "EUR"},
    {"A1805IZSGTT6HS", "NL", Region::europe, "EUR"},
    {"A1PA6795UKMFR9", "DE", Region::europe, "EUR"},
    {"APJ6JRA9NG5V4", "IT", Region::europe, "EUR"},
    {"A2NODRKZP88ZB9", "SE", Region::europe, "SEK"},
    {"AE08WJ6YKNBMC", "ZA", Region::europe, "ZAR"},
    {"A1C3SOZRARQ6R3", "PL", Region::europe, "PLN"},
    {"ARBP9OOSHTCHU", "EG", Region::europe, "EGP"},
    {"A33AVAJ2PDY3EV", "TR", Region::europe, "TRY"},
    {"A17E79C6D8DWNP", "SA", Region::europe, "SAR"},
    {"A2VIGQ35RCS4UG", "AE", Region::europe, "AED"},
    {"A21TJRUUN4KGV", "IN", Region::europe, "INR"},
    {"A19VAU5U5O7RUS", "SG", Region::far_east, "SGD"},
    {"A39IBJ37TRP1C6", "AU", Region::far_east, "AUD"},
    {"A1VC38T7YXB528", "JP", Region::far_east, "JPY"},
}};

}  // namespace

std::span<const MarketplaceRow> marketplaces() { return rows; }

Result<MarketplaceRow> find_marketplace(std::string_view id) {
  if (const auto* row = std::ranges::find(rows, id, &MarketplaceRow::id); row != rows.end()) return *row;
  const auto unknown = fmt::format("\"{}\" is no marketplace id of Amazon's", printable(id, 40));
  if (const auto* row = std::ranges::find(rows, id, &MarketplaceRow::country); row != rows.end())
    return fail(ErrorCode::not_found,
                fmt::format("{}; that of {} is \"{}\"", unknown, row->country, row->id));
  std::vector<std::string_view> ids;
  for (const auto& row : rows) ids.push_back(row.id);
  if (const auto near = nearest_word(id, ids))
    return fail(ErrorCode::not_found, fmt::format("{}; did you mean \"{}\"?", unknown, *near));
  return fail(ErrorCode::not_found, unknown);
}

http::BaseUrl api_of(Region region) {
  static constexpr std::array<std::string_view, 3> parts = {"na", "eu", "fe"};
  return {.tls = true,
          .host = fmt::format("sellingpartnerapi-{}.amazon.com", parts[static_cast<std::size_t>(region)]),
          .port = 443,
          .path = ""};
}

http::BaseUrl login_with_amazon() { return {.tls = true, .host = "api.amazon.com", .port = 443, .path = ""}; }

}  // namespace forestall::amazon
