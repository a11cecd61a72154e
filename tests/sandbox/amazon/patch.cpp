// SPDX-License-Identifier: Apache-2.0
// patchListingsItem: what is malformed gets 400, what is wrong gets 200 with INVALID, what is right gets
// ACCEPTED and is live only later.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <variant>

#include "config/base/text.hpp"
#include "daemon/backtest/world/draws.hpp"
#include "tests/sandbox/amazon/answers.hpp"
#include "tests/sandbox/amazon/api.hpp"

namespace forestall::sandbox {

namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

struct Issue {
  std::string_view code;
  std::string message;
  std::string_view attribute;
};

// One wish of a patch that makes sense.
struct Wish {
  std::string op{}, channel_code{};
  std::optional<std::int64_t> quantity{}, price_minor{};
  bool keeps_lead_time = true;
  bool removes = false;
};

using Judged = std::variant<Wish, Issue>;

const value* member(const value& of, std::string_view name) {
  return of.is_object() ? of.as_object().if_contains(name) : nullptr;
}
std::string text_of(const value* of) {
  return of != nullptr && of->is_string() ? std::string(of->as_string()) : "";
}

Judged judge_availability(const std::string& op, const value& record, const Listing& listing) {
  constexpr std::string_view name = "fulfillment_availability";
  Wish wish{.op = op, .channel_code = text_of(member(record, "fulfillment_channel_code"))};
  if (wish.channel_code.empty())
    return Issue{"90220", "'Fulfillment Channel Code (US)' does not have enough values.", name};
  const bool ours = wish.channel_code == "DEFAULT", amazons = wish.channel_code == "AMAZON_NA";
  if (!ours && !amazons)
    return Issue{"90244", fmt::format("'{}' is not a valid fulfillment channel code.", wish.channel_code),
                 name};
  if (op == "delete") {
    wish.removes = true;
    return wish;
  }
  const value* quantity = member(record, "quantity");
  if (quantity != nullptr) {
    const bool whole =
        quantity->is_int64() && quantity->as_int64() >= 0 && quantity->as_int64() <= 99'999'999;
    if (!whole) return Issue{"90225", "The value of 'quantity' must be a whole number, not negative.", name};
    wish.quantity = quantity->as_int64();
  } else if (ours) {
    return Issue{"90220", "'Quantity' does not have enough values.", name};
  }
  // Replacing drops what is not said again; merging keeps it.
  wish.keeps_lead_time =
      op == "merge" || member(record, "lead_time_to_ship_max_days") != nullptr || !listing.lead_time_days;
  return wish;
}

Judged judge_offer(const std::string& op, const value& offer) {
  constexpr std::string_view name = "purchasable_offer";
  Issue wrong{"90220", "'our_price' does not have enough values.", name};
  const value* prices = member(offer, "our_price");
  if (prices == nullptr || !prices->is_array() || prices->as_array().empty()) return wrong;
  const value* schedule = member(prices->as_array()[0], "schedule");
  if (schedule == nullptr || !schedule->is_array() || schedule->as_array().empty()) return wrong;
  const value* price = member(schedule->as_array()[0], "value_with_tax");
  if (price == nullptr || !price->is_number()) return wrong;
  const double amount = price->to_number<double>();
  if (!(amount > 0 && amount < 1e7)) return Issue{"90225", "The price is out of range.", name};
  return Wish{.op = op, .price_minor = std::llround(amount * 100)};
}

Judged judge(const value& patch, const Listing& listing) {
  const std::string op = text_of(member(patch, "op")), path = text_of(member(patch, "path"));
  const value* values = member(patch, "value");
  const bool one = values != nullptr && values->is_array() && !values->as_array().empty();
  if (path == "/attributes/fulfillment_availability") {
    if (!one)
      return Issue{"90220", "'fulfillment_availability' does not have enough values.",
                   "fulfillment_availability"};
    return judge_availability(op, values->as_array()[0], listing);
  }
  if (path == "/attributes/purchasable_offer") {
    if (!one) return Issue{"90220", "'purchasable_offer' does not have enough values.", "purchasable_offer"};
    return judge_offer(op, values->as_array()[0]);
  }
  return Issue{"90000900", fmt::format("The path '{}' is not a valid attribute of this product type.", path),
               ""};
}

// What Swagger itself refuses, before anything is judged.
std::optional<std::string> malformed(const value& body) {
  if (text_of(member(body, "productType")).empty()) return "'productType' is required.";
  const value* patches = member(body, "patches");
  if (patches == nullptr || !patches->is_array() || patches->as_array().empty())
    return "'patches' is required.";
  for (const value& patch : patches->as_array()) {
    const std::string op = text_of(member(patch, "op"));
    if (op != "add" && op != "replace" && op != "merge" && op != "delete")
      return fmt::format("Value '{}' at 'op' is not valid.", printable(op, 40));
    if (text_of(member(patch, "path")).empty()) return "'path' is required.";
    const value* values = member(patch, "value");
    if (values != nullptr && !values->is_array()) return "'value' must be an array.";
  }
  return std::nullopt;
}

object issue_json(const Issue& issue) {
  object json{{"code", issue.code},
              {"message", issue.message},
              {"severity", "ERROR"},
              {"categories", array{"INVALID_ATTRIBUTE"}}};
  if (!issue.attribute.empty()) json["attributeNames"] = array{issue.attribute};
  return json;
}

// Schedules what was accepted; returns when it is live.
Instant schedule(const Wish& wish, const Call& call, std::size_t index, Market& market) {
  using Kind = ListingChange::Kind;
  Account& account = call.account;
  const Listing& listing = account.listings.at(index);
  Instant live = market.now() + market.options().live_after + call.delay;
  const auto later = [&](Kind kind, std::int64_t number) {
    account.listings.schedule(live, {.listing = index, .kind = kind, .value = number});
  };
  if (wish.price_minor) later(Kind::price, *wish.price_minor);
  if (!wish.keeps_lead_time) later(Kind::lead_time_lost, 0);
  if (wish.channel_code == "AMAZON_NA") {
    if (!listing.fba_quantity && !wish.removes)
      later(Kind::fba_made, 0);  // beside DEFAULT, not instead of it
    return live;
  }
  if (wish.removes) {
    later(Kind::default_removed, 0);
  } else if (wish.quantity) {
    if (listing.in_world)
      live = market.world().write(
          {.listing = *listing.in_world, .value = static_cast<std::int32_t>(*wish.quantity)}, call.delay);
    if (!listing.has_default) later(Kind::default_made, 0);  // on an FBA item: an offer that nobody can ship
    later(Kind::quantity_written, *wish.quantity);
  }
  return live;
}

}  // namespace

