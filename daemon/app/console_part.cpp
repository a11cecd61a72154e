// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/console_part.hpp"

#include <deque>

#include "daemon/app/console_feed.hpp"
#include "daemon/app/console_routes.hpp"
#include "daemon/app/survey_keeper.hpp"
#include "daemon/runtime/task_group.hpp"
#include "daemon/web/page.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;

class Console {
 public:
  Console(Context& context, flow::Flow& flow)
      : tasks_(context.executor, context.log, "console", context.fatal) {
    for (auto& seller : flow.sellers())
      if (auto* acts = context.find_acts(seller.settings.id.str())) seats_.emplace_back(context, *acts);
  }

  // A console that fails takes nothing else with it.
  awaitable<Status> start() {
    for (auto& seat : seats_) {
      const auto& seller = seat.acts.seller().str();
      tasks_.spawn("survey " + seller, runtime::OnFailure::log, seat.survey.run());
      tasks_.spawn("feed " + seller, runtime::OnFailure::log, seat.feed.run());
    }
    co_return Status{};
  }
  awaitable<void> stop() { co_await tasks_.stop(); }

  ConsoleSeat* find(std::string_view seller) {
    for (auto& seat : seats_)
      if (seat.acts.seller().str() == seller) return &seat;
    return nullptr;
  }
  void collect(metrics::Page& page) const {
    for (const auto& seat : seats_) seat.survey.collect(page);
  }

 private:
  std::deque<ConsoleSeat> seats_;
  runtime::TaskGroup tasks_;
};

}  // namespace

ConsoleSeat::ConsoleSeat(Context& context, acting::SellerActs& its_acts)
    : acts(its_acts),
      survey(context, its_acts),
      feed(context, its_acts.seller(), [this](bool now) { survey.watched(now); }) {}

Part make_console(Context& context, std::shared_ptr<flow::Flow> flow) {
  const auto self = std::make_shared<Console>(context, *flow);
  context.metrics.add([self](metrics::Page& page) { self->collect(page); });
  add_console_routes(context, [self](std::string_view seller) { return self->find(seller); });
  for (auto& route : web::page_routes()) context.routes.push_back(std::move(route));
  return {
      .name = "console", .start = [self] { return self->start(); }, .stop = [self] { return self->stop(); }};
}

}  // namespace forestall::app
