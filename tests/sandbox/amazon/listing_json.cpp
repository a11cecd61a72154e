// SPDX-License-Identifier: Apache-2.0
// Writing listings.
#include "tests/sandbox/amazon/listing_json.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "tests/sandbox/amazon/answers.hpp"

namespace forestall::sandbox {

namespace {

using boost::json::array;
using boost::json::object;

array status_json(const Market& market, const Account& account, std::size_t index) {
  array status;
  if (account.listings.buyable(index, market.world())) status.emplace_back("BUYABLE");
  status.emplace_back("DISCOVERABLE");
  return status;
}

object attributes_json(const Market& market, const Account& account, const Listing& listing) {
  array records;
  if (const auto quantity = default_quantity(market, listing)) {
    object record{{"fulfillment_channel_code", "DEFAULT"},
                  {"quantity", *quantity},
                  {"marketplace_id", account.marketplace}};
    if (listing.lead_time_days) record["lead_time_to_ship_max_days"] = *listing.lead_time_days;
    records.push_back(record);
  }
  if (listing.fba_quantity)
    records.push_back(
        object{{"fulfillment_channel_code", "AMAZON_NA"}, {"marketplace_id", account.marketplace}});
  const double price = static_cast<double>(listing.price_minor) / 100;
  return {
      {"item_name",
       array{object{{"value", "Item " + listing.asin}, {"marketplace_id", account.marketplace}}}},
      {"purchasable_offer",
       array{object{{"marketplace_id", account.marketplace},
                    {"currency", account.currency},
                    {"audience", "ALL"},
                    {"our_price", array{object{{"schedule", array{object{{"value_with_tax", price}}}}}}}}}},
      {"fulfillment_availability", records}};
}

}  // namespace

std::optional<std::int64_t> default_quantity(const Market& market, const Listing& listing) {
  if (!listing.has_default) return std::nullopt;
  if (!listing.in_world) return listing.outside_quantity;
  return market.world().listed(*listing.in_world);
}

object listing_json(const Market& market, const Account& account, std::size_t index,
                    const std::vector<std::string>& included) {
  const Listing& listing = account.listings.at(index);
  const auto wants = [&](std::string_view name) {
    return included.empty() ? name == "summaries" : std::ranges::find(included, name) != included.end();
  };
  object json{{"sku", listing.sku}};
  if (wants("summaries"))
    json["summaries"] = array{object{{"marketplaceId", account.marketplace},
                                     {"asin", listing.asin},
                                     {"productType", listing.product_type},
                                     {"conditionType", "new_new"},
                                     {"status", status_json(market, account, index)},
                                     {"itemName", "Item " + listing.asin},
                                     {"createdDate", to_string(listing.created)},
                                     {"lastUpdatedDate", to_string(listing.updated)}}};
  if (wants("attributes")) json["attributes"] = attributes_json(market, account, listing);
  if (wants("issues")) json["issues"] = array{};
  if (wants("offers"))
    json["offers"] = array{object{
        {"marketplaceId", account.marketplace},
        {"offerType", "B2C"},
        {"price", object{{"amount", decimal(listing.price_minor)}, {"currencyCode", account.currency}}}}};
  if (wants("fulfillmentAvailability")) {
    array records;
    if (const auto quantity = default_quantity(market, listing))
      records.push_back(object{{"fulfillmentChannelCode", "DEFAULT"}, {"quantity", *quantity}});
    if (listing.fba_quantity)
      records.push_back(object{{"fulfillmentChannelCode", "AMAZON_NA"}, {"quantity", *listing.fba_quantity}});
    json["fulfillmentAvailability"] = records;
  }
  if (wants("productTypes"))
    json["productTypes"] =
        array{object{{"marketplaceId", account.marketplace}, {"productType", listing.product_type}}};
  return json;
}

}  // namespace forestall::sandbox
