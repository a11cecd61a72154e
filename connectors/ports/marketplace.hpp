// SPDX-License-Identifier: Apache-2.0
// The port of a channel: one object an account. A connector translates; it decides nothing, stores nothing
// and never repeats a write whose outcome it does not know.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/error.hpp"
#include "connectors/http/clock_skew.hpp"
#include "connectors/model/capability.hpp"
#include "connectors/model/command.hpp"
#include "connectors/ports/page.hpp"

namespace forestall::ports {

// What an account can be asked for. Each feed has its own cursor.
enum class Feed : std::uint8_t {
  orders,         // what changed, with buyers' cancel requests and cancellations
  order_history,  // by the time of placing: backfill and daily reconciliation
  listings,
  parcels,
  messages,
  returns,
  health,
  channel_stock,  // held by the channel (FBA): forecast and alert only
};
std::string_view feed_name(Feed feed);  // "orders"

// Kinds of calls that are limited apart; the scheduler spends them.
enum class CallKind : std::uint8_t { poll, read_listing, read_order, write };

// A listing as it is now, read for one purpose: before a write, or to see whether one is live.
struct ListingReading {
  model::ListingState state{};
  // What a later ResumeListing must give back so that the listing is as it was; opaque to everybody else.
  std::string restore{};
  // False where it must not be written, for a reason of the channel's (an FBA offer): `why` says which.
  bool writable = true;
  std::string why{};
};

// The channel took the command. Taken is not done: read_listing() tells.
struct WriteReceipt {
  std::string reference{};              // the channel's name for it, if it gave one
  std::vector<std::string> warnings{};  // what the channel remarked, for people
};

// One permission or fact that the account needs, checked without changing anything.
struct DoctorFinding {
  std::string what{};  // "may read orders"
  bool passed = false;
  std::string advice{};  // what a person does about it
};

class Marketplace {
 public:
  virtual ~Marketplace() = default;

  virtual const model::Capabilities& capabilities() const = 0;
  virtual std::span<const Feed> feeds() const = 0;
  // When a call of this kind could be sent at the earliest, within the channel's limits.
  virtual Monotonic earliest(CallKind kind, Feed feed = Feed::orders) const = 0;

  // How far the channel's clock is from ours, as its answers tell; null where the connector does not measure.
  virtual const http::ClockSkew* skew() const { return nullptr; }

  // All calls return by `timeout` at the latest. Errors beside those of http::ApiCaller::call:
  //   parse        an answer that breaks the channel's own format as a whole
  //   conflict     the cursor is no longer accepted: begin again from the empty one
  //   unsupported  a feed that is not in feeds()
  virtual boost::asio::awaitable<Result<Page>> poll(Feed feed, Cursor from,
                                                    std::chrono::nanoseconds timeout) = 0;
  // not_found where the channel does not know it.
  virtual boost::asio::awaitable<Result<ListingReading>> read_listing(ListingId listing,
                                                                      std::chrono::nanoseconds timeout) = 0;
  virtual boost::asio::awaitable<Result<std::vector<model::Observation>>> read_order(
      OrderId order, std::chrono::nanoseconds timeout) = 0;

  // Sends one command once. `key` is the intent's id, for channels that take an idempotency key. Errors:
  //   outcome_unknown   it may have been carried out: read the listing
  //   invalid_argument  the channel refuses it, with its reasons; nothing was done
  //   forbidden         this listing must not be written; nothing was sent
  //   conflict          compare-and-set: it is not what was expected; nothing was done
  virtual boost::asio::awaitable<Result<WriteReceipt>> write(model::Command command, std::string key,
                                                             std::chrono::nanoseconds timeout) = 0;

  // For `forestall doctor` and `setup`: every permission, each tested by a call that changes nothing.
  virtual boost::asio::awaitable<std::vector<DoctorFinding>> examine(std::chrono::nanoseconds timeout) = 0;
};

}  // namespace forestall::ports
