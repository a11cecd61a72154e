// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/router.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <optional>

#include "config/base/text.hpp"

namespace forestall::web {
namespace {

using Segments = std::vector<std::string>;
using Parameters = std::map<std::string, std::string, std::less<>>;

std::optional<Parameters> fits(std::string_view pattern, const Segments& segments) {
  const auto wanted = split(pattern.substr(1), '/');
  if (wanted.size() != segments.size()) return std::nullopt;
  Parameters parameters;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('{')) {
      if (segments[i].empty()) return std::nullopt;
      parameters.emplace(wanted[i].substr(1, wanted[i].size() - 2), segments[i]);
    } else if (wanted[i] != segments[i]) {
      return std::nullopt;
    }
  }
  return parameters;
}

boost::asio::awaitable<Response> at_once(const std::function<Response(const Request&)>& answer,
                                         const Request& request) {
  co_return answer(request);
}

bool serves(const Route& route, std::string_view method) {
  return method_name(route.method) == method || (method == "HEAD" && route.method == Method::get);
}

}  // namespace

Handler immediate(std::function<Response(const Request&)> answer) {
  return [answer = std::move(answer)](const Request& request) { return at_once(answer, request); };
}

std::expected<Match, Response> match(std::span<const Route> routes, std::string_view method,
                                     std::string_view target) {
  const auto url = boost::urls::parse_origin_form(target);
  if (!url) return std::unexpected(problem(400, ErrorCode::parse, "the request target is not a path"));
  Request request;
  Segments segments;
  for (const auto& segment : url->segments()) {
    if (has_control_characters(segment) || !is_valid_utf8(segment))
      return std::unexpected(problem(400, ErrorCode::parse, "the path holds what no name of ours can hold"));
    segments.emplace_back(segment);
    request.path += '/' + segments.back();
  }
  if (segments.empty()) {
    segments.emplace_back();
    request.path = "/";
  }
  for (const auto& parameter : url->params()) {
    if (!is_valid_utf8(parameter.key) || !is_valid_utf8(parameter.value))
      return std::unexpected(problem(400, ErrorCode::parse, "the query is not UTF-8"));
    request.query.insert_or_assign(std::string(parameter.key), std::string(parameter.value));
  }
  std::string allow;
  for (const auto& route : routes) {
    auto parameters = fits(route.pattern, segments);
    if (!parameters) continue;
    if (serves(route, method)) {
      request.method = route.method;
      request.path_parameters = std::move(*parameters);
      return Match{&route, std::move(request)};
    }
    allow += allow.empty() ? "" : ", ";
    allow += method_name(route.method);
    if (route.method == Method::get) allow += ", HEAD";
  }
  if (allow.empty())
    return std::unexpected(problem(404, ErrorCode::not_found, "no such page: " + request.path));
  Response refused = problem(405, ErrorCode::unsupported, "this page takes " + allow);
  refused.headers.emplace_back("Allow", allow);
  return std::unexpected(std::move(refused));
}

}  // namespace forestall::web
