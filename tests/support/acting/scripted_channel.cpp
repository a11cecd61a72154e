// SPDX-License-Identifier: Apache-2.0
#include "tests/support/acting/scripted_channel.hpp"

#include <algorithm>

namespace forestall::test {

using boost::asio::awaitable;

void ScriptedChannel::land() {
  std::ranges::sort(landings_, {}, &Landing::at);
  while (!landings_.empty() && landings_.front().at <= clock_.now()) {
    offers[landings_.front().listing].quantity = landings_.front().quantity;
    landings_.erase(landings_.begin());
  }
}

void ScriptedChannel::set(const std::string& listing, std::int64_t units) {
  land();
  offers[listing].quantity = Units(units);
}

std::int64_t ScriptedChannel::shown(const std::string& listing) {
  land();
  return offers.at(listing).quantity.value_or(Units(-1)).count();
}

awaitable<Result<ports::Page>> ScriptedChannel::poll(ports::Feed, ports::Cursor, std::chrono::nanoseconds) {
  co_return fail(ErrorCode::unsupported, "a scripted channel has no feeds");
}

awaitable<Result<ports::ListingReading>> ScriptedChannel::read_listing(ListingId listing,
                                                                       std::chrono::nanoseconds) {
  ++reads;
  if (reads_fail) co_return fail_retryable(ErrorCode::unavailable, "the channel is down");
  if (before_read) before_read(listing.str());
  land();
  const auto at = offers.find(listing.str());
  if (at == offers.end()) co_return fail(ErrorCode::not_found, "no such listing");
  ports::ListingReading reading;
  reading.state.from = {SourceId::literal(account_.str()), model::Version(++version_), clock_.now()};
  reading.state.account = account_;
  reading.state.listing = listing;
  reading.state.quantity = at->second.quantity;
  reading.state.activity = at->second.activity;
  reading.restore = "as it was";
  if (after_read) after_read(listing.str());
  co_return reading;
}

awaitable<Result<std::vector<model::Observation>>> ScriptedChannel::read_order(OrderId,
                                                                               std::chrono::nanoseconds) {
  co_return fail(ErrorCode::not_found, "no such order");
}

awaitable<Result<ports::WriteReceipt>> ScriptedChannel::write(model::Command command, std::string key,
                                                              std::chrono::nanoseconds) {
  const auto& set = std::get<model::SetQuantity>(command);
  const auto listing = set.listing.str();
  writes.push_back({set.listing, set.quantity, std::move(key), clock_.now()});
  const auto quantity = set.quantity;
  if (before_write) before_write(listing);
  if (during_write) co_await during_write();
  const auto manner = manners.front();
  if (manners.size() > 1) manners.pop_front();
  if (manner.carried_out) landings_.push_back({clock_.now() + manner.live_after, listing, quantity});
  land();
  if (after_write) after_write(listing);
  if (manner.answer) co_return fail(*manner.answer, "as the test wants it");
  co_return ports::WriteReceipt{.reference = "ref-1"};
}

awaitable<std::vector<ports::DoctorFinding>> ScriptedChannel::examine(std::chrono::nanoseconds) {
  co_return std::vector<ports::DoctorFinding>{};
}

}  // namespace forestall::test
