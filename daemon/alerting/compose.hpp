// SPDX-License-Identifier: Apache-2.0
// The words of a message: what to do first, then what it is about, the most pressing first. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "connectors/ports/notifier.hpp"
#include "daemon/alerting/standing.hpp"

namespace forestall::alerting {

// A storm is told in one message that a person can read to its end; the rest is counted.
inline constexpr std::size_t most_items = 20;

struct Writing {
  std::string id{};  // of the message
  SellerId seller{};
  std::string seller_name{};  // for people
  std::string sink{};
  std::string group{};
  bool escalated = false;
  Millis repeat{};
  std::string link{};
  Instant now{};
};

ports::Notice compose(const Writing& writing, std::vector<const Standing*> standing,
                      std::vector<const Standing*> over);

// "5,000"
std::string thousands(std::size_t count);

}  // namespace forestall::alerting
