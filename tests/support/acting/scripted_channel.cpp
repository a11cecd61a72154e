// SPDX-License-Identifier: Apache-2.0
#include "tests/support/acting/scripted_channel.hpp"

#include <algorithm>

namespace forestall::test {

using boost::asio::awaitable;

bool ScriptedChannel::apply(const Write& write) {
  auto& shown = offers[write.listing.str()].quantity;
  if (write.relative) {
    shown = std::max(Units{}, shown.value_or(Units{}) + write.quantity);
  } else if (write.expected && shown != write.expected) {
    ++refused;
    return false;
  } else {
    shown = write.quantity;
  }
  return true;
}

void ScriptedChannel::land() {
  while (!landings_.empty() && landings_.begin()->first <= clock_.now())
    apply(landings_.extract(landings_.begin()).mapped());
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
  const auto listing = std::visit([](const auto& c) { return c.listing; }, command);
  Write write{.listing = listing, .quantity = {}, .key = std::move(key), .at = clock_.now()};
  if (const auto* set = std::get_if<model::SetQuantity>(&command)) {
    write.quantity = set->quantity;
    write.expected = set->expected;
  } else {
    write.quantity = std::get<model::AdjustQuantity>(command).by;
    write.relative = true;
  }
  writes.push_back(write);
  if (before_write) before_write(listing.str());
  if (during_write) co_await during_write();
  const auto manner = manners.front();
  if (manners.size() > 1) manners.pop_front();
  land();
  bool equal = true;
  for (int copy = 0; manner.carried_out && copy < manner.copies; ++copy)
    if (manner.live_after == Millis(0))
      equal = apply(write) && equal;
    else
      landings_.emplace(clock_.now() + manner.live_after, write);
  if (after_write) after_write(listing.str());
  if (!equal && !manner.answer) co_return fail(ErrorCode::conflict, "it is not what was expected");
  if (manner.answer) co_return fail(*manner.answer, "as the test wants it");
  co_return ports::WriteReceipt{.reference = "ref-1"};
}

awaitable<std::vector<ports::DoctorFinding>> ScriptedChannel::examine(std::chrono::nanoseconds) {
  co_return std::vector<ports::DoctorFinding>{};
}

}  // namespace forestall::test
