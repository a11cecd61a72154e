// SPDX-License-Identifier: Apache-2.0
// forestall orders --at-risk: open orders in danger, the most avoidable loss first.
#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "config/base/ids.hpp"
#include "daemon/cli/answer.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/endpoint.hpp"

namespace forestall::cli {
namespace json = boost::json;

Exit run_orders(Invocation& invocation) {
  const auto seller = SellerId::parse(invocation.value("seller"));
  if (!seller) {
    invocation.err += fmt::format("forestall: {}\n", seller.error().detail);
    return Exit::usage;
  }
  if (!invocation.has("--at-risk")) {
    invocation.err += "forestall: say which orders: --at-risk\n";
    return Exit::usage;
  }
  const auto answer = get(invocation, fmt::format("/api/v1/sellers/{}/orders/at-risk", seller->str()));
  if (!answer) return answer.error();
  json::error_code ec;
  const auto parsed = json::parse(answer->body, ec);
  if (ec || !parsed.is_object()) {
    invocation.err += "forestall: the daemon's answer is not what this version understands\n";
    return Exit::failed;
  }
  const auto found = rows(parsed.as_object(), "orders");
  if (invocation.global.json) {
    invocation.out += answer->body + "\n";
  } else if (found.empty()) {
    invocation.out += "no open order is at risk\n";
  } else {
    for (const auto& row : found)
      invocation.out += fmt::format(
          "{}  {}  {}: {}\n    act by {}, at stake {}; next: {}\n", text(row, "account"), text(row, "order"),
          text(row, "cause"), text(row, "why"), text(row, "act_by"), text(row, "stake"), text(row, "next"));
  }
  return found.empty() ? Exit::ok : Exit::findings;
}

}  // namespace forestall::cli
