// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/carriers_part.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>
#include <vector>

#include "connectors/registry/registry.hpp"
#include "daemon/app/orders_json.hpp"
#include "daemon/metrics/polling_families.hpp"
#include "daemon/polling/carrier_poller.hpp"
#include "daemon/runtime/task_group.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;
namespace json = boost::json;

constexpr std::size_t most_lanes = 100;  // a turn of some 4 ms
constexpr std::size_t webhook_bytes = std::size_t{1} << 20;

constexpr std::string_view webhook_schema = R"({
  "type": "object", "required": ["parcels"],
  "properties": {"parcels": {"type": "integer", "description": "told of, and somebody asked about"}}})";

class Carriers {
 public:
  Carriers(Context& context, http::HttpClient& http, std::shared_ptr<flow::Flow> flow,
           scheduling::CallScheduler& calls, std::deque<orders::OrderDesk>& desks)
      : context_(context),
        flow_(std::move(flow)),
        desks_(desks),
        door_(*flow_),
        tools_{context.clock, context.machine_clock, context.random, context.log, door_,
               calls,         context.activity},
        connectors_{http, context.clock, context.random, context.log, sessions_},
        tasks_(context.executor, context.log, "carriers", context.fatal) {
    for (const auto& settings : context.settings.carriers) add(settings);
  }

  awaitable<Status> start() {
    for (auto& poller : pollers_)
      tasks_.spawn("carrier " + poller.settings().id.str(), runtime::OnFailure::stop_daemon, poller.run());
    co_return Status{};
  }
  awaitable<void> stop() { co_await tasks_.stop(); }
  void reload(const config::Settings& settings) {
    for (const auto& carrier : settings.carriers)
      for (auto& poller : pollers_)
        if (poller.settings().id == carrier.id) poller.adopt(carrier);
  }

  awaitable<web::Response> pushed(const web::Request& request) {
    const auto id = request.parameter("carrier");
    const auto found =
        std::ranges::find_if(pollers_, [&](const auto& p) { return p.settings().id.str() == id; });
    if (found == pollers_.end()) co_return web::problem(404, ErrorCode::not_found, "no such carrier");
    auto told = co_await found->pushed(request.headers, request.body);
    if (!told) {
      context_.log.warning("webhook_refused", {{"carrier", id}, {"reason", told.error()}});
      // Whoever is not the carrier learns no more than that.
      if (told.error().code == ErrorCode::unauthenticated)
        co_return web::problem(401, ErrorCode::unauthenticated, "the signature is missing or wrong");
      co_return web::problem(told.error());
    }
    co_return web::json(json::serialize(json::object{{"parcels", *told}}));
  }

  web::Response scorecards(const web::Request& request) {
    for (const auto& desk : desks_)
      if (desk.seller().settings.id.str() == request.parameter("seller"))
        return web::json(scorecard_json(desk, context_.clock.now(), most_lanes));
    return web::problem(404, ErrorCode::not_found, "no such seller");
  }

  void collect(metrics::Page& page) const {
    const auto now = context_.clock.now();
    for (const auto& poller : pollers_) {
      const std::string& id = poller.settings().id.str();
      metrics::collect_feed(page, {"", id, "parcels", poller.figures()});
      page.counter("forestall_carrier_calls_total", "Questions to the carrier.", poller.calls(),
                   {{"carrier", id}});
      page.counter("forestall_carrier_pushes_total", "Signed messages of the carrier.", poller.pushes(),
                   {{"carrier", id}});
      page.gauge("forestall_carrier_due", "Parcels that are due to be asked about.",
                 std::uint64_t{poller.waiting(now)}, {{"carrier", id}});
    }
  }

  json::value status() const {
    json::array all;
    for (const auto& poller : pollers_) {
      const auto& f = poller.figures();
      json::object row{{"id", poller.settings().id.str()},
                       {"kind", poller.settings().kind},
                       {"connected", poller.why_not().empty()},
                       {"calls", poller.calls()},
                       {"pushes", poller.pushes()},
                       {"due", poller.waiting(context_.clock.now())},
                       {"observations", f.observations},
                       {"applied", f.applied},
                       {"set_aside", f.set_aside},
                       {"failures", f.failures}};
      row["last_success"] = f.last_success ? json::value(to_string(*f.last_success)) : json::value(nullptr);
      row["error"] = !poller.why_not().empty() ? json::value(poller.why_not())
                     : f.error                 ? json::value(f.error->detail)
                                               : json::value(nullptr);
      all.push_back(std::move(row));
    }
    return all;
  }

 private:
  void add(const config::CarrierSettings& settings) {
    auto carrier = connectors::make(connectors::registry(), settings, connectors_);
    if (!carrier)
      context_.log.error("carrier_without_connector",
                         {{"carrier", settings.id}, {"reason", carrier.error()}});
    std::vector<polling::ParcelSeller> sellers;
    for (auto& desk : desks_) {
      const auto& id = desk.seller().settings.id;
      if (settings.sellers.empty() || std::ranges::find(settings.sellers, id) != settings.sellers.end())
        sellers.push_back({desk.seller(), desk.book()});
    }
    pollers_.emplace_back(tools_, std::move(sellers), settings, carrier ? std::move(*carrier) : nullptr,
                          carrier ? std::string() : carrier.error().detail);
  }

  Context& context_;
  std::shared_ptr<flow::Flow> flow_;
  std::deque<orders::OrderDesk>& desks_;
  ports::Sessions sessions_;
  polling::FlowDoor door_;
  polling::Tools tools_;
  ports::Context connectors_;
  std::deque<polling::CarrierPoller> pollers_;
  runtime::TaskGroup tasks_;
};

}  // namespace

Part make_carriers(Context& context, http::HttpClient& http, std::shared_ptr<flow::Flow> flow,
                   scheduling::CallScheduler& calls, std::deque<orders::OrderDesk>& desks) {
  const auto self = std::make_shared<Carriers>(context, http, std::move(flow), calls, desks);
  context.metrics.add([self](metrics::Page& page) { self->collect(page); });
  context.status.emplace_back("carriers", [self] { return self->status(); });
  context.routes.push_back({.method = web::Method::post,
                            .pattern = "/api/v1/carriers/{carrier}/webhook",
                            .access = web::Access::open,
                            .summary = "What a carrier pushes: signed with the secret that was agreed",
                            .handler = [self](const web::Request& request) { return self->pushed(request); },
                            .response_schema = webhook_schema,
                            .max_body = webhook_bytes,
                            .wanted_headers = {"x-hmac-signature"}});
  context.routes.push_back(
      {.method = web::Method::get,
       .pattern = "/api/v1/sellers/{seller}/carriers",
       .access = web::Access::read,
       .summary = "How carriers do: on time, first scan, lost, by service and lane; incidents",
       .handler = web::immediate([self](const web::Request& request) { return self->scorecards(request); }),
       .response_schema = scorecard_schema()});
  return {.name = "carriers",
          .start = [self] { return self->start(); },
          .stop = [self] { return self->stop(); },
          .reload = [self](const config::Settings& settings) { self->reload(settings); }};
}

}  // namespace forestall::app
