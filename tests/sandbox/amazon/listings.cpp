// SPDX-License-Identifier: Apache-2.0
// Listings Items 2021-08-01: getListingsItem and searchListingsItems, which pages through 1,000 items at
// most.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "config/base/text.hpp"
#include "tests/sandbox/amazon/answers.hpp"
#include "tests/sandbox/amazon/api.hpp"
#include "tests/sandbox/amazon/listing_json.hpp"

namespace forestall::sandbox {

namespace {

using boost::json::array;
using boost::json::object;

constexpr std::size_t pageable = 1000;
constexpr std::array<std::string_view, 8> data_sets{
    "summaries",   "attributes",    "issues",      "offers", "fulfillmentAvailability",
    "procurement", "relationships", "productTypes"};
constexpr std::array<std::string_view, 2> states{"BUYABLE", "DISCOVERABLE"};
constexpr std::array<std::string_view, 3> sort_keys{"sku", "createdDate", "lastUpdatedDate"};

// The seller of the path must be the token's, and exactly one marketplace of theirs must be named.
std::optional<Answer> refuse(const Call& call) {
  const Request& request = call.request;
  if (request.path[3] != call.account.seller)
    return error_answer(403, "Unauthorized", "Access to requested resource is denied.");
  const auto markets = request.list("marketplaceIds");
  if (markets.size() != 1)
    return error_answer(400, "BAD_REQUEST", "Exactly one value is required at 'marketplaceIds'.");
  if (markets[0] != call.account.marketplace)
    return error_answer(403, "Unauthorized", "Access to requested resource is denied.",
                        "The seller does not participate in this marketplace.");
  if (const auto word = unknown_word(request, "includedData", data_sets))
    return error_answer(400, "BAD_REQUEST", fmt::format("Value '{}' at 'includedData' is not valid.", *word));
  return std::nullopt;
}

struct Filter {
  std::vector<std::string> identifiers{}, with{}, without{};
  Instant updated_after = Instant::min(), updated_before = Instant::max();
  Instant created_after = Instant::min(), created_before = Instant::max();
  std::string sort_by = "lastUpdatedDate";
  bool ascending = false;
};

std::expected<Filter, Answer> read_filter(const Request& request) {
  const auto bad = [](std::string text) { return std::unexpected(error_answer(400, "BAD_REQUEST", text)); };
  Filter filter{.identifiers = request.list("identifiers"),
                .with = request.list("withStatus"),
                .without = request.list("withoutStatus")};
  if (filter.identifiers.size() > 20) return bad("At most 20 identifiers.");
  if (!filter.identifiers.empty() && request.parameter("identifiersType") != "SKU")
    return bad("identifiersType is required with identifiers; the sandbox knows SKU.");
  for (const std::string_view name : {"withStatus", "withoutStatus"})
    if (const auto word = unknown_word(request, name, states))
      return bad(fmt::format("Value '{}' at '{}' is not valid.", *word, name));
  for (const auto& [name, target] :
       {std::pair<std::string_view, Instant*>{"lastUpdatedAfter", &filter.updated_after},
        {"lastUpdatedBefore", &filter.updated_before},
        {"createdAfter", &filter.created_after},
        {"createdBefore", &filter.created_before}}) {
    const auto text = request.parameter(name);
    if (!text) continue;
    const auto value = parse_instant(*text);
    if (!value) return bad(fmt::format("'{}' is no ISO 8601 date and time.", name));
    *target = *value;
  }
  filter.sort_by = request.parameter("sortBy").value_or("lastUpdatedDate");
  if (std::ranges::find(sort_keys, filter.sort_by) == sort_keys.end()) return bad("sortBy is not valid.");
  const auto order = request.parameter("sortOrder").value_or("DESC");
  if (order != "ASC" && order != "DESC") return bad("sortOrder must be ASC or DESC.");
  filter.ascending = order == "ASC";
  return filter;
}

bool matches(const Filter& filter, const Call& call, std::size_t index, const world::World& world) {
  const Listing& listing = call.account.listings.at(index);
  if (listing.updated < filter.updated_after || listing.updated > filter.updated_before) return false;
  if (listing.created < filter.created_after || listing.created > filter.created_before) return false;
  const auto has = [&](const std::string& state) {
    return state == "DISCOVERABLE" || call.account.listings.buyable(index, world);
  };
  return std::ranges::all_of(filter.with, has) && std::ranges::none_of(filter.without, has);
}

std::vector<std::uint32_t> select(const Filter& filter, const Call& call, const world::World& world) {
  const ListingBook& book = call.account.listings;
  std::vector<std::uint32_t> found;
  if (!filter.identifiers.empty()) {
    for (const std::string& sku : filter.identifiers)
      if (const auto index = book.find(sku); index && matches(filter, call, *index, world))
        found.push_back(static_cast<std::uint32_t>(*index));
  } else {
    for (std::uint32_t i = 0; i < book.all().size(); ++i)
      if (matches(filter, call, i, world)) found.push_back(i);
  }
  // Positions are in the order of SKUs.
  if (filter.sort_by != "sku") {
    const auto member = filter.sort_by == "createdDate" ? &Listing::created : &Listing::updated;
    std::ranges::sort(found, [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(book.at(a).*member, a) < std::pair(book.at(b).*member, b);
    });
  }
  if (!filter.ascending) std::ranges::reverse(found);
  return found;
}

}  // namespace

Answer Amazon::get_listing(const Call& call) {
  if (auto no = refuse(call)) return *no;
  const std::string& sku = call.request.path[4];
  const auto index = call.account.listings.find(sku);
  if (!index)
    return not_found(fmt::format("SKU '{}' not found in marketplace {}.", sku, call.account.marketplace));
  return json_answer(listing_json(market_, call.account, *index, call.request.list("includedData")));
}

Answer Amazon::search_listings(const Call& call) {
  if (auto no = refuse(call)) return *no;
  const auto size = parse_integer<int>(call.request.parameter("pageSize").value_or("10"));
  if (!size || *size < 1 || *size > 20) return error_answer(400, "BAD_REQUEST", "pageSize must be 1 to 20.");
  Page page;
  if (const auto token = call.request.parameter("pageToken")) {
    const Page* kept = page_of(call, *token, "searchListingsItems");
    if (kept == nullptr) return error_answer(400, "BAD_REQUEST", "The pageToken is invalid or has expired.");
    page = *kept;
  } else {
    const auto filter = read_filter(call.request);
    if (!filter) return filter.error();
    page = {
        .account = call.index, .operation = "searchListingsItems", .size = static_cast<std::size_t>(*size)};
    page.rest = select(*filter, call, market_.world());
    page.total = page.rest.size();
    if (page.rest.size() > pageable) page.rest.resize(pageable);
  }
  array items;
  const auto included = call.request.list("includedData");
  const std::size_t count = std::min(page.size, page.rest.size());
  for (std::size_t i = 0; i < count; ++i)
    items.push_back(listing_json(market_, call.account, page.rest[i], included));
  object body{{"numberOfResults", page.total}, {"items", items}};
  if (count < page.rest.size()) {
    page.rest.erase(page.rest.begin(), page.rest.begin() + static_cast<std::ptrdiff_t>(count));
    page.expires = market_.now() + std::chrono::hours{1};
    body["pagination"] = object{{"nextToken", keep_page(std::move(page))}};
  }
  return json_answer(body);
}

}  // namespace forestall::sandbox
