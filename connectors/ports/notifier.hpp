// SPDX-License-Identifier: Apache-2.0
// The port of an alert sink. It delivers one notice; grouping, repeating and silencing happen before it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/time.hpp"

namespace forestall::ports {

enum class Urgency : std::uint8_t { info, warning, urgent };

// What a person reads, already worded. Holds no personal data of buyers.
struct Notice {
  std::string key{};  // the same for every notice about the same thing: sinks that can, update or resolve it
  std::string subject{};  // one line
  std::vector<std::string> lines{};
  std::vector<std::pair<std::string, std::string>> labels{};  // for machines: kind, account, sku
  Urgency urgency = Urgency::warning;
  Instant begun{};
  std::optional<Instant> resolved{};
  std::string link{};  // to the console; empty: none
};

class Notifier {
 public:
  virtual ~Notifier() = default;
  // Delivered, or why not. Error::retryable says whether another attempt can help; one that may arrive twice
  // (a lost answer) is retryable, since a doubled alert is better than a lost one.
  virtual boost::asio::awaitable<Status> deliver(Notice notice, std::chrono::nanoseconds timeout) = 0;
};

}  // namespace forestall::ports
