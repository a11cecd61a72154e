// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/acting_part.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <deque>

#include "connectors/net/sleep.hpp"
#include "daemon/acting/seller_acts.hpp"
#include "daemon/app/acting_routes.hpp"
#include "daemon/runtime/task_group.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;
namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto settle_patience = 5s;

awaitable<Status> turn_of(scheduling::CallScheduler& calls, Clock& clock, flow::Account& account,
                          ports::CallKind kind, scheduling::Purpose purpose, double value) {
  const auto give_up = clock.monotonic() + acting::Times{}.turn_patience;
  auto turn = co_await calls.turn(account, kind, ports::Feed::orders, purpose, value, give_up);
  if (!turn) co_return std::unexpected(turn.error());
  co_return Status{};
}

double unix_seconds(const std::optional<Instant>& at) {
  return at ? std::chrono::duration<double>(at->time_since_epoch()).count() : 0;
}

void collect_account(metrics::Page& page, const acting::SellerActs& acts, const acting::AccountDesk& desk) {
  const auto& id = desk.id().str();
  const auto& f = desk.figures;
  const auto stage = [&](std::string_view name, std::uint64_t value) {
    page.counter("forestall_intents_total", "Steps of intents since the start, by the step.", value,
                 {{"account", id}, {"step", name}});
  };
  stage("requested", f.wished);
  stage("sent", f.sent);
  stage("accepted", f.accepted);
  stage("confirmed", f.confirmed);
  stage("rejected", f.rejected);
  stage("unresolved", f.unresolved);
  stage("stuck", f.stuck);
  stage("abandoned", f.abandoned);
  page.counter("forestall_wishes_noted_total", "Changes that modes observe and advise did not make.", f.noted,
               {{"account", id}});
  constexpr std::string_view failures = "Calls for acts that failed, by kind.";
  page.counter("forestall_act_failures_total", failures, f.read_failures,
               {{"account", id}, {"kind", "read"}});
  page.counter("forestall_act_failures_total", failures, f.write_failures,
               {{"account", id}, {"kind", "write"}});
  page.counter("forestall_left_to_person_total", "Changes from outside that were left alone.", f.persons,
               {{"account", id}});
  page.counter("forestall_watermark_waits_total", "Writes that waited for orders not seen yet.", f.waits,
               {{"account", id}});
  page.counter("forestall_put_back_total", "A person's value restored after one of our writes crossed it.",
               f.put_back, {{"account", id}});
  page.gauge("forestall_act_last_sent_timestamp_seconds", "When the last write was sent; 0: never.",
             unix_seconds(f.last_sent), {{"account", id}});
  page.gauge("forestall_act_last_confirmed_timestamp_seconds", "When the last write was read back; 0: never.",
             unix_seconds(f.last_confirmed), {{"account", id}});
  page.gauge("forestall_acts_queued", "Intents that wait to be sent or read back.",
             std::uint64_t{acts.queued(desk.id())}, {{"account", id}});
  page.gauge("forestall_acts_under_way", "Intents that are being sent or read back.",
             std::uint64_t{acts.under_way(desk.id())}, {{"account", id}});
  for (const auto mode : {acting::Mode::observe, acting::Mode::advise, acting::Mode::guard})
    page.gauge("forestall_mode", "1 for the mode in force.", std::uint64_t{desk.mode() == mode},
               {{"account", id}, {"mode", acting::word(mode)}});
  page.gauge("forestall_breaker_open", "1 while the breaker keeps the account at advise.",
             std::uint64_t{!desk.tripped.empty()}, {{"account", id}});
  page.gauge("forestall_breaker_moved_units", "Units put on or off sale in the breaker's interval.",
             static_cast<double>(desk.breaker.moved().count()), {{"account", id}});
  page.gauge("forestall_breaker_moved_value_minor",
             "What they are worth, in minor units of the account's currency.",
             static_cast<double>(desk.breaker.value()), {{"account", id}});
  page.gauge("forestall_breaker_unpriced_changes", "Changes in the interval of which no price is known.",
             std::uint64_t{desk.breaker.unpriced()}, {{"account", id}});
  page.gauge("forestall_breaker_waiting_listings",
             "Listings that wait for the first of a large change to be confirmed.",
             std::uint64_t{desk.breaker.waiting()}, {{"account", id}});
}

