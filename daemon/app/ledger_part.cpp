// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/ledger_part.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <vector>

#include "config/base/text.hpp"
#include "daemon/app/ledger_keeper.hpp"
#include "daemon/runtime/task_group.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;
namespace json = boost::json;

constexpr std::string_view rebuild_schema = R"({
  "type": "object", "required": ["seller", "job", "state", "fix", "started_at"],
  "properties": {
    "seller": {"type": "string"},
    "job": {"type": "integer"},
    "state": {"enum": ["running", "done", "failed"]},
    "fix": {"type": "boolean"},
    "started_at": {"type": "string", "format": "date-time"},
    "ended_at": {"type": "string", "format": "date-time"},
    "progress": {"type": "object", "properties": {
      "step": {"type": "string"}, "seen": {"type": "integer"}, "of": {"type": "integer"}}},
    "error": {"type": "string"},
    "difference_count": {"type": "integer"},
    "differences": {"type": "array", "description": "the first 1000", "items": {"type": "string"}}}})";

constexpr std::size_t most_listings = 1000;

constexpr std::string_view mapping_schema = R"({
  "type": "object", "required": ["seller", "in_force", "counts", "ambiguous", "unmapped"],
  "properties": {
    "seller": {"type": "string"},
    "in_force": {"type": "boolean"},
    "refused": {"type": "string", "description": "why the file was not taken over: the former mapping stays"},
    "file": {"type": "object", "properties": {
      "path": {"type": "string"}, "read_at": {"type": "string", "format": "date-time"},
      "listings": {"type": "integer"}, "rows": {"type": "integer"}, "problem_count": {"type": "integer"},
      "problems": {"type": "array", "items": {"type": "object", "properties": {
        "line": {"type": "integer"}, "problem": {"type": "string"}}}}}},
    "counts": {"type": "object", "properties": {
      "listings": {"type": "integer"}, "without_sku": {"type": "integer"}, "ambiguous": {"type": "integer"}}},
    "ambiguous": {"type": "array", "items": {"type": "object"}},
    "unmapped": {"type": "array", "items": {"type": "object", "properties": {
      "account": {"type": "string"}, "listing": {"type": "string"}, "reason": {"type": "string"}}}}}})";

class Ledgers {
 public:
  Ledgers(Context& context, redis::Client& client, std::shared_ptr<flow::Flow> flow)
      : flow_(std::move(flow)), tasks_(context.executor, context.log, "ledgers", context.fatal) {
    for (const auto& seller : context.settings.sellers)
      keepers_.push_back(std::make_unique<LedgerKeeper>(context, client, *flow_, flow_->add(seller)));
  }

  awaitable<Status> start() {
    for (const auto& keeper : keepers_)
      tasks_.spawn("ledger " + keeper->seller().str(), runtime::OnFailure::stop_daemon, keeper->run());
    co_return Status{};
  }
  awaitable<void> stop() {
    co_await tasks_.stop();
    for (const auto& keeper : keepers_) co_await keeper->close();
  }

  void reload(const config::Settings& settings) {
    for (const auto& keeper : keepers_)
      for (const auto& seller : settings.sellers)
        if (seller.id == keeper->seller()) keeper->reload(seller);
  }

  void collect(metrics::Page& page) const {
    for (const auto& keeper : keepers_)
      metrics::collect_ledger(page, keeper->seller().str(), keeper->figures());
  }

  json::value status() const {
    json::array sellers;
    for (const auto& keeper : keepers_) {
      const auto figures = keeper->figures();
      sellers.push_back(json::object{{"seller", keeper->seller().str()},
                                     {"open", figures.open},
                                     {"skus", figures.skus},
                                     {"listings", figures.listings},
                                     {"unmapped_listings", figures.unmapped_listings},
                                     {"ambiguous_listings", figures.ambiguous_listings},
                                     {"mapping_refused", figures.mapping_refused},
                                     {"open_orders", figures.open_orders}});
    }
    return sellers;
  }

  web::Response start_rebuild(const web::Request& request) {
    auto* const keeper = find(request.parameter("seller"));
    if (keeper == nullptr) return web::problem(404, ErrorCode::not_found, "no such seller");
    return keeper->rebuild().start(request, tasks_);
  }
  web::Response show_rebuild(const web::Request& request) const {
    auto* const keeper = find(request.parameter("seller"));
    if (keeper == nullptr) return web::problem(404, ErrorCode::not_found, "no such seller");
    return keeper->rebuild().show();
  }

  awaitable<web::Response> mapping(const web::Request& request) {
    auto* const keeper = find(request.parameter("seller"));
    if (keeper == nullptr) co_return web::problem(404, ErrorCode::not_found, "no such seller");
    const auto text = request.query_value("limit").value_or("100");
    const auto limit = parse_integer<std::size_t>(text);
    if (!limit || *limit > most_listings)
      co_return web::problem(400, ErrorCode::invalid_argument, "limit: a number from 0 to 1000");
    co_return co_await keeper->mapping().show(*limit);
  }

 private:
  LedgerKeeper* find(std::string_view seller) const {
    for (const auto& keeper : keepers_)
      if (keeper->seller().str() == seller) return keeper.get();
    return nullptr;
  }

  std::shared_ptr<flow::Flow> flow_;
  std::vector<std::unique_ptr<LedgerKeeper>> keepers_;
  runtime::TaskGroup tasks_;
};

}  // namespace

Part make_ledgers(Context& context, redis::Client& client, std::shared_ptr<flow::Flow> flow) {
  const auto self = std::make_shared<Ledgers>(context, client, std::move(flow));
  context.metrics.add([self](metrics::Page& page) { self->collect(page); });
  context.status.emplace_back("ledgers", [self] { return self->status(); });
  context.routes.push_back({.method = web::Method::post,
                            .pattern = "/api/v1/sellers/{seller}/rebuild",
                            .access = web::Access::change,
                            .summary = "Begin to derive every counter from the stored entities (202)",
                            .handler = web::immediate(
                                [self](const web::Request& request) { return self->start_rebuild(request); }),
                            .query = {{"fix", "true: also correct what differs"}},
                            .response_schema = rebuild_schema});
  context.routes.push_back(
      {.method = web::Method::get,
       .pattern = "/api/v1/sellers/{seller}/rebuild",
       .access = web::Access::read,
       .summary = "How far the last rebuild is, and what it found to differ",
       .handler = web::immediate([self](const web::Request& request) { return self->show_rebuild(request); }),
       .response_schema = rebuild_schema});
  context.routes.push_back({.method = web::Method::get,
                            .pattern = "/api/v1/sellers/{seller}/mapping",
                            .access = web::Access::read,
                            .summary = "Which listings nobody can attribute to a SKU, and why",
                            .handler = [self](const web::Request& request) { return self->mapping(request); },
                            .query = {{"limit", "at most so many of each list; 100 if left out"}},
                            .response_schema = mapping_schema});
  return {.name = "ledgers",
          .start = [self] { return self->start(); },
          .stop = [self] { return self->stop(); },
          .reload = [self](const config::Settings& settings) { self->reload(settings); }};
}

}  // namespace forestall::app
