// SPDX-License-Identifier: Apache-2.0
// Messages on their way: durable before they are sent, gone when they are delivered. What follows an attempt
// is decided here; pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/random.hpp"
#include "connectors/ports/notifier.hpp"
#include "daemon/alerting/standing.hpp"

namespace forestall::alerting {

struct Message {
  std::string sink{};  // the id of its [[notify]]
  std::string group{};
  ports::Notice notice{};           // never changes: another attempt says the same under the same id
  std::vector<std::string> done{};  // recipients that have it, or never will
  std::uint32_t attempts = 0;       // that were made
  bool refused = false;             // by the last one
  std::string last_error{};
  const std::string& id() const { return notice.id; }
};
std::string encode(const Message& message);
Result<Message> decode_message(std::string_view bytes);

using Outbox = std::map<std::string, Message, std::less<>>;  // by id

// After which it is given up, reported and dropped.
inline constexpr Millis most_age = std::chrono::days(7);

enum class Next : std::uint8_t { done, again, give_up };
struct AfterAttempt {
  Next next = Next::done;
  Millis wait{0};  // with again
};
// Not reached, or nobody knows: after 5 s, doubled up to 15 min, a quarter of it at random, and not before
// the sink asked for. Refused: every hour, since somebody may put the sink's settings right meanwhile.
AfterAttempt after(const Message& message, const ports::Delivery& delivery, Instant now, Random& random);

// Whose turn it is at a sink: the urgent first, then the oldest; null where none waits.
const Message* first_of(const Outbox& outbox, std::string_view sink,
                        const std::map<std::string, Monotonic, std::less<>>& not_before, Monotonic now);

}  // namespace forestall::alerting
