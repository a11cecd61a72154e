// SPDX-License-Identifier: Apache-2.0
// FBA inventory v1: getInventorySummaries, whose page tokens live thirty seconds.
#include <algorithm>
#include <boost/json.hpp>

#include "tests/sandbox/amazon/answers.hpp"
#include "tests/sandbox/amazon/api.hpp"

namespace forestall::sandbox {

namespace {

using boost::json::array;
using boost::json::object;

constexpr std::size_t page_size = 50;

object summary_json(const Listing& listing, bool details) {
  const std::int64_t quantity = *listing.fba_quantity, reserved = quantity / 10;
  object json{{"asin", listing.asin},
              {"fnSku", "X" + listing.asin.substr(1)},
              {"sellerSku", listing.sku},
              {"condition", "NewItem"},
              {"lastUpdatedTime", to_string(listing.updated)},
              {"productName", "Item " + listing.asin},
              {"totalQuantity", quantity + reserved},
              {"stores", array{}}};
  if (details)
    json["inventoryDetails"] = object{{"fulfillableQuantity", quantity},
                                      {"inboundWorkingQuantity", 0},
                                      {"inboundShippedQuantity", 0},
                                      {"inboundReceivingQuantity", 0},
                                      {"reservedQuantity", object{{"totalReservedQuantity", reserved},
                                                                  {"pendingCustomerOrderQuantity", reserved},
                                                                  {"pendingTransshipmentQuantity", 0},
                                                                  {"fcProcessingQuantity", 0}}},
                                      {"researchingQuantity", object{{"totalResearchingQuantity", 0}}},
                                      {"unfulfillableQuantity", object{{"totalUnfulfillableQuantity", 0}}}};
  return json;
}

}  // namespace

Answer Amazon::fba_inventory(const Call& call) {
  const Request& request = call.request;
  if (request.parameter("granularityType") != "Marketplace")
    return bad_input("granularityType must be Marketplace.");
  if (request.parameter("granularityId") != call.account.marketplace)
    return bad_input("granularityId must be a marketplace of the seller.");
  if (request.list("marketplaceIds") != std::vector{call.account.marketplace})
    return bad_input("marketplaceIds must be exactly one marketplace of the seller.");
  const auto wanted = request.list("sellerSkus");
  if (wanted.size() > 50) return bad_input("At most 50 sellerSkus.");
  Instant since = Instant::min();
  if (const auto text = request.parameter("startDateTime")) {
    const auto start = parse_instant(*text);
    if (!start) return bad_input("startDateTime is no ISO 8601 date and time.");
    if (*start < market_.now() - std::chrono::days{548})
      return bad_input("startDateTime is older than 18 months.");
    since = *start;
  }
  Page page{.account = call.index, .operation = "getInventorySummaries", .size = page_size};
  if (const auto token = request.parameter("nextToken")) {
    const Page* kept = page_of(call, *token, page.operation);
    if (kept == nullptr) return bad_input("The nextToken is invalid or has expired.");
    page = *kept;
  } else {
    const auto& all = call.account.listings.all();
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      const bool named = wanted.empty() || request.has("startDateTime") ||
                         std::ranges::find(wanted, all[i].sku) != wanted.end();
      if (all[i].fba_quantity && named && all[i].updated >= since) page.rest.push_back(i);
    }
  }
  array summaries;
  const std::size_t count = std::min(page.size, page.rest.size());
  for (std::size_t i = 0; i < count; ++i)
    summaries.push_back(
        summary_json(call.account.listings.at(page.rest[i]), request.parameter("details") == "true"));
  object body{{"payload", object{{"granularity", object{{"granularityType", "Marketplace"},
                                                        {"granularityId", call.account.marketplace}}},
                                 {"inventorySummaries", summaries}}}};
  if (count < page.rest.size()) {
    page.rest.erase(page.rest.begin(), page.rest.begin() + static_cast<std::ptrdiff_t>(count));
    page.expires = market_.now() + std::chrono::seconds{30};
    body["pagination"] = object{{"nextToken", keep_page(std::move(page))}};
  }
  return json_answer(body);
}

}  // namespace forestall::sandbox
