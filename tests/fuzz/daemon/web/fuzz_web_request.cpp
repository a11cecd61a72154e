// SPDX-License-Identifier: Apache-2.0
// What a client may put into a target, a Host and an Authorization header. Input: three lines.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/base/text.hpp"
#include "daemon/web/access.hpp"

using namespace forestall;
using namespace forestall::web;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Route> routes{
      {Method::get, "/", Access::open, "", {}},
      {Method::get, "/metrics", Access::open, "", {}},
      {Method::put, "/api/v1/sellers/{seller}/skus/{sku}", Access::change, "", {}},
  };
  static const AccessRules rules{
      .tokens = {{"all", Secret("secret-of-all"), std::nullopt},
                 {"one", Secret("secret-of-one"), SellerId::parse("acme").value()}}};
  const auto lines = split({reinterpret_cast<const char*>(data), size}, '\n');
  const auto line = [&](std::size_t i) { return i < lines.size() ? lines[i] : std::string_view{}; };
  const auto found = match(routes, "PUT", line(0));
  const auto caller = identify(rules, line(2));
  if (found) {
    // Whatever got through is fit for a log line and belongs to the one route that takes PUT.
    if (has_control_characters(found->request.path) || found->route != &routes[2]) std::abort();
    if (caller && !refuse(rules, *found->route, found->request, *caller)) {
      if (!caller->known) std::abort();
      if (caller->seller && found->request.parameter("seller") != "acme") std::abort();
    }
  } else if (serialize_head(found.error(), Instant{}, false).find("\r\n\r\n") == std::string::npos) {
    std::abort();
  }
  const auto host = line(1);
  if (host_is_ours(host, {}) && host.find("evil") != std::string_view::npos) std::abort();
  return 0;
}
