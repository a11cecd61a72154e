// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/openapi.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "config/base/text.hpp"

namespace forestall::web {
namespace {

namespace json = boost::json;

json::value schema(std::string_view text) {
  if (text.empty()) return json::object{{"type", "object"}};
  json::error_code ec;
  auto value = json::parse(text, ec);
  if (ec) throw std::logic_error("a schema of the table of routes is not JSON: " + std::string(text));
  return value;
}

json::object answer(std::string_view description, std::string_view media_type, json::value shape) {
  return {{"description", description}, {"content", {{media_type, {{"schema", std::move(shape)}}}}}};
}

json::object operation(const Route& route) {
  json::array parameters;
  for (const auto segment : split(route.pattern, '/'))
    if (segment.starts_with('{'))
      parameters.push_back({{"name", segment.substr(1, segment.size() - 2)},
                            {"in", "path"},
                            {"required", true},
                            {"schema", {{"type", "string"}}}});
  for (const auto& parameter : route.query)
    parameters.push_back({{"name", parameter.name},
                          {"in", "query"},
                          {"required", parameter.required},
                          {"description", parameter.description},
                          {"schema", {{"type", "string"}}}});
  json::object result{{"summary", route.summary}};
  if (!parameters.empty()) result["parameters"] = std::move(parameters);
  if (!route.request_schema.empty())
    result["requestBody"] = {{"required", true},
                             {"content", {{"application/json", {{"schema", schema(route.request_schema)}}}}}};
  const bool text = route.media_type != "application/json";
  result["responses"] = {{"200", text ? answer("Done", route.media_type, {{"type", "string"}})
                                      : answer("Done", "application/json", schema(route.response_schema))},
                         {"default", answer("Refused, with the reason", "application/problem+json",
                                            {{"$ref", "#/components/schemas/Problem"}})}};
  if (route.access == Access::change)
    result["security"] = json::array{json::object{{"token", json::array{}}}};
  else if (route.access != Access::open)  // where the port is reachable from elsewhere
    result["security"] = json::array{json::object{}, json::object{{"token", json::array{}}}};
  return result;
}

}  // namespace

std::string openapi(std::span<const Route> routes, std::string_view version) {
  json::object paths;
  for (const auto& route : routes) {
    auto& entry = paths[route.pattern];
    if (!entry.is_object()) entry = json::object{};
    entry.as_object()[to_lower(method_name(route.method))] = operation(route);
  }
  const json::object problem_schema{{"type", "object"},
                                    {"description", "RFC 9457 problem details"},
                                    {"required", {"title", "status", "code", "detail"}},
                                    {"properties",
                                     {{"type", {{"type", "string"}}},
                                      {"title", {{"type", "string"}}},
                                      {"status", {{"type", "integer"}}},
                                      {"code", {{"type", "string"}}},
                                      {"detail", {{"type", "string"}}}}}};
  const json::object document{{"openapi", "3.1.0"},
                              {"info", {{"title", "Forestall"}, {"version", version}}},
                              {"paths", std::move(paths)},
                              {"components",
                               {{"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}},
                                {"schemas", {{"Problem", problem_schema}}}}}};
  return json::serialize(document);
}

}  // namespace forestall::web
