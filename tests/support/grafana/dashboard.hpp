// SPDX-License-Identifier: Apache-2.0
// Grafana's dashboards as the repository holds them.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <string>
#include <vector>

namespace forestall::test {

// Panels that show data: not rows and texts; those inside collapsed rows too.
std::vector<const boost::json::object*> data_panels(const boost::json::value& dashboard);
// A member's text, empty where there is none.
std::string text_at(const boost::json::object& object, std::string_view name);
// The targets' expressions.
std::vector<std::string> expressions(const boost::json::object& panel);
// deploy/grafana/dashboards/*.json by file name.
std::map<std::string, boost::json::value> stored_dashboards();

}  // namespace forestall::test
