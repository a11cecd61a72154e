// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/console_feed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/net/sleep.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;
using namespace boost::asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

constexpr auto patience = 10s;  // for one answer

// What the console shows live. The first route of a topic that the daemon has is taken.
struct TopicRow {
  std::string_view name;
  std::chrono::nanoseconds every;
  std::array<std::string_view, 2> patterns;
  std::string_view limit{};
  std::string_view max_age{};  // seconds; for answers that are dear
};
constexpr std::array topic_rows{
    TopicRow{"overview", 2s, {"/api/v1/sellers/{seller}/overview"}},
    TopicRow{"stock", 2s, {"/api/v1/sellers/{seller}/stock/at-risk"}, "50"},
    TopicRow{"deeds", 2s, {"/api/v1/sellers/{seller}/deeds"}, "30"},
    TopicRow{"orders", 5s, {"/api/v1/sellers/{seller}/orders/at-risk"}, "100", "60"},
    TopicRow{"budget", 5s, {"/api/v1/sellers/{seller}/budget", "/api/v1/budget"}},
};

}  // namespace

ConsoleFeed::ConsoleFeed(Context& context, SellerId seller, std::function<void(bool)> watched)
    : context_(context),
      seller_(std::move(seller)),
      watched_(std::move(watched)),
      woken_(context.executor),
      hub_([this] { woken_.expires_at(boost::asio::steady_timer::time_point::min()); }) {}

// When the parts start every route is in the table, which does not change any more.
void ConsoleFeed::find_topics() {
  for (const auto& row : topic_rows)
    for (const auto pattern : row.patterns) {
      const auto route = std::ranges::find_if(context_.routes, [&](const web::Route& r) {
        return !pattern.empty() && r.pattern == pattern && r.method == web::Method::get && r.handler;
      });
      if (route == context_.routes.end()) continue;
      web::Request request;
      request.path = pattern;
      request.path_parameters.emplace("seller", seller_.str());
      request.query.emplace("seller", seller_.str());
      if (!row.limit.empty()) request.query.emplace("limit", row.limit);
      if (!row.max_age.empty()) request.query.emplace("max_age", row.max_age);
      request.caller = {.known = true, .seller = seller_, .name = "console"};
      topics_.push_back({row.name, row.every, &*route, std::move(request)});
      break;
    }
}

awaitable<void> ConsoleFeed::run() {
  find_topics();
  for (;;) {
    co_await wait_for_a_reader();
    watched_(true);
    for (auto& topic : topics_) topic.due = {};
    while (hub_.readers() > 0) {
      for (auto& topic : topics_)
        if (context_.machine_clock.monotonic() >= topic.due) co_await ask(topic);
      co_await net::sleep_for(context_.machine_clock, 250ms);
    }
    watched_(false);
  }
}

awaitable<void> ConsoleFeed::wait_for_a_reader() {
  boost::system::error_code ignored;
  woken_.expires_at(boost::asio::steady_timer::time_point::max());
  while (hub_.readers() == 0) {
    co_await woken_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none) co_return;
    woken_.expires_at(boost::asio::steady_timer::time_point::max());
  }
}

awaitable<void> ConsoleFeed::ask(Topic& topic) {
  const auto begun = context_.machine_clock.monotonic();
  topic.due = begun + topic.every;
  web::Response response = web::problem(504, ErrorCode::timeout, "no answer within the deadline");
  std::exception_ptr failure;
  try {
    auto outcome = co_await (topic.route->handler(topic.request) ||
                             net::sleep_until(context_.machine_clock, begun + patience));
    if (auto* done = std::get_if<web::Response>(&outcome)) response = std::move(*done);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none) std::rethrow_exception(failure);
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& e) {
      context_.log.error("console_topic_failed", {{"topic", topic.name}, {"reason", e.what()}});
    }
    response = web::problem(500, ErrorCode::internal, "an internal error; the log says more");
  }
  hub_.publish(topic.name, fmt::format(R"({{"status":{},"body":{}}})", response.status, response.body));
}

}  // namespace forestall::app
