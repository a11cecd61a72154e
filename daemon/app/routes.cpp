// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/routes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/web/openapi.hpp"

namespace forestall::app {
namespace {

namespace json = boost::json;
using web::Access;
using web::Method;

constexpr std::string_view ready_schema = R"({
  "type": "object", "required": ["ready", "conditions"],
  "properties": {
    "ready": {"type": "boolean"},
    "conditions": {"type": "array", "items": {
      "type": "object", "required": ["name", "ok"],
      "properties": {"name": {"type": "string"}, "ok": {"type": "boolean"}, "reason": {"type": "string"}}}}}})";

constexpr std::string_view status_schema = R"({
  "type": "object", "required": ["version", "phase", "ready", "conditions", "accounts"],
  "properties": {
    "version": {"type": "string"},
    "phase": {"enum": ["starting", "ready", "draining", "stopped"]},
    "now": {"type": "string", "format": "date-time"},
    "started_at": {"type": "string", "format": "date-time"},
    "ready": {"type": "boolean"},
    "conditions": {"type": "array"},
    "accounts": {"type": "array", "items": {
      "type": "object", "required": ["id", "seller", "kind", "mode"],
      "properties": {"id": {"type": "string"}, "seller": {"type": "string"}, "kind": {"type": "string"},
                     "mode": {"enum": ["observe", "advise", "guard"]}}}}}})";

json::array accounts_of(const config::Settings& settings) {
  json::array list;
  for (const auto& account : settings.accounts) {
    std::string_view mode;
    for (const auto& [word, value] : words(std::type_identity<config::Mode>{}))
      if (value == account.mode) mode = word;
    list.push_back(
        {{"id", account.id.str()}, {"seller", account.seller.str()}, {"kind", account.kind}, {"mode", mode}});
  }
  return list;
}

std::string status_of(const Context& context, Instant started_at) {
  json::object status{{"version", context.version},
                      {"phase", runtime::phase_name(context.life.phase())},
                      {"now", to_string(context.clock.now())},
                      {"started_at", to_string(started_at)}};
  for (auto& [key, value] : json::parse(context.conditions.json()).as_object()) status[key] = value;
  status["accounts"] = accounts_of(context.settings);
  for (const auto& [name, section] : context.status) status[name] = section();
  return json::serialize(status);
}

web::Response metrics_page(const Context& context) {
  return {.content_type = std::string(metrics::content_type), .body = context.metrics.text()};
}

}  // namespace

void add_own_routes(Context& context) {
  const auto started_at = context.clock.now();
  const std::vector<web::Route> own{
      {.method = Method::get,
       .pattern = "/metrics",
       .access = Access::open,
       .summary = "Metrics in Prometheus' text format",
       .handler = web::immediate([&context](const web::Request&) { return metrics_page(context); }),
       .media_type = "text/plain"},
      {Method::get, "/healthz", Access::open, "The process is alive and its loop turns",
       web::immediate([](const web::Request&) { return web::json(R"({"status":"alive"})"); })},
      {.method = Method::get,
       .pattern = "/readyz",
       .access = Access::open,
       .summary = "Fit to act: 200, or 503 with what is missing",
       .handler = web::immediate([&context](const web::Request&) {
         return web::json(context.conditions.json(), context.conditions.all_met() ? 200 : 503);
       }),
       .response_schema = ready_schema},
      {.method = Method::get,
       .pattern = "/api/v1/status",
       .access = Access::read,
       .summary = "The daemon, its accounts and what it is missing",
       .handler = web::immediate(
           [&context, started_at](const web::Request&) { return web::json(status_of(context, started_at)); }),
       .response_schema = status_schema},
      {Method::get, "/api/v1/openapi.json", Access::open, "This description",
       web::immediate([&context](const web::Request&) {
         return web::json(web::openapi(context.routes, context.version));
       })}};
  context.routes.insert(context.routes.begin(), own.begin(), own.end());
}

}  // namespace forestall::app
