// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/alerting_part.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <deque>
#include <map>
#include <utility>

#include "connectors/net/sleep.hpp"
#include "connectors/registry/registry.hpp"
#include "daemon/alerting/seller_alerts.hpp"
#include "daemon/app/alerting_routes.hpp"
#include "daemon/app/journal_feed.hpp"
#include "daemon/runtime/task_group.hpp"

namespace forestall::app {
namespace {

using acting::SellerActs;
using alerting::Fed;
using alerting::SellerAlerts;
using boost::asio::awaitable;
namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto look_every = 2s;  // of the machine
constexpr auto between_slices = 10ms;
constexpr auto settle_patience = 5s;

class Alerting {
 public:
  Alerting(Context& context, http::HttpClient& http, redis::Client& redis, std::shared_ptr<flow::Flow> flow,
           std::function<SellerActs*(std::string_view)> acting)
      : context_(context),
        flow_(std::move(flow)),
        acting_(std::move(acting)),
        sinks_{http,
               context.machine_clock,
               context.machine_random,
               context.log,
               sessions_,
               context.settings.daemon.ca_file ? context.settings.daemon.ca_file->string() : std::string()},
        tasks_(context.executor, context.log, "alerting", context.fatal) {
    for (auto& seller : flow_->sellers())
      sellers_.emplace_back(
          alerting::SellerAlertsPorts{
              .seller = seller,
              .redis = redis,
              .inbox = context.alerts,
              .executor = context.executor,
              .clock = context.clock,
              .machine = context.machine_clock,
              .random = context.machine_random,
              .log = context.log.with({{"seller", seller.settings.id}}),
              .make_sink =
                  [this](const config::NotifySettings& sink) {
                    return connectors::make(connectors::registry(), sink, sinks_);
                  },
              .inhibit_facts = [this, &seller] { return facts_of(seller); },
              .feeds = {{"journal",
                         [this, &seller](std::string place) { return feed(seller, std::move(place)); }}},
              .link = context.settings.api.public_url ? to_string(*context.settings.api.public_url) + "/"
                                                      : std::string()},
          sinks_of(context.settings, seller.settings.id));
    context.alerts.on_news([this] {
      for (auto& alerts : sellers_) alerts.wake();
    });
  }

  awaitable<Status> start() {
    for (auto& alerts : sellers_)
      tasks_.spawn("alerts " + alerts.seller().str(), runtime::OnFailure::stop_daemon, alerts.run());
    tasks_.spawn("watchers", runtime::OnFailure::stop_daemon, look());
    co_return Status{};
  }
  awaitable<void> stop() {
    context_.alerts.on_news({});
    co_await tasks_.stop();
    for (auto& alerts : sellers_) alerts.begin_stop();
    // One for all: whoever stops after this part needs its time too.
    const auto until = context_.machine_clock.monotonic() + settle_patience;
    for (auto& alerts : sellers_)
      co_await alerts.stop(
          std::max<std::chrono::nanoseconds>(0ns, until - context_.machine_clock.monotonic()));
  }
  void reload(const config::Settings& settings) {
    for (auto& alerts : sellers_) alerts.adopt(sinks_of(settings, alerts.seller()));
  }

  SellerAlerts* find(std::string_view seller) {
    for (auto& alerts : sellers_)
      if (alerts.seller().str() == seller) return &alerts;
    return nullptr;
  }
  void collect(metrics::Page& page) const { collect_alerting(page, sellers_, context_.alerts.dropped()); }
  json::value status() const { return status_of_alerting(sellers_); }

 private:
  // Those that may be told of anything of the seller.
  static std::vector<config::NotifySettings> sinks_of(const config::Settings& settings,
                                                      const SellerId& seller) {
    std::vector<config::NotifySettings> sinks;
    for (const auto& sink : settings.notifies)
      if (sink.sellers.empty() || std::ranges::find(sink.sellers, seller) != sink.sellers.end())
        sinks.push_back(sink);
    return sinks;
  }

  alerting::InhibitFacts facts_of(const flow::Seller& seller) const {
    alerting::InhibitFacts facts;
    auto* const acts = acting_(seller.settings.id.str());
    if (acts == nullptr) return facts;
    for (const auto& desk : acts->floor().desks) {
      // What the breaker lowered is still meant to be told of.
      const bool advising = desk.wished_mode() != acting::Mode::observe;
      facts.advising[desk.id()] = advising;
      facts.any_advising = facts.any_advising || advising;
    }
    return facts;
  }

  awaitable<Result<Fed>> feed(flow::Seller& seller, std::string place) {
    auto* const acts = acting_(seller.settings.id.str());
    if (acts == nullptr) co_return Fed{};
    co_return co_await read_journal(*acts, std::move(place));
  }

  awaitable<void> look() {
    for (;;) {
      const auto next = context_.machine_clock.monotonic() + look_every;
      context_.alerts.look();
      while (context_.alerts.look_at_some_more())
        co_await net::sleep_for(context_.machine_clock, between_slices);
      co_await net::sleep_until(context_.machine_clock, next);
    }
  }

  Context& context_;
  std::shared_ptr<flow::Flow> flow_;
  std::function<SellerActs*(std::string_view)> acting_;
  ports::Sessions sessions_;
  ports::Context sinks_;
  std::deque<SellerAlerts> sellers_;
  runtime::TaskGroup tasks_;
};

}  // namespace

Part make_alerting(Context& context, http::HttpClient& http, redis::Client& redis,
                   std::shared_ptr<flow::Flow> flow,
                   std::function<SellerActs*(std::string_view seller)> acting) {
  const auto self = std::make_shared<Alerting>(context, http, redis, std::move(flow), std::move(acting));
  context.metrics.add([self](metrics::Page& page) { self->collect(page); });
  context.status.emplace_back("alerts", [self] { return self->status(); });
  add_alerting_routes(context.routes, [self](std::string_view seller) { return self->find(seller); });
  return {.name = "alerting",
          .start = [self] { return self->start(); },
          .stop = [self] { return self->stop(); },
          .reload = [self](const config::Settings& settings) { self->reload(settings); }};
}

}  // namespace forestall::app