class Acting {
 public:
  Acting(Context& context, redis::Client& redis, std::shared_ptr<flow::Flow> flow,
         scheduling::CallScheduler& calls)
      : context_(context),
        flow_(std::move(flow)),
        tasks_(context.executor, context.log, "acting", context.fatal),
        progress_(context.watchdog.watch("decisions")) {
    acting::Times times;
    times.tick = std::min<Millis>(times.tick, std::chrono::floor<Millis>(context.watchdog.period()));
    for (auto& seller : flow_->sellers())
      sellers_.emplace_back(acting::SellerActsPorts{
          .flow = *flow_,
          .seller = seller,
          .redis = redis,
          .executor = context.executor,
          .clock = context.clock,
          .machine = context.machine_clock,
          .random = context.random,
          .log = context.log,
          .take_turn = [&calls, &clock = context.clock](
                           flow::Account& account, ports::CallKind kind, scheduling::Purpose purpose,
                           double value) { return turn_of(calls, clock, account, kind, purpose, value); },
          .fatal = context.fatal,
          .times = times});
    flow_->listen([this](const flow::Fresh& fresh) {
      for (auto& acts : sellers_) acts.heard(fresh);
    });
  }

  awaitable<Status> start() {
    for (auto& acts : sellers_)
      tasks_.spawn("decisions " + acts.seller().str(), runtime::OnFailure::stop_daemon, acts.run(&progress_));
    if (sellers_.empty()) tasks_.spawn("no decisions", runtime::OnFailure::stop_daemon, idle());
    co_return Status{};
  }
  awaitable<void> stop() {
    for (auto& acts : sellers_) acts.begin_stop();
    const auto until = context_.machine_clock.monotonic() + settle_patience;
    for (auto& acts : sellers_)
      co_await acts.stop(std::max<std::chrono::nanoseconds>(0ns, until - context_.machine_clock.monotonic()));
    co_await tasks_.stop();
  }
  void reload() {
    for (auto& acts : sellers_) acts.sweep();
  }

  acting::SellerActs* find(std::string_view seller) {
    for (auto& acts : sellers_)
      if (acts.seller().str() == seller) return &acts;
    return nullptr;
  }

  void collect(metrics::Page& page) const;
  json::value status() const {
    json::array all;
    for (const auto& acts : sellers_)
      for (const auto& desk : acts.floor().desks) all.push_back(status_of(acts, desk));
    return all;
  }

 private:
  // Nobody to decide for is progress too.
  awaitable<void> idle();

  Context& context_;
  std::shared_ptr<flow::Flow> flow_;
  std::deque<acting::SellerActs> sellers_;
  runtime::TaskGroup tasks_;
  runtime::Progress& progress_;
};

void Acting::collect(metrics::Page& page) const {
  for (const auto& acts : sellers_) {
    const auto& seller = acts.seller().str();
    page.counter("forestall_decisions_total", "Listings decided on.", acts.decided(), {{"seller", seller}});
    page.gauge("forestall_decision_last_timestamp_seconds", "When something was last decided; 0: never.",
               unix_seconds(acts.last_decided()), {{"seller", seller}});
    page.gauge("forestall_undecided_skus", "SKUs that changed and wait for a decision.",
               std::uint64_t{acts.undecided()}, {{"seller", seller}});
    const auto& latency = acts.latency();
    page.histogram(
        "forestall_intent_latency_seconds", "From a parsed observation to the durable intent it led to.",
        {.bounds = latency.bounds, .counts = latency.counts, .sum = latency.sum}, {{"seller", seller}});
    const auto& by_state = acts.floor().journal.by_state();
    for (std::size_t s = 0; s < by_state.size(); ++s)
      page.gauge("forestall_intents", "Listings by the state of their current intent.",
                 std::uint64_t{by_state[s]},
                 {{"seller", seller}, {"state", journal::word(static_cast<journal::State>(s))}});
    page.counter(
        "forestall_journal_unreadable_total",
        "Records and entries of the intent journal that could not be read; each listing is left alone.",
        acts.floor().journal.unreadable(), {{"seller", seller}});
    for (const auto& desk : acts.floor().desks) collect_account(page, acts, desk);
  }
}

awaitable<void> Acting::idle() {
  for (;;) {
    progress_.made();
    co_await net::sleep_for(context_.machine_clock, context_.watchdog.period());
  }
}

}  // namespace

ActingPart make_acting(Context& context, redis::Client& redis, std::shared_ptr<flow::Flow> flow,
                       scheduling::CallScheduler& calls) {
  const auto self = std::make_shared<Acting>(context, redis, std::move(flow), calls);
  context.metrics.add([self](metrics::Page& page) { self->collect(page); });
  context.status.emplace_back("acting", [self] { return self->status(); });
  context.find_acts = [self](std::string_view seller) { return self->find(seller); };
  add_acting_routes(context, [self](std::string_view seller) { return self->find(seller); });
  return {.part = {.name = "acting",
                   .start = [self] { return self->start(); },
                   .stop = [self] { return self->stop(); },
                   .reload = [self](const config::Settings&) { self->reload(); }},
          .find = [self](std::string_view seller) { return self->find(seller); }};
}

}  // namespace forestall::app
