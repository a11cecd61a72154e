// SPDX-License-Identifier: Apache-2.0
// Carries the messages of one seller to one sink, one after the other, until each is delivered.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "config/base/clock.hpp"
#include "config/base/log.hpp"
#include "connectors/http/event.hpp"
#include "connectors/ports/notifier.hpp"
#include "daemon/alerting/outbox.hpp"

namespace forestall::alerting {

// Since the start of the process.
struct SinkFigures {
  std::uint64_t sent = 0;
  std::uint64_t refused = 0, not_reached = 0, unknown = 0;  // attempts
  std::uint64_t given_up = 0;
  std::optional<Instant> last_sent{};
  std::string last_error{};  // empty after a success
};

struct PostmanPorts {
  const Outbox& outbox;
  Clock& clock;    // the world's: when messages were made
  Clock& machine;  // deadlines and pauses: a real sink does not run faster with the world
  Random& random;
  Logger log;
  // Stores what became of an attempt: the message is dropped with Next::done and Next::give_up, else replaced
  // by `message`. False where it could not be stored: it is asked again later.
  std::function<boost::asio::awaitable<bool>(Message message, Next next)> settle;
  std::chrono::nanoseconds timeout = std::chrono::seconds(60);
};

class Postman {
 public:
  // `notifier` null: none could be made, `why_not` says why; its messages wait.
  Postman(PostmanPorts ports, config::NotifySettings settings, std::shared_ptr<ports::Notifier> notifier,
          std::string why_not);

  boost::asio::awaitable<void> run();  // until cancelled
  void wake() { woken_.notify_all(); }
  // Other settings are in force: what waited because of the old ones is tried at once.
  void adopt(config::NotifySettings settings, std::shared_ptr<ports::Notifier> notifier, std::string why_not);
  // Its sink is gone from the configuration: sends no more, until it is adopted again.
  void retire();
  bool retired() const { return retired_; }
  void finish() { finishing_ = true; }  // begins no other attempt
  bool busy() const { return busy_; }
  // Whether a message can be sent, or is being sent right now; where not, nobody here decides on its end.
  bool works() const { return notifier_ != nullptr || busy_; }
  void gave_up(const Message& message, std::string_view reason);

  const config::NotifySettings& settings() const { return settings_; }
  const SinkFigures& figures() const { return figures_; }
  const std::string& why_not() const { return why_not_; }

 private:
  boost::asio::awaitable<void> attempt(Message message);
  void count(const Message& message, const ports::Delivery& delivery, Next next);
  Monotonic next_due() const;

  PostmanPorts ports_;
  config::NotifySettings settings_;
  std::shared_ptr<ports::Notifier> notifier_;
  std::string why_not_;
  http::Event woken_;
  std::map<std::string, Monotonic, std::less<>> not_before_;  // by message
  std::set<std::string, std::less<>> delivered_;              // but Redis does not know yet: never sent again
  SinkFigures figures_;
  bool retired_ = false;
  bool finishing_ = false;
  bool busy_ = false;
};

}  // namespace forestall::alerting
