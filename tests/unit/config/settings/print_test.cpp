// SPDX-License-Identifier: Apache-2.0
// What is printed reads back as what was in force, without secrets; and the sample is complete and works.
#include "config/settings/print.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings/load.hpp"
#include "config/settings/schema.hpp"
#include "tests/support/process/environment.hpp"
#include "tests/unit/config/settings/full_config.hpp"

namespace forestall::config {
namespace {

using testing::HasSubstr;
using testing::Not;

Settings settings_of(std::string_view text, const LoadOptions& options = {.read_secrets = false}) {
  auto settings = parse(text, "/etc/forestall/forestall.toml", options);
  if (!settings) ADD_FAILURE() << to_string(settings.error());
  return settings.value_or(Settings{});
}

TEST(Effective, reads_back_as_what_was_printed) {
  const std::string outside =
      "[redis]\nmode = \"address\"\naddress = \"tcp://localhost\"\n[[seller]]\nid = \"a\"\ntime_zone = "
      "\"UTC\"\n"
      "currency = \"JPY\"\ncancellation_cost = \"500 JPY\"\nname = \"\\\"\\\\ \u00e4\"\n";
  for (const std::string_view text :
       {std::string_view(), std::string_view(test::full_config), std::string_view(outside)}) {
    const auto before = settings_of(text);
    const auto printed = effective(before);
    EXPECT_EQ(settings_of(printed), before) << printed;
    EXPECT_EQ(effective(settings_of(printed)), printed);
  }
}

TEST(Effective, marks_defaults_and_names_what_is_not_set) {
  const auto printed = effective(settings_of(test::full_config));
  EXPECT_THAT(printed, HasSubstr("\nconnect_deadline = \"5s\"  # default\n"));
  EXPECT_THAT(printed, HasSubstr("\ncall_deadline = \"3s\"\n"));
  EXPECT_THAT(printed, HasSubstr("\n# proxy: not set\n"));
  EXPECT_THAT(printed, HasSubstr("\n# address: not in force, only with mode = \"address\"\n"));
  EXPECT_THAT(printed, HasSubstr("\nlocation = \"Hamburg \\\"Nord\\\"\"\n"));
  EXPECT_THAT(printed, HasSubstr("\nbreaker.value = \"1000.00 EUR\"\n"));
  EXPECT_THAT(printed, HasSubstr("\npath = \"/etc/forestall/stock\"\n"));
}

TEST(Effective, never_shows_a_secret) {
  const test::TemporaryFolder folder;
  folder.write("token", "hunter2\n");
  const auto settings = parse("[api]\ntoken_file = \"./token\"", folder.path() / "f.toml",
                              {.credentials_directory = folder.path()});
  ASSERT_TRUE(settings) << to_string(settings.error());
  ASSERT_EQ(settings->api.token.value.reveal(), "hunter2");
  const auto printed = effective(*settings);
  EXPECT_THAT(printed, Not(HasSubstr("hunter2")));
  EXPECT_THAT(printed, HasSubstr("token_file = \"" + (folder.path() / "token").string() +
                                 "\"  # the secret itself is not shown"));
}

std::string sample_path() { return FORESTALL_SOURCE_DIR "/config/forestall.toml"; }

std::string stored_sample() {
  std::ifstream file(sample_path(), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Sample, is_what_the_schema_says) {
  if (std::getenv("FORESTALL_WRITE_SAMPLE") != nullptr)
    std::ofstream(sample_path(), std::ios::binary) << sample();
  EXPECT_EQ(stored_sample(), sample())
      << "run this test with FORESTALL_WRITE_SAMPLE=1 and look at the difference";
}

TEST(Sample, works_as_it_stands) {
  const auto settings = load(sample_path());
  ASSERT_TRUE(settings) << to_string(settings.error());
  EXPECT_EQ(*settings, settings_of(""));
}

// The lines "#key = value" and "#[[table]]" of the sample, without their #, but for the keys of `without`.
std::string uncommented(const std::set<std::string>& without) {
  std::string out;
  std::string section;
  for (const auto line : split(sample(), '\n')) {
    auto text = line;
    if (text.starts_with("#") && !text.starts_with("# ") && text.size() > 1) text.remove_prefix(1);
    if (text.starts_with("[")) section = trim(text.substr(0, text.find(' ')));
    const auto key = section + std::string(text.substr(0, text.find(' ')));
    if (!without.contains(key)) out += std::string(text) + "\n";
  }
  return out;
}

const std::set<std::string> exclusive{"[api]token_credential",
                                      "[redis]password_credential",
                                      "[[seller]]token_credential",
                                      "[[account]]client_secret_credential",
                                      "[[account]]password_credential",
                                      "[[account]]token_credential",
                                      "[[account]]refresh_token_credential",
                                      "[[carrier]]client_secret_credential",
                                      "[[carrier]]token_credential",
                                      "[[carrier]]webhook_secret_credential",
                                      "[[notify]]secret_url_credential",
                                      "[[notify]]password_credential",
                                      "[[notify]]token_credential",
                                      "[[notify]]signing_secret_credential",
                                      "[[seller]]cancellation_cost"};

TEST(Sample, is_good_with_every_key_set) {
  auto managed = exclusive;
  managed.insert(
      {"[redis]address", "[redis]ca_file", "[redis]server_name", "[redis]username", "[redis]password_file"});
  managed.insert("[[notify]]escalate_to");
  const auto one = parse(uncommented(managed), "f.toml", {.read_secrets = false});
  EXPECT_TRUE(one) << to_string(one.error());
  auto address = exclusive;
  address.insert({"[redis]mode", "[redis]server", "[redis]directory", "[redis]socket", "[redis]supervisor",
                  "[redis]start_deadline", "[[notify]]escalate_to"});
  auto text = uncommented(address);
  text.replace(text.find("[redis]\n"), 8, "[redis]\nmode = \"address\"\n");
  const auto two = parse(text, "f.toml", {.read_secrets = false});
  EXPECT_TRUE(two) << to_string(two.error());
}

TEST(Sample, documents_every_key_once) {
  const std::string text = "\n" + stored_sample();
  for (const auto& section : sections()) {
    const auto header = section.many ? "\n#[[" + std::string(section.name) + "]]\n"
                                     : "\n[" + std::string(section.name) + "]\n";
    const auto begin = text.find(header);
    ASSERT_NE(begin, std::string::npos) << section.name;
    auto end = std::min(text.find("\n[", begin + 1), text.find("\n#[[", begin + 1));
    const auto part = text.substr(begin, end - begin);
    for (const auto& field : section.fields)
      for (const auto& key : field.keys()) {
        const auto line = "\n#" + key + " = ";
        const auto at = part.find(line);
        EXPECT_NE(at, std::string::npos) << section.name << "." << key;
        EXPECT_EQ(part.find(line, at + 1), std::string::npos) << section.name << "." << key << " twice";
      }
  }
}

}  // namespace
}  // namespace forestall::config
