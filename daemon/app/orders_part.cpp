// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/orders_part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "config/base/text.hpp"
#include "connectors/http/event.hpp"
#include "connectors/net/sleep.hpp"
#include "daemon/app/orders_json.hpp"
#include "daemon/runtime/task_group.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;

constexpr auto look_every = 10min;
constexpr auto look_least = 30s;  // between two looks, whatever presses
constexpr auto tick_every = 1h;
constexpr auto open_asked_every = 100ms;
constexpr auto retry_load = 1s;
constexpr auto loaded_asked_every = 1min;
constexpr std::size_t most_causes = 1'000;
constexpr std::size_t most_flags = 2'000;  // in one answer

// What makes a look worth having before its time: a SKU that came to be owed more often than it is there, a
// buyer who asks to cancel.
class Pressing {
 public:
  void hear(const flow::Fresh& fresh) {
    bool news = false;
    for (const auto& sku : fresh.applied.skus) {
      if (sku.pool != model::Pool::own) continue;
      if (sku.available >= Units{})
        short_.erase(sku.sku);
      else if (short_.size() < most_short)
        news = short_.insert(sku.sku).second || news;
    }
    for (const auto& observation : fresh.observations) {
      const auto* request = std::get_if<model::CancelRequest>(&observation);
      news = news || (request != nullptr && request->state == model::RequestState::open);
    }
    if (!news) return;
    pending_ = true;
    woken_.notify_all();
  }
  // Until something presses, or until then. Whether it did.
  awaitable<bool> wait(Clock& clock, Monotonic until) {
    if (!pending_) co_await woken_.wait_until(clock, until);
    co_return std::exchange(pending_, false);
  }

 private:
  static constexpr std::size_t most_short = 10'000;
  std::set<std::string> short_;
  bool pending_ = false;
  http::Event woken_;
};

class Orders {
 public:
  Orders(Context& context, std::shared_ptr<flow::Flow> flow)
      : context_(context),
        flow_(std::move(flow)),
        tasks_(context.executor, context.log, "orders", context.fatal) {
    for (auto& seller : flow_->sellers()) {
      desks_.emplace_back(seller, context.clock, context.log.with({{"seller", seller.settings.id}}));
      pressing_.emplace_back();
    }
    flow_->listen([this](const flow::Fresh& fresh) {
      for (auto& desk : desks_) desk.heard(fresh);
      for (std::size_t i = 0; i < desks_.size(); ++i)
        if (&desks_[i].seller() == &fresh.seller) pressing_[i].hear(fresh);
    });
  }

  awaitable<Status> start() {
    // By now every account is in the flow.
    for (std::size_t i = 0; i < desks_.size(); ++i) {
      desks_[i].settle_places();
      tasks_.spawn("orders " + desks_[i].seller().settings.id.str(), runtime::OnFailure::stop_daemon,
                   watch(desks_[i], pressing_[i]));
    }
    co_return Status{};
  }

  awaitable<void> stop() {
    co_await tasks_.stop();
    for (auto& desk : desks_)
      if (auto ok = co_await desk.save(); !ok)
        context_.log.warning("orders_not_saved",
                             {{"seller", desk.seller().settings.id}, {"reason", ok.error()}});
  }

  // By the settings told: the flow's own may be taken over later in the same reload.
  void reload(const config::Settings& settings) {
    for (auto& desk : desks_) desk.settle_places(settings.accounts);
  }

  awaitable<web::Response> at_risk(const web::Request& request) {
    auto found = find(request);
    if (!found) co_return std::move(found.error());
    const auto limit = parse_integer<std::size_t>(request.query_value("limit").value_or("1000"));
    if (!limit || *limit == 0 || *limit > most_flags)
      co_return web::problem(400, ErrorCode::invalid_argument, fmt::format("limit: 1 to {}", most_flags));
    const auto max_age = parse_integer<std::int64_t>(request.query_value("max_age").value_or("0"));
    if (!max_age || *max_age < 0 || *max_age > 3600)
      co_return web::problem(400, ErrorCode::invalid_argument, "max_age: 0 to 3600 seconds");
    orders::OrderDesk& desk = **found;
    const orders::Looked& last = desk.last_look();
    if (last.at != Instant{} && context_.clock.now() - last.at < std::chrono::seconds(*max_age))
      co_return web::json(at_risk_json(desk, last, *limit));
    const auto looked = co_await desk.look();
    co_return web::json(at_risk_json(desk, looked, *limit));
  }
  web::Response causes(const web::Request& request) {
    auto found = find(request);
    if (!found) return std::move(found.error());
    const auto days = read_days(request);
    if (!days) return web::problem(400, ErrorCode::invalid_argument, "days: a number from 1 to 120");
    return web::json(causes_json(**found, context_.clock.now() - std::chrono::days(*days), most_causes));
  }

