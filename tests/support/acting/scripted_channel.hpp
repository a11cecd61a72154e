// SPDX-License-Identifier: Apache-2.0
// A channel in memory whose every misbehaviour is a line of the test: answers lost or late, writes that land
// late or never, people who change things at any moment.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/base/clock.hpp"
#include "connectors/ports/marketplace.hpp"

namespace forestall::test {

class ScriptedChannel final : public ports::Marketplace {
 public:
  ScriptedChannel(AccountId account, Clock& clock) : account_(std::move(account)), clock_(clock) {}

  struct Offer {
    std::optional<Units> quantity{};
    model::ListingActivity activity = model::ListingActivity::active;
  };
  struct Write {
    ListingId listing;
    Units quantity;  // or the difference
    std::string key;
    Instant at;
    std::optional<Units> expected{};
    bool relative = false;
  };
  // How the next write goes; the last entry is used for all that follow.
  struct Manner {
    bool carried_out = true;
    Millis live_after{0};
    std::optional<ErrorCode> answer{};  // instead of success
    int copies = 1;                     // landings of the one call
  };

  std::map<std::string, Offer> offers;
  std::deque<Manner> manners{{}};
  std::vector<Write> writes;
  std::size_t refused = 0;  // compared, and not equal
  std::size_t reads = 0;
  bool reads_fail = false;
  // Called with the listing's name around each step.
  std::function<void(const std::string&)> before_read{}, after_read{}, before_write{}, after_write{};
  // Waited for inside write(), before anything is done.
  std::function<boost::asio::awaitable<void>()> during_write{};
  model::Capabilities declared{};

  void set(const std::string& listing, std::int64_t units);  // by a person
  std::int64_t shown(const std::string& listing);

  const model::Capabilities& capabilities() const override { return declared; }
  std::span<const ports::Feed> feeds() const override {
    static constexpr std::array all{ports::Feed::orders};
    return all;
  }
  Monotonic earliest(ports::CallKind, ports::Feed) const override { return clock_.monotonic(); }
  boost::asio::awaitable<Result<ports::Page>> poll(ports::Feed feed, ports::Cursor from,
                                                   std::chrono::nanoseconds timeout) override;
  boost::asio::awaitable<Result<ports::ListingReading>> read_listing(
      ListingId listing, std::chrono::nanoseconds timeout) override;
  boost::asio::awaitable<Result<std::vector<model::Observation>>> read_order(
      OrderId order, std::chrono::nanoseconds timeout) override;
  boost::asio::awaitable<Result<ports::WriteReceipt>> write(model::Command command, std::string key,
                                                            std::chrono::nanoseconds timeout) override;
  boost::asio::awaitable<std::vector<ports::DoctorFinding>> examine(
      std::chrono::nanoseconds timeout) override;

 private:
  void land();
  bool apply(const Write& write);  // false: compared, and not equal

  AccountId account_;
  Clock& clock_;
  std::multimap<Instant, Write> landings_;  // of one instant, in order
  std::uint64_t version_ = 0;
};

}  // namespace forestall::test
