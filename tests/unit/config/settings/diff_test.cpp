// SPDX-License-Identifier: Apache-2.0
// A reload takes over what it can and names what it could not.
#include "config/settings/diff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "config/settings/load.hpp"
#include "config/settings/schema.hpp"
#include "tests/support/process/environment.hpp"
#include "tests/unit/config/settings/full_config.hpp"

namespace forestall::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Settings settings_of(std::string text) {
  auto settings = parse(text, "/etc/f.toml", {.read_secrets = false});
  if (!settings) ADD_FAILURE() << to_string(settings.error());
  return settings.value_or(Settings{});
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  if (at == std::string::npos) ADD_FAILURE() << from;
  return text.replace(at, from.size(), to);
}

std::vector<std::string> texts(const std::vector<ChangedKey>& changes) {
  std::vector<std::string> out;
  for (const auto& one : changes) out.push_back(to_string(one));
  return out;
}

TEST(Diff, of_the_same_is_empty) {
  EXPECT_THAT(diff(settings_of(test::full_config), settings_of(test::full_config)), IsEmpty());
}

TEST(Reload, applies_what_is_live_and_names_what_needs_a_restart) {
  auto text = replaced(test::full_config, "mode = \"guard\"", "mode = \"observe\"");
  text = replaced(text, "127.0.0.1:9000", "127.0.0.1:9001");
  text = replaced(text, "[daemon]\n", "[daemon]\nlog_level = \"debug\"\n");
  text = replaced(text, "listings = 30\n", "");
  const auto running = settings_of(test::full_config);
  const auto wanted = settings_of(text);
  const auto plan = plan_reload(running, wanted);
  EXPECT_THAT(texts(plan.applied), ElementsAre("daemon.log_level: \"info\" -> \"debug\"",
                                               "account[amazon-de].mode: \"guard\" -> \"observe\"",
                                               "account[amazon-de].breaker.listings: 30 -> 200"));
  EXPECT_THAT(texts(plan.needs_restart), ElementsAre("api.listen: \"127.0.0.1:9000\" -> \"127.0.0.1:9001\""));
  EXPECT_EQ(plan.next.accounts[0].mode, Mode::observe);
  EXPECT_EQ(plan.next.api.listen.port, 9000);
  EXPECT_EQ(plan.next.daemon.log_level, LogLevel::debug);
  EXPECT_THAT(plan_reload(plan.next, wanted).applied, IsEmpty());
}

TEST(Reload, rows_are_matched_by_id_not_by_place) {
  const std::string second = "\n[[seller]]\nid = \"zeta\"\ntime_zone = \"UTC\"\ncurrency = \"USD\"\n";
  const auto one = settings_of(test::full_config);
  const auto two = settings_of(second + test::full_config);
  const auto plan = plan_reload(one, two);
  EXPECT_THAT(plan.applied, IsEmpty());
  EXPECT_THAT(texts(plan.needs_restart), ElementsAre("seller[zeta]: absent -> present"));
  EXPECT_THAT(texts(diff(two, one)), ElementsAre("seller[zeta]: present -> absent"));
  EXPECT_THAT(diff(settings_of(second + test::full_config), settings_of(test::full_config + second)),
              IsEmpty());
}

TEST(Reload, alert_sinks_come_and_go_while_running) {
  const std::string sink = "[[notify]]\nid = \"two\"\nkind = \"alertmanager\"\nurl = \"http://am:9093\"\n";
  const auto running = settings_of(test::full_config);
  const auto plan = plan_reload(running, settings_of(test::full_config + sink));
  EXPECT_THAT(texts(plan.applied), ElementsAre("notify[two]: absent -> present"));
  EXPECT_THAT(plan.needs_restart, IsEmpty());
  EXPECT_EQ(plan.next.notifies.size(), 2U);
}

TEST(Reload, a_secret_with_new_content_is_a_change_and_is_not_shown) {
  const test::TemporaryFolder folder;
  const auto read = [&](std::string_view content) {
    folder.write("token", content);
    return *parse("[api]\ntoken_file = \"./token\"", folder.path() / "f.toml");
  };
  const auto running = read("hunter2");
  const auto plan = plan_reload(running, read("hunter3"));
  const auto file = (folder.path() / "token").string();
  EXPECT_THAT(texts(plan.applied),
              ElementsAre("api.token: file \"" + file + "\" -> file \"" + file + "\" with another content"));
  EXPECT_EQ(plan.next.api.token.value.reveal(), "hunter3");
}

// Connectors copy their secrets when they are made: whoever rotates one has to be told that it is not in
// force.
TEST(Reload, a_secret_that_a_connector_copied_needs_a_restart) {
  std::vector<std::string> live;
  for (const auto& section : sections())
    for (const auto& field : section.fields)
      if (field.secret && field.change == Change::live)
        live.push_back(std::string(section.name) + "." + field.key);
  EXPECT_THAT(live, ElementsAre("api.token", "seller.token", "notify.secret_url", "notify.password",
                                "notify.token", "notify.signing_secret"));
}

TEST(Reload, a_table_whose_rows_come_and_go_has_no_key_that_needs_a_restart) {
  for (const auto& section : sections()) {
    if (section.rows != Change::live) continue;
    for (const auto& field : section.fields)
      if (field.key != "id") EXPECT_EQ(field.change, Change::live) << section.name << "." << field.key;
  }
}

// Whatever one key is changed to, a reload changes exactly the live keys.
TEST(Reload, changes_each_live_key_and_no_other) {
  const auto running = settings_of(test::full_config);
  for (const auto& section : sections()) {
    for (const auto& field : section.fields) {
      if (field.key == "id") continue;
      auto wanted = running;
      field.copy(section.mutable_row(wanted, 0), section.defaults);
      if (wanted == running) continue;
      const auto plan = plan_reload(running, wanted);
      const bool live = field.change == Change::live;
      EXPECT_EQ(plan.next, live ? wanted : running) << section.name << "." << field.key;
      EXPECT_EQ(plan.applied.size(), live ? 1U : 0U) << section.name << "." << field.key;
      EXPECT_EQ(plan.needs_restart.size(), live ? 0U : 1U) << section.name << "." << field.key;
    }
  }
}

}  // namespace
}  // namespace forestall::config