  void collect(metrics::Page& page) const {
    for (const auto& desk : desks_) collect_desk(page, desk);
  }
  std::deque<orders::OrderDesk>& desks() { return desks_; }

 private:
  std::expected<orders::OrderDesk*, web::Response> find(const web::Request& request) {
    for (auto& desk : desks_) {
      if (desk.seller().settings.id.str() != request.parameter("seller")) continue;
      if (!desk.seller().open || !desk.loaded())
        return std::unexpected(
            web::problem(503, ErrorCode::unavailable, "the seller's ledger is not open; see /readyz"));
      return &desk;
    }
    return std::unexpected(web::problem(404, ErrorCode::not_found, "no such seller"));
  }

  // Loads, and loads again whenever the mirror was read anew.
  awaitable<void> load(orders::OrderDesk& desk) {
    const auto share = context_.activity.begin();  // a world in lock-step waits for it
    while (!desk.seller().open || !desk.loaded()) {
      if (!desk.seller().open) {
        co_await net::sleep_for(context_.machine_clock, open_asked_every);
        continue;
      }
      if (auto ok = co_await desk.load(); !ok) {
        context_.log.warning("orders_not_loaded",
                             {{"seller", desk.seller().settings.id}, {"reason", ok.error()}});
        co_await net::sleep_for(context_.machine_clock, retry_load);
      }
    }
  }

  awaitable<void> watch(orders::OrderDesk& desk, Pressing& pressing) {
    co_await load(desk);
    auto tick_at = context_.clock.monotonic();
    for (;;) {
      if (!desk.seller().open || !desk.loaded()) co_await load(desk);
      {
        const auto share = context_.activity.begin();
        if (context_.clock.monotonic() >= tick_at) {
          co_await desk.tick();
          if (auto ok = co_await desk.save(); !ok)
            context_.log.warning("orders_not_saved",
                                 {{"seller", desk.seller().settings.id}, {"reason", ok.error()}});
          tick_at = context_.clock.monotonic() + tick_every;
        }
        co_await desk.look();
      }
      const auto next = context_.clock.monotonic() + look_every;
      co_await net::sleep_for(context_.clock, look_least);
      // Whose record was read anew is not left without a desk until the next look.
      while (desk.seller().open && desk.loaded() && context_.clock.monotonic() < next)
        if (co_await pressing.wait(context_.clock,
                                   std::min(next, context_.clock.monotonic() + loaded_asked_every)))
          break;
    }
  }

  Context& context_;
  std::shared_ptr<flow::Flow> flow_;
  std::deque<orders::OrderDesk> desks_;
  std::deque<Pressing> pressing_;  // one a desk
  runtime::TaskGroup tasks_;
};

}  // namespace

OrdersPart make_orders(Context& context, std::shared_ptr<flow::Flow> flow) {
  const auto self = std::make_shared<Orders>(context, std::move(flow));
  context.metrics.add([self](metrics::Page& page) { self->collect(page); });
  context.routes.push_back(
      {.method = web::Method::get,
       .pattern = "/api/v1/sellers/{seller}/orders/at-risk",
       .access = web::Access::read,
       .summary =
           "Open orders in danger: cause, deadline, the last moment when acting still helps, next step",
       .handler = [self](const web::Request& request) { return self->at_risk(request); },
       .query = {{"limit", "how many orders; 1,000 if left out"},
                 {"max_age", "in seconds: an answer so old will do; 0 if left out"}},
       .response_schema = at_risk_schema()});
  context.routes.push_back(
      {.method = web::Method::get,
       .pattern = "/api/v1/sellers/{seller}/orders/causes",
       .access = web::Access::read,
       .summary = "Orders that were cancelled or late: whose fault, and where the units go",
       .handler = web::immediate([self](const web::Request& request) { return self->causes(request); }),
       .query = {{"days", "how far back; 30 if left out"}},
       .response_schema = causes_schema()});
  return {.part = {.name = "orders",
                   .start = [self] { return self->start(); },
                   .stop = [self] { return self->stop(); },
                   .reload = [self](const config::Settings& settings) { self->reload(settings); }},
          .desks = self->desks()};
}

}  // namespace forestall::app