Answer Amazon::patch_listing(const Call& call) {
  const Request& request = call.request;
  if (request.path[3] != call.account.seller)
    return error_answer(403, "Unauthorized", "Access to requested resource is denied.");
  if (request.list("marketplaceIds") != std::vector{call.account.marketplace})
    return error_answer(400, "BAD_REQUEST",
                        "Exactly one of the seller's marketplaces is required at 'marketplaceIds'.");
  const auto mode = request.parameter("mode");
  if (mode && *mode != "VALIDATION_PREVIEW") return error_answer(400, "BAD_REQUEST", "'mode' is not valid.");
  boost::system::error_code broken;
  const value body = boost::json::parse(request.body, broken);
  if (broken) return error_answer(400, "BAD_REQUEST", "The body is no JSON.");
  if (const auto fault = malformed(body)) return error_answer(400, "BAD_REQUEST", *fault);
  const std::string& sku = request.path[4];
  const auto index = call.account.listings.find(sku);
  if (!index)
    return not_found(fmt::format("SKU '{}' not found in marketplace {}.", sku, call.account.marketplace));

  array issues;
  std::vector<Wish> wishes;
  for (const value& patch : body.at("patches").as_array()) {
    const Judged judged = judge(patch, call.account.listings.at(*index));
    if (const auto* issue = std::get_if<Issue>(&judged))
      issues.push_back(issue_json(*issue));
    else
      wishes.push_back(std::get<Wish>(judged));
  }
  const std::string submission = fmt::format("{:032x}", world::mix(++submissions_ ^ market_.options().seed));
  const std::string status = !issues.empty() ? "INVALID" : mode ? "VALID" : "ACCEPTED";
  for (const Wish& wish : wishes) {
    WriteRecord record{.at = market_.now(),
                       .account = call.index,
                       .sku = sku,
                       .op = wish.op,
                       .channel_code = wish.channel_code,
                       .status = status,
                       .submission = submission,
                       .quantity = wish.quantity,
                       .price_minor = wish.price_minor,
                       .preview = mode.has_value()};
    if (status == "ACCEPTED") record.live_at = schedule(wish, call, *index, market_);
    market_.writes().push_back(std::move(record));
  }
  if (wishes.empty())
    market_.writes().push_back({.at = market_.now(),
                                .account = call.index,
                                .sku = sku,
                                .status = status,
                                .submission = submission,
                                .preview = mode.has_value()});
  object answer{{"sku", sku}, {"status", status}, {"submissionId", submission}, {"issues", issues}};
  const auto included = request.list("includedData");
  if (std::ranges::find(included, "identifiers") != included.end())
    answer["identifiers"] = array{
        object{{"marketplaceId", call.account.marketplace}, {"asin", call.account.listings.at(*index).asin}}};
  return json_answer(answer);
}

}  // namespace forestall::sandbox
