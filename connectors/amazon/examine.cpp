// SPDX-License-Identifier: Apache-2.0
// For `doctor` and `setup`: every permission, each tested by a call that changes nothing.
#include <fmt/format.h>

#include "connectors/amazon/connector.hpp"
#include "connectors/amazon/inventory_decoder.hpp"
#include "connectors/amazon/order_decoder.hpp"
#include "connectors/amazon/participation_decoder.hpp"
#include "connectors/amazon/requests.hpp"

namespace forestall::amazon {
namespace asio = boost::asio;
using ports::DoctorFinding;

namespace {

// What a person does about it. `role`: the name that Seller Central and the developer console give it.
std::string advice(const Error& error, std::string_view role) {
  switch (error.code) {
    case ErrorCode::unauthenticated:
      return fmt::format(
          "Login with Amazon refuses the credentials ({}): check client_id, client_secret (it must be "
          "renewed "
          "every 180 days) and refresh_token, or authorise the application again in Seller Central.",
          error.detail);
    case ErrorCode::forbidden:
      return fmt::format(
          "Give the application the role \"{}\" in the developer console and authorise it again; check also "
          "that "
          "merchant_id and marketplace belong to this authorisation ({}).",
          role, error.detail);
    case ErrorCode::rate_limited:
      return fmt::format("The limit of calls is used up: try again in a few minutes ({}).", error.detail);
    case ErrorCode::timeout:
    case ErrorCode::unavailable:
      return fmt::format(
          "Amazon could not be reached or is unwell: check base_url, token_url and the network ({}).",
          error.detail);
    default:
      return error.detail;
  }
}

template <class T>
DoctorFinding finding(std::string what, const Result<T>& result, std::string_view role) {
  return {.what = std::move(what),
          .passed = result.has_value(),
          .advice = result ? "" : advice(result.error(), role)};
}

constexpr std::string_view orders_role = "Inventory and Order Tracking";
constexpr std::string_view listings_role = "Product Listing";
constexpr std::string_view reports_role = "Selling Partner Insights";

}  // namespace

// The first listing that may be written at all is asked to have the quantity that it has, and Amazon only to
// say whether it would take that.
Task<bool> Connector::try_a_write(Monotonic deadline) {
  auto response = co_await call(Op::search_listings, search_listings(place_, "", 20), deadline);
  if (!response) co_return std::unexpected(response.error());
  auto listings = decode_listings(response->body, place_, reading_of(*response));
  if (!listings) co_return std::unexpected(listings.error());
  int tried = 0;
  for (const auto& observation : listings->observations) {
    const auto* state = std::get_if<model::ListingState>(&observation);
    if (state == nullptr || !state->quantity) continue;
    if (++tried > 5) break;
    auto listing = co_await fetch_listing(state->listing.str(), deadline);
    if (!listing) co_return std::unexpected(listing.error());
    if (!listing->why_not_writable().empty() || !listing->state.quantity) continue;
    auto same = listing->records;
    auto answer = co_await call(
        Op::preview_patch, patch_quantities(place_, state->listing.str(), same, Patch::preview), deadline);
    if (!answer) co_return std::unexpected(answer.error());
    auto receipt = decode_patch(answer->body, Patch::preview);
    if (!receipt) co_return std::unexpected(receipt.error());
    co_return true;
  }
  co_return false;
}

asio::awaitable<std::vector<DoctorFinding>> Connector::examine(std::chrono::nanoseconds timeout) {
  const Monotonic deadline = clock_.monotonic() + timeout;
  const Instant now = clock_.now();
  std::vector<DoctorFinding> findings;

  auto sellers = co_await call(Op::participations, get_participations(), deadline);
  findings.push_back(finding("may log in and be known as a seller", sellers, listings_role));
  if (sellers) {
    const auto sells = decode_participation(sellers->body, place_.marketplace);
    if (!sells)
      findings.push_back(finding("sells at this marketplace", sells, listings_role));
    else
      findings.push_back(
          {.what = fmt::format("sells at {}", place_.marketplace),
           .passed = *sells,
           .advice = *sells ? "" : "This authorisation does not sell there: check marketplace."});
  } else if (sellers.error().code == ErrorCode::unauthenticated) {
    co_return findings;  // nothing else can pass
  }

  const OrdersQuery query{.by = OrdersBy::creation,
                          .from = now - std::chrono::hours(1),
                          .to = {},
                          .token = {},
                          .amazons_too = amazons_too_,
                          .page_size = 1};
  auto orders = co_await call(Op::search_orders, search_orders(place_, query), deadline);
  if (orders)
    if (auto read = decode_orders(orders->body, place_, reading_of(*orders)); !read)
      orders = std::unexpected(read.error());
  findings.push_back(finding("may read orders", orders, orders_role));

  auto listings = co_await call(Op::search_listings, search_listings(place_, "", 1), deadline);
  if (listings)
    if (auto read = decode_listings(listings->body, place_, reading_of(*listings)); !read)
      listings = std::unexpected(read.error());
  findings.push_back(finding("may read listings", listings, listings_role));
  if (listings) {
    const auto wrote = co_await try_a_write(deadline);
    auto found = finding("may change the quantity of a listing", wrote, listings_role);
    if (wrote && !*wrote) {
      found.passed = false;
      found.advice =
          "Not tested: no merchant-fulfilled listing with a quantity was found among the first ones.";
    }
    findings.push_back(std::move(found));
  }

  auto reports = co_await call(Op::get_reports, get_reports(performance_report, 1), deadline);
  findings.push_back(finding("may read reports of the seller's performance", reports, reports_role));

  if (amazons_too_) {
    auto stock = co_await call(Op::get_inventory, get_inventory(place_, ""), deadline);
    if (stock)
      if (auto read = decode_inventory(stock->body, place_, reading_of(*stock)); !read)
        stock = std::unexpected(read.error());
    findings.push_back(finding("may read what Amazon holds (FBA)", stock, "Amazon Fulfillment"));
  }

  const bool clocks = session_->caller().skew().verdict() != http::SkewVerdict::too_large;
  findings.push_back(
      {.what = "the clocks agree to a minute",
       .passed = clocks,
       .advice = clocks ? "" : "Set this machine's clock (NTP): nothing is changed until then."});
  co_return findings;
}

}  // namespace forestall::amazon
