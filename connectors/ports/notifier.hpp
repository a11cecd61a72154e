// SPDX-License-Identifier: Apache-2.0
// The port of an alert sink. It delivers one notice once; grouping, silencing, trying again happen before it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/time.hpp"

namespace forestall::ports {

enum class Urgency : std::uint8_t { info, warning, urgent };
constexpr std::string_view word(Urgency urgency) {
  return urgency == Urgency::info ? "info" : urgency == Urgency::warning ? "warning" : "urgent";
}

// One thing of a notice.
struct NoticeItem {
  std::string headline{};              // what
  std::string first{};                 // what to do first; empty: nothing
  std::vector<std::string> numbers{};  // behind it
  Urgency urgency = Urgency::warning;
  bool over = false;        // it stands no more
  std::string reference{};  // to acknowledge it by; empty: cannot be
};

// What a person reads, already worded, in UTF-8 without control characters. Holds no personal data of buyers.
struct Notice {
  std::string id{};   // of this message: the same at every attempt, [a-z0-9-]
  std::string key{};  // the same for every notice about the same thing: sinks that can, update or resolve it
  std::string subject{};  // one line
  std::string first{};    // what to do first, before any numbers
  std::vector<NoticeItem> items{};
  std::string more{};    // what does not stand in `items`, and where it can be seen; may be empty
  std::string footer{};  // how to acknowledge or silence
  std::vector<std::pair<std::string, std::string>> labels{};  // for machines: seller, kind, account
  Urgency urgency = Urgency::warning;
  Instant begun{};
  Instant made{};                     // when it was worded
  std::optional<Instant> resolved{};  // nothing of it stands any more, since then
  Instant stands_until{};             // unless told again by then it may be taken as over
  std::string link{};                 // to the console; empty: none
};

// What became of one attempt.
enum class Outcome : std::uint8_t {
  delivered,
  refused,      // and will be again: trying again cannot help
  not_reached,  // certainly not delivered: try again
  unknown,      // the answer was lost: try again under the same id
};
constexpr std::string_view word(Outcome outcome) {
  return outcome == Outcome::delivered     ? "delivered"
         : outcome == Outcome::refused     ? "refused"
         : outcome == Outcome::not_reached ? "not_reached"
                                           : "unknown";
}

struct Delivery {
  Outcome outcome = Outcome::delivered;
  std::string detail{};                 // why not, or a remark; no secrets
  std::optional<Millis> retry_after{};  // not sooner than this
  std::vector<std::string> reached{};   // recipients that have it, where only some do
  // Recipients that will never have it, while others have: where nobody has it, nobody is named here.
  std::vector<std::string> refused_for_good{};
};

class Notifier {
 public:
  virtual ~Notifier() = default;
  // Tries once and returns by `timeout` at the latest. `done`: recipients that need not have it any more.
  virtual boost::asio::awaitable<Delivery> deliver(Notice notice, std::vector<std::string> done,
                                                   std::chrono::nanoseconds timeout) = 0;
};

// The notice as plain text, lines of any length: what is to be done first, then each item with its numbers.
std::string plain_text(const Notice& notice);

}  // namespace forestall::ports
