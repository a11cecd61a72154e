// SPDX-License-Identifier: Apache-2.0
// A channel in memory, behind the port: pages of what the test puts in, with buckets, faults and latency.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/base/clock.hpp"
#include "connectors/http/token_bucket.hpp"
#include "connectors/ports/marketplace.hpp"

namespace forestall::test {

// An order of one unit of "L" that reads the same whoever reads it.
model::OrderUpsert an_order(const AccountId& account, int number, Instant placed_at,
                            std::uint64_t version = 1);
model::ListingState a_listing(const AccountId& account, int number, std::int64_t quantity, Instant true_at,
                              std::uint64_t version = 1);

class FakeMarketplace final : public ports::Marketplace {
 public:
  FakeMarketplace(Clock& clock, AccountId account, std::vector<ports::Feed> feeds, Rate rate = {1000, 1000});

  const model::Capabilities& capabilities() const override { return capabilities_; }
  std::span<const ports::Feed> feeds() const override { return feeds_; }
  Monotonic earliest(ports::CallKind kind, ports::Feed feed) const override;
  const http::ClockSkew* skew() const override { return &clock_skew; }
  boost::asio::awaitable<Result<ports::Page>> poll(ports::Feed feed, ports::Cursor from,
                                                   std::chrono::nanoseconds timeout) override;
  boost::asio::awaitable<Result<ports::ListingReading>> read_listing(ListingId listing,
                                                                     std::chrono::nanoseconds) override;
  boost::asio::awaitable<Result<std::vector<model::Observation>>> read_order(
      OrderId order, std::chrono::nanoseconds) override;
  boost::asio::awaitable<Result<ports::WriteReceipt>> write(model::Command, std::string,
                                                            std::chrono::nanoseconds) override;
  boost::asio::awaitable<std::vector<ports::DoctorFinding>> examine(std::chrono::nanoseconds) override;

  // What each feed says, in order; its cursor is a position. A feed of states (listings) begins again when it
  // is asked from its end.
  std::map<ports::Feed, std::vector<model::Observation>> says{};
  std::size_t page_size = 100;
  Millis latency{0};
  // What happens to the next polls instead of an answer; nullopt: it is answered.
  std::deque<std::optional<Error>> faults{};
  // May change an answer before it is given.
  std::function<void(ports::Feed, ports::Page&)> spoil{};
  // Asked for every poll before it is answered.
  std::function<std::optional<Error>(ports::Feed, const ports::Cursor&)> refuse{};
  Millis visible_after{120'000};  // orders: the watermark lags that much
  http::ClockSkew clock_skew{};
  std::map<std::string, model::Observation> readable{};  // by order or listing

  struct Call {
    ports::Feed feed;
    std::string cursor;
    Instant at;
  };
  std::vector<Call> polls{};
  std::vector<std::string> reads{};
  int early = 0;  // polls sent although the bucket was empty

 private:
  Clock& clock_;
  AccountId account_;
  std::vector<ports::Feed> feeds_;
  model::Capabilities capabilities_{};
  http::TokenBucket bucket_;
};

// Hands `channel`, which outlives it, to an owner.
std::unique_ptr<ports::Marketplace> borrow(ports::Marketplace& channel);

}  // namespace forestall::test
