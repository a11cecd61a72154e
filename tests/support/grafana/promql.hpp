// SPDX-License-Identifier: Apache-2.0
// Enough of PromQL to ask a query which series it selects and inside which functions. Whether it is PromQL at
// all promtool says.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forestall::test {

struct Selector {
  std::string metric{};                                                   // empty where only labels are given
  std::map<std::string, std::pair<std::string, std::string>> matchers{};  // label to operator and value
  std::string range{};                // between the brackets; empty for an instant
  std::vector<std::string> inside{};  // functions and aggregations around it, the innermost last
};
std::vector<Selector> selectors(std::string_view query);

// Grafana's variables replaced by what they could be: "$__rate_interval" by 5m, "$job" by the values given,
// any other by ".+".
std::string filled_in(std::string query, const std::map<std::string, std::string>& variables = {});

// Those of the queries that promtool refuses, each with the reason. Throws where there is no promtool.
std::vector<std::string> refused_by_promtool(const std::vector<std::string>& queries);

}  // namespace forestall::test
