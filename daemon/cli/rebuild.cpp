// SPDX-License-Identifier: Apache-2.0
// forestall rebuild: are the counters what the stored entities add up to?
#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "config/base/ids.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/endpoint.hpp"

namespace forestall::cli {
namespace json = boost::json;

Exit run_rebuild(Invocation& invocation) {
  const auto seller = SellerId::parse(invocation.value("seller"));
  if (!seller) {
    invocation.err += fmt::format("forestall: {}\n", seller.error().detail);
    return Exit::usage;
  }
  const bool fix = invocation.has("--fix");
  const auto fetched =
      post(invocation, fmt::format("/api/v1/sellers/{}/rebuild{}", seller->str(), fix ? "?fix=true" : ""));
  if (!fetched) return fetched.error();
  json::error_code ec;
  const auto answer = json::parse(fetched->body, ec);
  const auto* differences =
      !ec && answer.is_object() ? answer.as_object().if_contains("differences") : nullptr;
  if (differences == nullptr || !differences->is_array()) {
    invocation.err += "forestall: the daemon's answer is not what this version understands\n";
    return Exit::failed;
  }
  const auto& list = differences->as_array();
  if (invocation.global.json) {
    invocation.out += fetched->body + "\n";
  } else if (list.empty()) {
    invocation.out += fmt::format("{}: every counter is what the stored entities add up to\n", seller->str());
  } else {
    for (const auto& difference : list)
      if (difference.is_string())
        invocation.out += fmt::format("{}\n", std::string_view(difference.as_string()));
    invocation.out += fmt::format("{}: {} difference(s), {}\n", seller->str(), list.size(),
                                  fix ? "corrected" : "not corrected (--fix)");
  }
  return list.empty() ? Exit::ok : Exit::findings;
}

}  // namespace forestall::cli
