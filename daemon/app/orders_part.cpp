// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/orders_part.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <utility>
#include <vector>

#include "daemon/orders/live/mirror_facts.hpp"

namespace forestall::app {
namespace {

namespace json = boost::json;

constexpr std::size_t most_orders = 1000;                 // looked at in one turn
constexpr auto counted_every = std::chrono::seconds(60);  // for the metric: a scrape copies numbers

constexpr std::string_view at_risk_schema = R"({
  "type": "object", "required": ["seller", "open_orders", "looked_at", "orders"],
  "properties": {
    "seller": {"type": "string"},
    "open_orders": {"type": "integer"},
    "looked_at": {"type": "integer", "description": "the most urgent ones"},
    "orders": {"type": "array", "description": "the most avoidable loss first",
      "items": {"type": "object", "properties": {
      "account": {"type": "string"}, "order": {"type": "string"}, "cause": {"type": "string"},
      "hard": {"type": "boolean", "description": "evidence, not a forecast"},
      "probability": {"type": "number"}, "deadline": {"type": "string"},
      "act_by": {"type": "string", "description": "the last moment when acting still helps"},
      "stake": {"type": "string"}, "next": {"type": "string"}, "why": {"type": "string"}}}}}})";

class Orders {
 public:
  Orders(Context& context, std::shared_ptr<flow::Flow> flow) : context_(context), flow_(std::move(flow)) {}

  web::Response at_risk(const web::Request& request) {
    auto* const seller = flow_->find_seller(request.parameter("seller"));
    if (seller == nullptr) return web::problem(404, ErrorCode::not_found, "no such seller");
    if (!seller->open || seller->ledger == nullptr)
      return web::problem(503, ErrorCode::unavailable, "the seller's ledger is not open; see /readyz");
    const orders::Looked looked = look_at(*seller);
    json::array list;
    for (const orders::Flag& f : looked.flags)
      list.push_back(json::object{{"account", f.account.str()},
                                  {"order", f.order.str()},
                                  {"cause", orders::word(f.cause)},
                                  {"hard", f.hard},
                                  {"probability", f.probability},
                                  {"deadline", to_string(f.deadline)},
                                  {"act_by", to_string(f.act_by)},
                                  {"stake", to_string(f.stake)},
                                  {"next", orders::word(f.next)},
                                  {"why", f.why}});
    return web::json(json::serialize(json::object{{"seller", seller->settings.id.str()},
                                                  {"open_orders", looked.open_orders},
                                                  {"looked_at", looked.looked_at},
                                                  {"orders", std::move(list)}}));
  }

  void collect(metrics::Page& page) {
    const Monotonic now = context_.clock.monotonic();
    if (counts_.empty() || now >= counted_at_ + counted_every) count(now);
    for (const auto& [seller, by_cause] : counts_)
      for (std::size_t c = 0; c < by_cause.size(); ++c)
        page.gauge("forestall_orders_at_risk", "Open orders at risk among the most urgent ones, by cause.",
                   std::uint64_t{by_cause[c]},
                   {{"seller", seller}, {"cause", orders::word(static_cast<orders::Cause>(c))}});
  }

 private:
  static constexpr std::size_t causes = 9;

  orders::Looked look_at(const flow::Seller& seller) const {
    std::vector<const config::AccountSettings*> accounts;
    accounts.reserve(seller.accounts.size());
    for (const flow::Account* a : seller.accounts) accounts.push_back(&a->settings);
    return orders::look(seller.ledger->mirror(), accounts, {}, context_.clock.now(), most_orders);
  }

  void count(Monotonic now) {
    counted_at_ = now;
    counts_.clear();
    for (const flow::Seller& seller : flow_->sellers()) {
      if (!seller.open || seller.ledger == nullptr) continue;
      auto& by_cause = counts_[seller.settings.id.str()];
      for (const orders::Flag& f : look_at(seller).flags) ++by_cause[static_cast<std::size_t>(f.cause)];
    }
  }

  Context& context_;
  std::shared_ptr<flow::Flow> flow_;
  std::map<std::string, std::array<std::uint64_t, causes>> counts_;
  Monotonic counted_at_{};
};

}  // namespace

void add_orders_route(Context& context, std::shared_ptr<flow::Flow> flow) {
  const auto self = std::make_shared<Orders>(context, std::move(flow));
  context.metrics.add([self](metrics::Page& page) { self->collect(page); });
  context.routes.push_back(
      {.method = web::Method::get,
       .pattern = "/api/v1/sellers/{seller}/orders/at-risk",
       .access = web::Access::read,
       .summary =
           "Open orders in danger: cause, deadline, the last moment when acting still helps, next step",
       .handler = web::immediate([self](const web::Request& request) { return self->at_risk(request); }),
       .response_schema = at_risk_schema});
}

}  // namespace forestall::app
