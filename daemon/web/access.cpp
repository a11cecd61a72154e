// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/access.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "config/base/text.hpp"

namespace forestall::web {
namespace {

Response unauthorised(std::string_view detail) {
  Response response = problem(401, ErrorCode::unauthenticated, detail);
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"forestall\"");
  return response;
}

std::string_view without_port(std::string_view host) {
  if (host.starts_with('['))
    return host.substr(1, host.find(']') == std::string_view::npos ? 0 : host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

}  // namespace

std::expected<Caller, Response> identify(const AccessRules& rules,
                                         std::optional<std::string_view> authorization) {
  if (!authorization) return Caller{};
  const auto space = authorization->find(' ');
  if (space == std::string_view::npos || to_lower(authorization->substr(0, space)) != "bearer")
    return std::unexpected(unauthorised("expected \"Authorization: Bearer TOKEN\""));
  const auto shown = trim(authorization->substr(space));
  const Token* valid = nullptr;
  for (const auto& token : rules.tokens)
    if (token.value.equals(shown) && !token.value.empty()) valid = &token;
  if (valid == nullptr) return std::unexpected(unauthorised("this token is not valid"));
  return Caller{true, valid->seller, valid->name};
}

std::optional<Response> refuse(const AccessRules& rules, const Route& route, const Request& request,
                               const Caller& caller) {
  if (route.access == Access::open) return std::nullopt;
  const bool token_needed = route.access == Access::change || rules.read_needs_token;
  if (!caller.known)
    return token_needed ? std::optional(unauthorised("this needs a token: \"Authorization: Bearer TOKEN\""))
                        : std::nullopt;
  if (!caller.seller || route.access == Access::own) return std::nullopt;
  const auto seller = request.path_parameters.find("seller");
  if (seller != request.path_parameters.end() && seller->second == caller.seller->str()) return std::nullopt;
  // A page that names no seller shows or changes what belongs to all of them.
  if (!token_needed && seller == request.path_parameters.end()) return std::nullopt;
  return problem(403, ErrorCode::forbidden, "this token is limited to one seller");
}

bool host_is_ours(std::string_view host_header, const std::vector<std::string>& names) {
  const std::string host(without_port(host_header));
  in6_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1 || inet_pton(AF_INET6, host.c_str(), &address) == 1)
    return true;
  const auto lower = to_lower(host);
  return lower == "localhost" || std::ranges::find(names, lower) != names.end();
}

bool is_loopback(std::string_view host) {
  if (to_lower(host) == "localhost") return true;
  const std::string text(host);
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6) != 0;
}

}  // namespace forestall::web
