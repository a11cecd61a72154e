// SPDX-License-Identifier: Apache-2.0
// Answers of Amazon's, made up in the shape of the official models.
#pragma once

#include <string>
#include <string_view>

#include "connectors/amazon/place.hpp"

namespace forestall::test {

amazon::Place amazon_us();  // "amazon-us" of A1SELLER, days of Los Angeles
amazon::Reading at(std::string_view asked);

// Five orders: open with a price and a buyer's wish to cancel; half shipped in two parcels with a cancelled
// unit; cancelled by the seller without stock; pending, with nothing told yet; shipped by Amazon.
std::string orders_body(std::string_view next_token = "");
std::string order_body();  // the second one, as getOrder gives it
// DEFAULT with 7; sold out; two supply sources; FBA; an FBA item that somebody has listed himself.
std::string listings_body(std::string_view next_token = "", std::uint64_t in_all = 5);
std::string listing_body(std::string_view sku, std::string_view records);
std::string patch_body(std::string_view status, std::string_view issues = "");
std::string inventory_body(std::string_view next_token = "");
std::string performance_body();        // as the schema has it
std::string other_performance_body();  // as Amazon's own example spells it
std::string participation_body();
std::string listings_report_text();

// Pages of `orders` orders or listings that differ, for benchmarks.
std::string page_of_orders(int orders, int first = 0);
std::string page_of_listings(int listings, int first = 0);

}  // namespace forestall::test
