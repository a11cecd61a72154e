// SPDX-License-Identifier: Apache-2.0
// A real Prometheus scrapes a running daemon under the sandbox's traffic: every query of the dashboards, of
// the recording rules and of the alerts parses, names metrics that are there, and returns data where it must.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "tests/integration/sandbox/running_sandbox.hpp"
#include "tests/support/ask/ask.hpp"
#include "tests/support/grafana/dashboard.hpp"
#include "tests/support/grafana/promql.hpp"
#include "tests/support/process/environment.hpp"

namespace forestall::test {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto long_patience = 90s;

// Metrics that are there only in some state: a credential with a date, a [[notify]], a breach.
const std::set<std::string, std::less<>> only_sometimes{"forestall_alert_messages_given_up_total",
                                                        "forestall_alert_messages_waiting",
                                                        "forestall_alert_oldest_unsent_timestamp_seconds",
                                                        "forestall_credential_expires_timestamp_seconds",
                                                        "forestall_budget_listings_in_a_row",
                                                        "forestall_clock_skew_seconds"};
// Panels that are empty while all is well, and why.
const std::set<std::string, std::less<>> empty_when_well{
    "Redis memory#1",  // no limit is set
};

struct Rule {
  std::string name;
  std::string query;
  bool alert = false;
};

class PrometheusTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (std::system("command -v prometheus >/dev/null") == 0) world = std::make_unique<World>();
  }
  static void TearDownTestSuite() { world.reset(); }
  void SetUp() override {
    if (!world) GTEST_SKIP() << "no prometheus program (Debian: prometheus)";
  }

  struct World {
    World()
        : daemon_port(free_port()),
          prometheus_port(free_port()),
          sandbox({"--seed",        "3",
                   "--fba",         "0",
                   "--accounts",    "2",
                   "--skus",        "40",
                   "--rate",        "100",
                   "--days",        "30",
                   "--lead-time",   "4h",
                   "--cover",       "8h",
                   "--pick-after",  "15m",
                   "--speed",       "120",
                   "--warehouse",   stock(),
                   "--configure",   folder.path().string(),
                   "--daemon-port", std::to_string(daemon_port),
                   "--daemon-mode", "guard"}),
          daemon({FORESTALL_BIN_DIR "/forestalld", "--config", folder.file("forestall.toml"), "--clock-from",
                  fmt::format("http://127.0.0.1:{}", sandbox.port())}),
          prometheus(
              {"prometheus", "--config.file=" + configuration(), "--storage.tsdb.path=" + folder.file("tsdb"),
               fmt::format("--web.listen-address=127.0.0.1:{}", prometheus_port), "--log.level=warn"}) {}
    ~World() {
      prometheus.signal(SIGTERM);
      daemon.signal(SIGTERM);  // settles, and takes its Redis with it
      prometheus.wait_for();
      daemon.wait_for();
    }
    std::string stock() const {
      std::filesystem::create_directory(folder.path() / "stock");
      return folder.file("stock");
    }
    // The stored rules, evaluated as often as it scrapes.
    std::string configuration() const {
      auto rules = read_file(FORESTALL_SOURCE_DIR "/deploy/prometheus/forestall.rules.yml");
      const std::string_view slow = "interval: 30s";
      rules.replace(rules.find(slow), slow.size(), "interval: 1s");
      return folder.write("prometheus.yml",
                          fmt::format("global: {{scrape_interval: 1s, evaluation_interval: 1s}}\n"
                                      "rule_files: ['{}']\n"
                                      "scrape_configs:\n  - job_name: forestall\n    static_configs:\n"
                                      "      - targets: ['127.0.0.1:{}']\n",
                                      folder.write("rules.yml", rules), daemon_port));
    }
    TemporaryFolder folder;
    std::uint16_t daemon_port;
    std::uint16_t prometheus_port;
    RunningSandbox sandbox;
    ChildProcess daemon;
    ChildProcess prometheus;
  };

  static json::value ask(const std::string& target) {
    const auto reply = http(world->prometheus_port, {.target = target});
    if (reply.status == 0) return {};
    json::error_code ec;
    auto parsed = json::parse(reply.body, ec);
    return ec ? json::value() : parsed;
  }
  // How many series a query has now; -1 where it is refused or Prometheus does not answer.
  static int series(const std::string& query) {
    const auto answer = ask("/api/v1/query?query=" + percent_encoded(query));
    if (!answer.is_object() || answer.at("status") != "success") return -1;
    const auto& result = answer.at("data").at("result");
    return answer.at_pointer("/data/resultType") == "scalar" ? 1 : static_cast<int>(result.as_array().size());
  }
  static std::set<std::string> known_metrics() {
    std::set<std::string> names;
    const auto answer = ask("/api/v1/label/__name__/values");
    if (answer.is_object())
      for (const auto& name : answer.at("data").as_array()) names.emplace(name.as_string());
    return names;
  }
  // The sandbox's shoppers buy, the daemon lowers, and Prometheus has seen enough of it for a rate.
  static bool has_seen_life() {
    return eventually(
        [] {
          return series(R"(sum(increase(forestall_intents_total{step="confirmed"}[2m])) > 0)") == 1 &&
                 series("min_over_time(forestall_survey_timestamp_seconds[2m]) > 0") == 1 &&
                 series("count_over_time(forestall_intent_latency_seconds_count[2m]) > 5") >= 1;
        },
        long_patience);
  }
  static std::vector<Rule> rules() {
    std::vector<Rule> all;
    const auto answer = ask("/api/v1/rules");
    for (const auto& group : answer.at_pointer("/data/groups").as_array())
      for (const auto& rule : group.at("rules").as_array())
        all.push_back({std::string(rule.at("name").as_string()), std::string(rule.at("query").as_string()),
                       rule.at("type") == "alerting"});
    return all;
  }
  static std::string unknown(const std::string& query, const std::set<std::string>& known) {
    for (const auto& one : selectors(query))
      if (!one.metric.empty() && !known.contains(one.metric) && !only_sometimes.contains(one.metric))
        return one.metric;
    return {};
  }
  static void every_panel_shows_something();
  static void every_rule_is_evaluated_on_metrics_that_are_there();
  static void only_the_dead_mans_switch_fires();
  static void no_account_has_too_many_series();
  static std::unique_ptr<World> world;
};
std::unique_ptr<PrometheusTest::World> PrometheusTest::world;

