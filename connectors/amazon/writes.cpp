// SPDX-License-Identifier: Apache-2.0
// Reading one listing, and changing how many of it are offered.
#include <fmt/format.h>

#include "connectors/amazon/connector.hpp"
#include "connectors/amazon/requests.hpp"

namespace forestall::amazon {

namespace {

// A command in the terms of a patch.
struct Wish {
  AccountId account;
  ListingId listing;
  Units quantity;
  std::string restore{};
};

Result<Wish> wish_of(const model::Command& command) {
  if (const auto* set = std::get_if<model::SetQuantity>(&command)) {
    if (set->expected) return fail(ErrorCode::unsupported, "Amazon cannot compare before it sets a quantity");
    return Wish{set->account, set->listing, set->quantity};
  }
  if (const auto* pause = std::get_if<model::PauseListing>(&command))
    return Wish{pause->account, pause->listing, Units(0)};
  if (const auto* resume = std::get_if<model::ResumeListing>(&command)) {
    if (!resume->quantity)
      return fail(ErrorCode::invalid_argument, "a listing at Amazon is resumed with a quantity");
    return Wish{resume->account, resume->listing, *resume->quantity, resume->restore};
  }
  return fail(ErrorCode::unsupported, "Amazon cannot change a quantity by a difference");
}

}  // namespace

Task<Listing> Connector::fetch_listing(std::string sku, Monotonic deadline) {
  auto response = co_await call(Op::get_listing, get_listing(place_, sku), deadline);
  if (!response) co_return std::unexpected(response.error());
  auto listing = decode_listing(response->body, sku, place_, reading_of(*response));
  if (!listing) co_return fail_in("getListingsItem", listing.error());
  co_return listing;
}

Task<ports::ListingReading> Connector::read_listing(ListingId id, std::chrono::nanoseconds timeout) {
  auto listing = co_await fetch_listing(id.str(), clock_.monotonic() + timeout);
  if (!listing) co_return std::unexpected(listing.error());
  ports::ListingReading reading;
  reading.state = listing->state;
  reading.restore = restore_text(listing->records);
  reading.why = listing->why_not_writable();
  reading.writable = reading.why.empty();
  recent_.put(id.str(), std::move(*listing), clock_.monotonic());
  co_return reading;
}

Task<ports::WriteReceipt> Connector::write(model::Command command, std::string /*key*/,
                                           std::chrono::nanoseconds timeout) {
  const Monotonic deadline = clock_.monotonic() + timeout;
  const auto wish = wish_of(command);
  if (!wish) co_return std::unexpected(wish.error());
  const std::string sku = wish->listing.str();
  if (wish->account != place_.account || sku.empty())
    co_return fail(ErrorCode::invalid_argument, "the command is for another account or for no listing");
  if (wish->quantity < Units(0) || !in_range(wish->quantity))
    co_return fail(ErrorCode::invalid_argument, fmt::format("a quantity of {}", wish->quantity.count()));
  // Which records there are decides what may be written at all: never without having looked.
  auto seen = recent_.take(sku, clock_.monotonic());
  if (!seen) {
    auto fetched = co_await fetch_listing(sku, deadline);
    if (!fetched) co_return fail_in("nothing was sent", fetched.error());
    seen = std::move(*fetched);
  }
  if (const auto why = seen->why_not_writable(); !why.empty())
    co_return fail(ErrorCode::forbidden, fmt::format("nothing was sent: {}", why));
  const auto before = read_restore(wish->restore);
  const auto quantities = share_out(wish->quantity, seen->records, before);
  auto response =
      co_await call(Op::patch_listing, patch_quantities(place_, sku, quantities, Patch::apply), deadline);
  if (!response) co_return std::unexpected(response.error());
  auto receipt = decode_patch(response->body, Patch::apply);
  if (!receipt) co_return fail_in("patchListingsItem", receipt.error());
  co_return receipt;
}

}  // namespace forestall::amazon
