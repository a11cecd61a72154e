// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/postman.hpp"

#include <algorithm>
#include <utility>

namespace forestall::alerting {

using boost::asio::awaitable;
using ports::Outcome;
using namespace std::chrono_literals;

namespace {

constexpr auto longest_sleep = 60s;
constexpr auto store_again = 1s;

}  // namespace

Postman::Postman(PostmanPorts ports, config::NotifySettings settings,
                 std::shared_ptr<ports::Notifier> notifier, std::string why_not)
    : ports_(std::move(ports)),
      settings_(std::move(settings)),
      notifier_(std::move(notifier)),
      why_not_(std::move(why_not)) {}

void Postman::adopt(config::NotifySettings settings, std::shared_ptr<ports::Notifier> notifier,
                    std::string why_not) {
  settings_ = std::move(settings);
  notifier_ = std::move(notifier);
  why_not_ = std::move(why_not);
  retired_ = false;
  not_before_.clear();
  wake();
}

void Postman::retire() {
  adopt(settings_, nullptr, "no longer in the configuration");
  retired_ = true;
}

Monotonic Postman::next_due() const {
  auto due = ports_.machine.monotonic() + longest_sleep;
  for (const auto& [id, at] : not_before_) due = std::min(due, at);
  return due;
}

awaitable<void> Postman::run() {
  for (;;) {
    std::erase_if(not_before_, [&](const auto& one) { return !ports_.outbox.contains(one.first); });
    const auto* next = finishing_ || notifier_ == nullptr
                           ? nullptr
                           : first_of(ports_.outbox, settings_.id, not_before_, ports_.machine.monotonic());
    if (next == nullptr) {
      co_await woken_.wait_until(ports_.machine, next_due());
      continue;
    }
    co_await attempt(*next);
  }
}

awaitable<void> Postman::attempt(Message message) {
  busy_ = true;
  const auto id = message.id();
  ports::Delivery delivery;
  if (!delivered_.contains(id)) {
    const auto notifier = notifier_;  // a reload may replace it meanwhile
    delivery = co_await notifier->deliver(message.notice, message.done, ports_.timeout);
  }
  const auto next = after(message, delivery, ports_.clock.now(), ports_.random);
  count(message, delivery, next.next);
  ++message.attempts;
  message.refused = delivery.outcome == Outcome::refused;
  message.last_error = delivery.detail;
  message.done.insert(message.done.end(), delivery.reached.begin(), delivery.reached.end());
  message.done.insert(message.done.end(), delivery.refused_for_good.begin(), delivery.refused_for_good.end());
  if (next.next == Next::again)
    not_before_[id] = ports_.machine.monotonic() + next.wait;
  else
    delivered_.insert(id);
  if (co_await ports_.settle(std::move(message), next.next))
    delivered_.erase(id);
  else
    not_before_[id] = std::max(not_before_[id], ports_.machine.monotonic() + store_again);
  busy_ = false;
}

void Postman::count(const Message& message, const ports::Delivery& delivery, Next next) {
  const auto log = ports_.log.with({{"sink", settings_.id}, {"message", message.id()}});
  for (const auto& recipient : delivery.refused_for_good)
    log.warning("alert_recipient_refused", {{"recipient", recipient}});
  if (delivery.outcome == Outcome::delivered) {
    if (delivered_.contains(message.id())) return;
    ++figures_.sent;
    figures_.last_sent = ports_.clock.now();
    figures_.last_error.clear();
    log.info("alert_sent", {{"subject", message.notice.subject}, {"attempts", message.attempts + 1}});
    return;
  }
  if (delivery.outcome == Outcome::refused)
    ++figures_.refused;
  else if (delivery.outcome == Outcome::unknown)
    ++figures_.unknown;
  else
    ++figures_.not_reached;
  figures_.last_error = delivery.detail;
  if (next == Next::give_up) {
    gave_up(message, delivery.detail);
  } else if (message.attempts == 0 || message.attempts % 16 == 0) {
    log.warning("alert_not_sent", {{"outcome", ports::word(delivery.outcome)},
                                   {"reason", delivery.detail},
                                   {"attempts", message.attempts + 1}});
  }
}

void Postman::gave_up(const Message& message, std::string_view reason) {
  ++figures_.given_up;
  ports_.log.error("alert_given_up", {{"sink", settings_.id},
                                      {"message", message.id()},
                                      {"subject", message.notice.subject},
                                      {"reason", reason}});
}

}  // namespace forestall::alerting
