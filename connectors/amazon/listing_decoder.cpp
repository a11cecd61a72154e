// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/listing_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/json/document.hpp"

namespace forestall::amazon {

namespace {

using model::ListingActivity;

struct Status {
  bool known = false, buyable = false, discoverable = false;
};

Status status_of(const json::Node& item, const Place& place) {
  Status status;
  for (const json::Node summary : item["summaries"].maybe_array()) {
    if (summary["marketplaceId"].text() != place.marketplace) continue;
    status.known = summary["status"].present();
    for (const json::Node word : summary["status"].maybe_array()) {
      status.buyable |= word.text() == "BUYABLE";
      status.discoverable |= word.text() == "DISCOVERABLE";
    }
  }
  return status;
}

// Of the seller's own records, or of Amazon's where there is no other. Unknown where any of them is.
std::optional<Units> quantity_of(const std::vector<FulfilmentRecord>& records) {
  const bool own = std::ranges::any_of(records, [](const auto& r) { return !r.amazons(); });
  std::optional<Units> sum;
  for (const auto& record : records) {
    if (own && record.amazons()) continue;
    if (!record.quantity) return std::nullopt;
    sum = sum.value_or(Units{}) + *record.quantity;
  }
  return sum;
}

// Amazon does not tell a closed offer from one that is sold out (BUYABLE is missing for both). A quantity of
// zero explains it; anything else does not.
ListingActivity activity_of(const Status& status, std::optional<Units> quantity) {
  if (!status.known) return ListingActivity::unknown;
  if (status.buyable) return ListingActivity::active;
  return status.discoverable && quantity == Units{} ? ListingActivity::active : ListingActivity::inactive;
}

std::optional<model::PriceObserved> price_of(const json::Node& item, json::Document& document,
                                             const model::ListingState& state, const Place& place) {
  for (const json::Node offer : item["offers"].maybe_array()) {
    const bool ours = offer["marketplaceId"].maybe_text() == std::string_view(place.marketplace);
    if (!ours || offer["offerType"].maybe_text() != std::string_view("B2C")) continue;
    const auto currency = Currency::parse(offer["price"]["currencyCode"].maybe_text().value_or(""));
    if (!currency) continue;
    const auto amount = offer["price"]["amount"].maybe_money(*currency);
    if (document.failed() || !amount || amount->minor() < 0) break;
    return model::PriceObserved{state.from, state.account, state.listing, *amount};
  }
  (void)document.take_error();  // costs the price, not the listing
  return std::nullopt;
}

// A code that cannot be read might be Amazon's own, and such a listing must not be written.
bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= 100 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

Result<Listing> read_item(const json::Node& item, json::Document& document, const Place& place,
                          const Reading& reading) {
  Listing listing;
  listing.state.from = {place.source, model::Version::of(reading.asked), reading.answered};
  listing.state.account = place.account;
  listing.state.listing = item["sku"].id<ListingId>();
  for (const json::Node record : item["fulfillmentAvailability"].maybe_array()) {
    const json::Node code = record["fulfillmentChannelCode"];
    FulfilmentRecord read{.code = std::string(code.text()), .quantity = {}};
    if (!is_code(read.code)) code.reject("not a channel code");
    if (const auto quantity = record["quantity"].maybe_integer(0, Units::max_reading))
      read.quantity = Units(*quantity);
    listing.records.push_back(std::move(read));
  }
  listing.state.quantity = quantity_of(listing.records);
  listing.state.activity = activity_of(status_of(item, place), listing.state.quantity);
  if (auto bad = document.take_error()) return std::unexpected(std::move(*bad));
  if (auto ok = model::check(listing.state); !ok)
    return fail(ErrorCode::parse, fmt::format("{}: {}", item.path(), ok.error().detail));
  listing.price = price_of(item, document, listing.state, place);
  return listing;
}

}  // namespace

std::string Listing::why_not_writable() const {
  for (const auto& record : records)
    if (record.amazons()) return fmt::format("Amazon fulfils it ({}): its quantity is Amazon's", record.code);
  if (records.empty()) return "it has no fulfilment channel whose quantity could be set";
  return {};
}

Result<Listing> decode_listing(std::string_view body, std::string_view sku, const Place& place,
                               const Reading& reading) {
  auto document = json::Document::parse(body);
  if (!document) return std::unexpected(document.error());
  auto listing = read_item(document->root(), *document, place, reading);
  if (listing && listing->state.listing.str() != sku)
    return fail(ErrorCode::parse, "sku: not the one that was asked for");
  return listing;
}

Result<Decoded> decode_listings(std::string_view body, const Place& place, const Reading& reading) {
  auto document = json::Document::parse(body);
  if (!document) return std::unexpected(document.error());
  const json::Node root = document->root();
  Decoded out;
  out.next_token = root["pagination"]["nextToken"].maybe_text().value_or("");
  out.in_all = static_cast<std::uint64_t>(root["numberOfResults"].maybe_integer(0).value_or(0));
  const auto items = root["items"].array();
  if (auto bad = document->take_error()) return std::unexpected(std::move(*bad));
  for (const json::Node item : items) {
    auto listing = read_item(item, *document, place, reading);
    if (!listing) {
      out.set_aside.push_back(std::move(listing.error()));
      continue;
    }
    out.observations.emplace_back(std::move(listing->state));
    if (listing->price) out.observations.emplace_back(std::move(*listing->price));
  }
  return out;
}

}  // namespace forestall::amazon