void PrometheusTest::every_panel_shows_something() {
  const auto known = known_metrics();
  // A range long enough for a rate: Grafana's own is at least four scrapes.
  const std::map<std::string, std::string> variables{{"__rate_interval", "1m"}};
  std::size_t queries = 0;
  for (const auto& [file, dashboard] : stored_dashboards())
    for (const auto* panel : data_panels(dashboard)) {
      const auto title = text_at(*panel, "title");
      std::size_t number = 0;
      for (const auto& expression : expressions(*panel)) {
        const auto query = filled_in(expression, variables);
        ++queries;
        EXPECT_EQ(unknown(query, known), "") << file << ": " << title;
        const bool may_be_empty = empty_when_well.contains(fmt::format("{}#{}", title, number++));
        EXPECT_TRUE(eventually([&] { return series(query) >= (may_be_empty ? 0 : 1); }, 30s))
            << file << ": " << title << ": " << query;
      }
    }
  EXPECT_GE(queries, 84u);
  for (const auto& [file, dashboard] : stored_dashboards())
    for (const auto& variable : dashboard.at_pointer("/templating/list").as_array()) {
      if (variable.at("type") != "query") continue;
      const std::string definition(variable.at("definition").as_string());
      const auto inner = definition.substr(13, definition.rfind(',') - 13);  // label_values(..., label)
      EXPECT_GE(series(filled_in(inner)), 1) << file << ": " << definition;
    }
}

void PrometheusTest::every_rule_is_evaluated_on_metrics_that_are_there() {
  auto known = known_metrics();
  const auto all = rules();
  EXPECT_GE(all.size(), 50u);
  for (const auto& rule : all)
    if (!rule.alert) known.insert(rule.name);  // some are recorded only where something fails
  for (const auto& rule : all) {
    EXPECT_EQ(unknown(rule.query, known), "") << rule.name;
    EXPECT_GE(series(rule.query), 0) << rule.name << ": " << rule.query;
  }
  // Each was evaluated at least once, and well.
  std::string unwell;
  EXPECT_TRUE(eventually([&] {
    unwell.clear();
    const auto answer = ask("/api/v1/rules");
    for (const auto& group : answer.at_pointer("/data/groups").as_array())
      for (const auto& rule : group.at("rules").as_array())
        if (rule.at("health") != "ok") unwell += json::serialize(rule.at("name")) + " ";
    return unwell.empty();
  })) << unwell;
}

void PrometheusTest::only_the_dead_mans_switch_fires() {
  std::set<std::string> firing;
  ASSERT_TRUE(eventually([&] { return series(R"(ALERTS{alertstate="firing"})") >= 1; }));
  for (const auto& alert : ask("/api/v1/alerts").at_pointer("/data/alerts").as_array())
    if (alert.at("state") == "firing") firing.emplace(alert.at_pointer("/labels/alertname").as_string());
  EXPECT_THAT(firing, ::testing::ElementsAre("ForestallDeadMansSwitch"));
}

void PrometheusTest::no_account_has_too_many_series() {
  const auto answer = ask("/api/v1/query?query=" + percent_encoded(R"(count by (account) ({account!=""}))"));
  for (const auto& row : answer.at_pointer("/data/result").as_array())
    EXPECT_LT(std::stoi(std::string(row.at("value").at(1).as_string())), 500)
        << json::serialize(row.at("metric"));
}

// One test: the sandbox needs some seconds until there is something to see.
TEST_F(PrometheusTest, OfARunningDaemonSeesEverythingThatDashboardsAndRulesAskFor) {
  ASSERT_TRUE(eventually([] { return series(R"(up{job="forestall"} == 1)") == 1; }, long_patience))
      << world->prometheus.err() << world->daemon.err();
  ASSERT_TRUE(has_seen_life()) << world->daemon.err();
  every_panel_shows_something();
  every_rule_is_evaluated_on_metrics_that_are_there();
  only_the_dead_mans_switch_fires();
  no_account_has_too_many_series();
}

}  // namespace
}  // namespace forestall::test
