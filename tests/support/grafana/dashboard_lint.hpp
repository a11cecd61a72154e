// SPDX-License-Identifier: Apache-2.0
// The 17 rules of grafana/dashboard-linter (4d0844b, 2026-06-18), strictly: what is a warning there is a
// finding here.
#pragma once

#include <array>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace forestall::test {

inline constexpr std::array<std::string_view, 17> lint_rules{"template-datasource",
                                                             "template-job",
                                                             "template-instance",
                                                             "template-label-promql",
                                                             "template-on-time-change-reload",
                                                             "panel-datasource",
                                                             "panel-title-description",
                                                             "panel-units",
                                                             "panel-no-targets",
                                                             "target-promql",
                                                             "target-logql",
                                                             "target-logql-auto",
                                                             "target-rate-interval",
                                                             "target-job",
                                                             "target-instance",
                                                             "target-counter-agg",
                                                             "uneditable"};

struct Finding {
  std::string_view rule;
  std::string where;  // the panel's title, or "dashboard"
  std::string what;
};
std::vector<Finding> lint_dashboard(const boost::json::value& dashboard);

}  // namespace forestall::test
