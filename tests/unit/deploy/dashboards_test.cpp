// SPDX-License-Identifier: Apache-2.0
// The stored dashboards keep every rule; each rule can be broken.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "tests/support/grafana/dashboard.hpp"
#include "tests/support/grafana/dashboard_lint.hpp"
#include "tests/support/process/child_process.hpp"
#include "tests/support/process/environment.hpp"

namespace forestall::test {
namespace {

namespace json = boost::json;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string told(const std::vector<Finding>& findings) {
  std::string text;
  for (const auto& f : findings) text += fmt::format("{}: {}: {}\n", f.rule, f.where, f.what);
  return text;
}

TEST(Dashboards, KeepAllRulesWithoutExclusions) {
  const auto stored = stored_dashboards();
  EXPECT_THAT(stored, SizeIs(6));
  for (const auto& [file, dashboard] : stored) EXPECT_EQ(told(lint_dashboard(dashboard)), "") << file;
}

TEST(Dashboards, AreWhatTheirSourceSays) {
  if (std::system("command -v jsonnet >/dev/null") != 0)
    GTEST_SKIP() << "no jsonnet program (Debian: jsonnet)";
  const TemporaryFolder folder;
  const auto built = run({FORESTALL_SOURCE_DIR "/deploy/grafana/build", folder.file("out")});
  ASSERT_EQ(built.ended, (Ended{0, 0})) << built.err;
  for (const auto& [file, dashboard] : stored_dashboards())
    EXPECT_EQ(json::serialize(json::parse(read_file(folder.file("out/" + file)))), json::serialize(dashboard))
        << file << ": run deploy/grafana/build";
}

TEST(Dashboards, HaveNamesAndPlacesOfTheirOwn) {
  std::set<std::string> uids;
  for (const auto& [file, dashboard] : stored_dashboards()) {
    EXPECT_TRUE(uids.insert(text_at(dashboard.as_object(), "uid")).second) << file;
    EXPECT_EQ(text_at(dashboard.as_object(), "timezone"), "utc") << file;
    std::set<std::pair<std::int64_t, std::int64_t>> cells;
    std::set<std::int64_t> ids;
    std::set<std::string> titles;
    for (const auto* panel : data_panels(dashboard)) {
      const auto& place = panel->at("gridPos");
      const auto cell = [&](const char* name) { return place.at(name).to_number<std::int64_t>(); };
      EXPECT_TRUE(ids.insert(panel->at("id").to_number<std::int64_t>()).second) << file;
      EXPECT_TRUE(titles.insert(text_at(*panel, "title")).second || text_at(*panel, "type") == "timeseries")
          << file;
      EXPECT_LE(cell("x") + cell("w"), 24) << file;
      for (auto x = cell("x"); x < cell("x") + cell("w"); ++x)
        for (auto y = cell("y"); y < cell("y") + cell("h"); ++y)
          EXPECT_TRUE(cells.emplace(x, y).second)
              << file << ": " << text_at(*panel, "title") << " lies on another";
    }
  }
}

// One way to break each rule, as a JSON pointer and the value to put there; an empty value removes it.
struct Break {
  std::string_view rule;
  std::string_view pointer;
  std::string_view value;
};
class Rule : public ::testing::TestWithParam<Break> {};

const std::string loki = R"~({"datasource":{"type":"loki","uid":"$datasource"},"expr":)~";
const std::string no_logql = loki + R"~("{app=\"x\"} |= (\"y\""})~";
const std::string fixed_range = loki + R"~("rate({app=\"x\"}[5m])"})~";

TEST_P(Rule, CanBeBroken) {
  auto dashboard = stored_dashboards().at("forestall-overview.json");
  const auto& [rule, pointer, value] = GetParam();
  ASSERT_THAT(lint_dashboard(dashboard), IsEmpty());
  const auto slash = pointer.rfind('/');
  if (value.empty())
    dashboard.at_pointer(pointer.substr(0, slash)).as_object().erase(pointer.substr(slash + 1));
  else
    dashboard.at_pointer(pointer) = json::parse(value);
  const auto findings = lint_dashboard(dashboard);
  std::set<std::string_view> rules;
  for (const auto& finding : findings) rules.insert(finding.rule);
  EXPECT_TRUE(rules.contains(rule)) << told(findings);
  // A query that is none, or that selects another metric, may break more than one.
  EXPECT_LE(rules.size(), 2u) << told(findings);
}

const std::string_view asked = "/panels/0/targets/0/expr";
const std::vector<Break> breaks{
    {"template-datasource", "/templating/list/0/query", R"~("loki")~"},
    {"template-job", "/templating/list/1/multi", "false"},
    {"template-instance", "/templating/list/2/allValue", R"~(".*")~"},
    {"template-label-promql", "/templating/list/3/query/query", R"~("label_values(up{job=, account)")~"},
    {"template-on-time-change-reload", "/templating/list/3/refresh", "1"},
    {"panel-datasource", "/panels/0/datasource/uid", R"~("prometheus")~"},
    {"panel-title-description", "/panels/0/description", ""},
    {"panel-units", "/panels/0/fieldConfig/defaults/unit", R"~("furlongs")~"},
    {"panel-no-targets", "/panels/0/targets", "[]"},
    {"target-promql", asked, R"~("sum(up{job=~\"$job\", instance=~\"$instance\"}")~"},
    {"target-logql", "/panels/0/targets/0", no_logql},
    {"target-logql-auto", "/panels/0/targets/0", fixed_range},
    {"target-rate-interval", asked, R"~("rate(x_total{job=~\"$job\", instance=~\"$instance\"}[5m])")~"},
    {"target-job", asked, R"~("up{job=\"forestall\", instance=~\"$instance\"}")~"},
    {"target-instance", asked, R"~("up{job=~\"$job\"}")~"},
    {"target-counter-agg", asked, R"~("sum(x_total{job=~\"$job\", instance=~\"$instance\"})")~"},
    {"uneditable", "/editable", "true"},
};
INSTANTIATE_TEST_SUITE_P(Each, Rule, ::testing::ValuesIn(breaks), [](const auto& row) {
  std::string name(row.param.rule);
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Rules, EachOfTheSeventeenHasACaseThatBreaksIt) {
  std::set<std::string_view> broken;
  for (const auto& one : breaks) broken.insert(one.rule);
  EXPECT_EQ(broken, (std::set<std::string_view>(lint_rules.begin(), lint_rules.end())));
}

}  // namespace
}  // namespace forestall::test
