// SPDX-License-Identifier: Apache-2.0
#include "tests/support/grafana/dashboard.hpp"

#include <boost/json/parse.hpp>
#include <filesystem>

#include "tests/support/process/environment.hpp"

namespace forestall::test {
namespace json = boost::json;

namespace {

void collect(const json::array& panels, std::vector<const json::object*>& all) {
  for (const auto& value : panels) {
    const auto& panel = value.as_object();
    const auto type = text_at(panel, "type");
    if (type != "row" && type != "text") all.push_back(&panel);
    if (const auto* inner = panel.if_contains("panels"); inner != nullptr && inner->is_array())
      collect(inner->as_array(), all);
  }
}

}  // namespace

std::string text_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::vector<const json::object*> data_panels(const json::value& dashboard) {
  std::vector<const json::object*> all;
  collect(dashboard.at("panels").as_array(), all);
  return all;
}

std::vector<std::string> expressions(const json::object& panel) {
  std::vector<std::string> all;
  if (const auto* targets = panel.if_contains("targets"))
    for (const auto& target : targets->as_array()) all.push_back(text_at(target.as_object(), "expr"));
  return all;
}

std::map<std::string, json::value> stored_dashboards() {
  std::map<std::string, json::value> all;
  for (const auto& entry :
       std::filesystem::directory_iterator(FORESTALL_SOURCE_DIR "/deploy/grafana/dashboards"))
    if (entry.path().extension() == ".json")
      all.emplace(entry.path().filename().string(), json::parse(read_file(entry.path().string())));
  return all;
}

}  // namespace forestall::test
