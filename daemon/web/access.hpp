// SPDX-License-Identifier: Apache-2.0
// Who may do what: bearer tokens with the seller they are limited to, and whom a browser may believe it talks
// to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/secret.hpp"
#include "daemon/web/router.hpp"

namespace forestall::web {

struct Token {
  std::string name;                // for the audit ("api.token", "seller.acme")
  Secret value;                    // an empty one admits nobody
  std::optional<SellerId> seller;  // nullopt: every seller
};

struct AccessRules {
  std::vector<Token> tokens;
  bool read_needs_token = false;  // set where the port can be reached from other machines
};

// The caller that an Authorization header proves. Every token is compared whole, so that the time taken tells
// nothing about them. Absent header: an unknown caller. A wrong or malformed one: the 401 to answer.
std::expected<Caller, Response> identify(const AccessRules& rules,
                                         std::optional<std::string_view> authorization);

// nullopt when `caller` may use `route` with this request; else the 401 or 403 to answer.
std::optional<Response> refuse(const AccessRules& rules, const Route& route, const Request& request,
                               const Caller& caller);

// A page in a browser can have its own name resolve to our address and then talk to us as its own origin (DNS
// rebinding). A Host that is an IP address or "localhost" cannot be such a name; others must be listed.
bool host_is_ours(std::string_view host_header, const std::vector<std::string>& names);

// 127.0.0.0/8 and ::1, as literals, and "localhost".
bool is_loopback(std::string_view host);

}  // namespace forestall::web
