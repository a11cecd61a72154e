// SPDX-License-Identifier: Apache-2.0
// Feeds one seller's event stream: an event is the answer of a route of the API, when it has changed. While
// nobody reads, nothing is asked.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "daemon/app/context.hpp"
#include "daemon/web/event_hub.hpp"

namespace forestall::app {

class ConsoleFeed {
 public:
  // `watched` is told when the first reader comes and after the last has left.
  ConsoleFeed(Context& context, SellerId seller, std::function<void(bool)> watched);

  boost::asio::awaitable<void> run();  // until cancelled
  std::unique_ptr<web::EventReader> read() { return hub_.read(); }
  std::size_t readers() const { return hub_.readers(); }

 private:
  struct Topic {
    std::string_view name;
    std::chrono::nanoseconds every;
    const web::Route* route;
    web::Request request;
    Monotonic due{};
  };
  void find_topics();
  boost::asio::awaitable<void> ask(Topic& topic);
  boost::asio::awaitable<void> wait_for_a_reader();

  Context& context_;
  SellerId seller_;
  std::function<void(bool)> watched_;
  std::vector<Topic> topics_;
  boost::asio::steady_timer woken_;
  web::EventHub hub_;
};

}  // namespace forestall::app
