// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/budget_part.hpp"

#include <boost/json/serialize.hpp>
#include <chrono>
#include <deque>
#include <stdexcept>

#include "connectors/net/sleep.hpp"
#include "daemon/app/budget_views.hpp"
#include "daemon/runtime/task_group.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;
namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto assessed_every = 1min;   // of the world's time
constexpr auto asked_again_after = 2s;  // of this machine's, while the ledger is not open

std::expected<config::CancelLimits, config::Problems> limits_of(const config::Settings& settings) {
  if (!settings.daemon.cancel_limits_file) return config::shipped_cancel_limits();
  return config::load_cancel_limits(*settings.daemon.cancel_limits_file);
}

class Budgets {
 public:
  Budgets(Context& context, std::shared_ptr<flow::Flow> flow)
      : context_(context),
        flow_(std::move(flow)),
        tasks_(context.executor, context.log, "budgets", context.fatal) {
    auto limits = limits_of(context.settings);
    if (!limits) throw std::runtime_error(config::to_string(limits.error()));
    limits_ = std::move(*limits);
    for (auto& seller : flow_->sellers()) sellers_.emplace_back(seller, limits_, context.clock, context.log);
    flow_->listen([this](const flow::Fresh& fresh) {
      for (auto& one : sellers_) one.heard(fresh);
    });
  }

  awaitable<Status> start() {
    for (auto& one : sellers_)
      tasks_.spawn("budget " + one.seller().settings.id.str(), runtime::OnFailure::log, keep(one));
    co_return Status{};
  }
  awaitable<void> stop() { return tasks_.stop(); }

  void reload(const config::Settings& settings) {
    auto limits = limits_of(settings);
    if (!limits) {
      context_.log.error("cancel_limits_refused", {{"problem", config::to_string(limits.error())}});
      return;
    }
    limits_ = std::move(*limits);
  }

  web::Response show(const web::Request& request) const {
    for (const auto& one : sellers_) {
      if (one.seller().settings.id.str() != request.parameter("seller")) continue;
      if (!one.assessed_at())
        return web::problem(503, ErrorCode::unavailable, "the budgets are not assessed yet; see /readyz");
      return web::json(json::serialize(budget_json(one)));
    }
    return web::problem(404, ErrorCode::not_found, "no such seller");
  }
  void collect(metrics::Page& page) const {
    for (const auto& one : sellers_) collect_budget(page, one);
  }
  void alert(alerting::Inbox& inbox) const {
    for (const auto& one : sellers_)
      if (one.assessed_at())
        inbox.all({.seller = one.seller().settings.id, .kind = config::AlertKind::budget},
                  budget_alerts(one));
  }

 private:
  awaitable<void> keep(budget::SellerBudget& seller) {
    bool told = false;
    for (;;) {
      auto done = co_await seller.refresh();
      if (done) {
        told = false;
        co_await net::sleep_for(context_.clock, assessed_every);
        continue;
      }
      // An outage is one line.
      if (seller.seller().open && !std::exchange(told, true))
        context_.log.warning("budget_not_assessed",
                             {{"seller", seller.seller().settings.id}, {"reason", done.error()}});
      co_await net::sleep_for(context_.machine_clock, asked_again_after);
    }
  }

  Context& context_;
  std::shared_ptr<flow::Flow> flow_;
  config::CancelLimits limits_;
  std::deque<budget::SellerBudget> sellers_;
  runtime::TaskGroup tasks_;
};

}  // namespace

Part make_budget(Context& context, std::shared_ptr<flow::Flow> flow) {
  const auto self = std::make_shared<Budgets>(context, std::move(flow));
  context.metrics.add([self](metrics::Page& page) { self->collect(page); });
  context.alerts.watch([self](alerting::Inbox& inbox) { self->alert(inbox); });
  context.routes.push_back(
      {.method = web::Method::get,
       .pattern = "/api/v1/sellers/{seller}/budget",
       .access = web::Access::read,
       .summary =
           "How many orders each account may still cancel, by which limit, and what a breach would take",
       .handler = web::immediate([self](const web::Request& request) { return self->show(request); }),
       .response_schema = budget_schema});
  return {.name = "budget",
          .start = [self] { return self->start(); },
          .stop = [self] { return self->stop(); },
          .reload = [self](const config::Settings& settings) { self->reload(settings); }};
}

}  // namespace forestall::app
