// SPDX-License-Identifier: Apache-2.0
// Secrets come from files that nobody else can read, and from nowhere else.
#include "config/settings/credential.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "config/settings/load.hpp"
#include "tests/support/process/environment.hpp"

namespace forestall::config {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class SecretFile : public testing::Test {
 protected:
  std::string error_of(const std::filesystem::path& file) {
    const auto secret = read_secret_file(file);
    return secret ? "none" : secret.error().detail;
  }
  test::TemporaryFolder folder;
};

TEST_F(SecretFile, is_read_without_the_line_end_at_its_end) {
  EXPECT_EQ(read_secret_file(folder.write("a", "top secret\n"))->reveal(), "top secret");
  EXPECT_EQ(read_secret_file(folder.write("b", " spaces stay \r\n\n"))->reveal(), " spaces stay ");
  EXPECT_EQ(read_secret_file(folder.write("c", "two\nlines", 0400))->reveal(), "two\nlines");
}

TEST_F(SecretFile, is_refused_when_anybody_else_may_touch_it) {
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0644, 0610})
    EXPECT_THAT(error_of(folder.write("a", "x", mode)), HasSubstr("mode 06")) << std::oct << mode;
}

TEST_F(SecretFile, is_refused_when_it_is_no_file_or_holds_nothing) {
  EXPECT_THAT(error_of(folder.path() / "absent"), HasSubstr("No such file"));
  EXPECT_THAT(error_of(folder.path()), HasSubstr("not a regular file"));
  EXPECT_THAT(error_of(folder.write("a", "\n\n")), "empty");
  EXPECT_THAT(error_of(folder.write("b", std::string("a\0b", 3))), HasSubstr("NUL"));
  EXPECT_THAT(error_of(folder.write("c", std::string(max_secret_bytes + 1, 'x'))), HasSubstr("more than"));
  EXPECT_TRUE(read_secret_file(folder.write("d", std::string(max_secret_bytes, 'x'))));
}

TEST_F(SecretFile, that_is_a_fifo_does_not_hang_us) {
  const auto fifo = folder.path() / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_THAT(error_of(fifo), HasSubstr("not a regular file"));
}

TEST_F(SecretFile, of_another_user_is_refused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const auto file = folder.write("a", "x");
  ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0);
  EXPECT_THAT(error_of(file), HasSubstr("user 12345"));
}

TEST_F(SecretFile, may_be_a_link_to_a_good_file) {
  const auto file = folder.write("a", "x");
  std::filesystem::create_symlink(file, folder.path() / "link");
  EXPECT_TRUE(read_secret_file(folder.path() / "link"));
}

TEST_F(SecretFile, of_systemd_may_show_the_mask_of_an_access_list) {
  folder.write("api", "x\n", 0440);
  EXPECT_EQ(read_systemd_credential(folder.path(), "api")->reveal(), "x");
  folder.write("api", "x\n", 0444);
  EXPECT_FALSE(read_systemd_credential(folder.path(), "api"));
  EXPECT_THAT(read_systemd_credential({}, "api").error().detail, HasSubstr("LoadCredential"));
}

TEST_F(SecretFile, is_named_in_the_configuration_by_path_or_by_credential) {
  folder.write("token", "t1\n");
  folder.write("cred", "c1\n", 0440);
  const auto settings = parse(
      "[api]\ntoken_file = \"./token\"\n[redis]\npassword_credential = \"cred\"\n"
      "mode = \"address\"\naddress = \"tcp://localhost\"\n",
      folder.path() / "f.toml", {.credentials_directory = folder.path()});
  ASSERT_TRUE(settings) << to_string(settings.error());
  EXPECT_EQ(settings->api.token.value.reveal(), "t1");
  EXPECT_EQ(settings->api.token.name, (folder.path() / "token").string());
  EXPECT_EQ(settings->redis.password.value.reveal(), "c1");
}

TEST_F(SecretFile, that_is_bad_is_reported_at_its_key) {
  folder.write("token", "t1", 0644);
  const auto settings = parse("[api]\n  token_file = \"./token\"\n", folder.path() / "f.toml");
  ASSERT_FALSE(settings);
  ASSERT_THAT(settings.error(), SizeIs(1));
  EXPECT_EQ(settings.error()[0].place, (Place{2, 16}));
  EXPECT_EQ(settings.error()[0].key, "api.token_file");
  EXPECT_THAT(settings.error()[0].found, HasSubstr("mode 0644"));
}

TEST(InlineSecret, is_refused_and_never_shown) {
  for (const auto* text :
       {"[api]\ntoken = \"hunter2\"", "[api]\ntoken_file = \"hunter2\"",
        "[api]\ntoken_credential = \"hunter2/\"", "[api]\ntokn = \"hunter2\"",
        "[redis]\npassword = \"hunter2\"", "[redis]\naddress = \"tcp://:hunter2@x\"",
        "[daemon]\nproxy = \"http://u:hunter2@x\"", "[api]\ntoken = hunter2", "[api]\ntoken = \"\\hunter2\"",
        "[api]\ntoken = 'x' hunter2", "[api]\ntoken.hunter2 = 1", "[api]\nhunter2"}) {
    const auto settings = parse(text, "f.toml");
    ASSERT_FALSE(settings) << text;
    // A key is shown even where it is odd: that is what it takes to find it.
    if (std::string_view(text).find("token.hunter2") == std::string_view::npos)
      EXPECT_THAT(to_string(settings.error()), Not(HasSubstr("hunter2"))) << text;
  }
  const auto inline_token = parse("[api]\ntoken = \"hunter2\"", "f.toml");
  EXPECT_THAT(to_string(inline_token.error()), HasSubstr("token_file = \"/path\""));
}

}  // namespace
}  // namespace forestall::config
