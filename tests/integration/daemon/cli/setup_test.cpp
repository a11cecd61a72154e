// SPDX-License-Identifier: Apache-2.0
// forestall setup and doctor against the sandbox: what is tested, what is kept, and who can read it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/integration/sandbox/running_sandbox.hpp"
#include "tests/support/daemon/running_daemon.hpp"

namespace forestall::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view secret = "amzn1.oa2-cs.v1.sandbox-1";
constexpr std::string_view refresh = "Atzr|sandbox-1";

class SetUp : public ::testing::Test {
 protected:
  SetUp() {
    folder.write("forestall.toml", "[[seller]]\nid = \"acme\"\ntime_zone = \"UTC\"\ncurrency = \"USD\"\n");
  }
  // With these lines on standard input.
  Finished setup(const std::string& input, const std::string& more) {
    const auto lines = folder.write("input", input);
    return run({"/bin/sh", "-c",
                fmt::format("exec {} --config {} setup amazon-us {} < {}", program("forestall"),
                            folder.file("forestall.toml"), more, lines)});
  }
  std::string options() const {
    return fmt::format(
        "--seller acme --marketplace ATVPDKIKX0DER --merchant-id A1SANDBOX --client-id "
        "amzn1.application-oa2-client.sandbox-1 --base-url http://127.0.0.1:{0} --token-url "
        "http://127.0.0.1:{0}",
        sandbox.port());
  }
  static unsigned mode_of(const std::string& file) {
    struct stat status{};
    return ::stat(file.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
  }
  static std::string good() { return fmt::format("{}\n{}\n", secret, refresh); }

  RunningSandbox sandbox{{"--speed", "60"}};
  TemporaryFolder folder;
};

TEST_F(SetUp, TestsKeepsAndConfigures) {
  const auto done = setup(good(), options() + " --write");
  EXPECT_EQ(done.ended, (Ended{0, 0})) << done.out << done.err;
  EXPECT_THAT(done.out, HasSubstr("ok\tmay read orders"));
  EXPECT_THAT(done.out, HasSubstr("ok\tmay change the quantity of a listing"));
  EXPECT_EQ(mode_of(folder.file("secrets")), 0700U);
  EXPECT_EQ(mode_of(folder.file("secrets/amazon-us.client_secret")), 0600U);
  EXPECT_EQ(read_file(folder.file("secrets/amazon-us.refresh_token")), refresh);
  const auto configuration = read_file(folder.file("forestall.toml"));
  EXPECT_THAT(configuration, HasSubstr("[[seller]]"));
  EXPECT_THAT(configuration, HasSubstr("client_secret_file = "));
  for (const auto& text : {configuration, done.out, done.err}) {
    EXPECT_THAT(text, Not(HasSubstr(std::string(secret))));
    EXPECT_THAT(text, Not(HasSubstr(std::string(refresh))));
  }
  const auto checked = run({program("forestalld"), "--config", folder.file("forestall.toml"), "--check"});
  EXPECT_EQ(checked.ended, (Ended{0, 0})) << checked.out << checked.err;

  // Again: nothing is asked, nothing is added.
  const auto again = setup("", "");
  EXPECT_EQ(again.ended, (Ended{0, 0})) << again.out << again.err;
  EXPECT_THAT(again.out, HasSubstr("has the account \"amazon-us\" already"));
  EXPECT_EQ(read_file(folder.file("forestall.toml")), configuration);

  const auto doctor = run({program("forestall"), "--config", folder.file("forestall.toml"), "doctor"});
  EXPECT_THAT(doctor.out, HasSubstr("account amazon-us\tok\tmay read orders"));
}

TEST_F(SetUp, KeepsNothingThatTheChannelRefuses) {
  const auto refused = setup("wrong\n" + std::string(refresh) + "\n", options() + " --write");
  EXPECT_EQ(refused.ended, (Ended{1, 0})) << refused.out;
  EXPECT_THAT(refused.out, HasSubstr("missing\tmay log in"));
  EXPECT_FALSE(std::filesystem::exists(folder.file("secrets")));
  EXPECT_THAT(read_file(folder.file("forestall.toml")), Not(HasSubstr("[[account]]")));
  EXPECT_THAT(refused.out + refused.err, Not(HasSubstr("wrong")));
}

TEST_F(SetUp, SaysWhatIsMissing) {
  const auto nothing = setup("", "--seller acme");
  EXPECT_EQ(nothing.ended, (Ended{2, 0}));
  EXPECT_THAT(nothing.err, HasSubstr("--marketplace is needed"));
  const auto half = setup(std::string(secret) + "\n", options());
  EXPECT_EQ(half.ended, (Ended{2, 0}));
  EXPECT_THAT(half.err, HasSubstr("standard input has ended"));
}

TEST_F(SetUp, RefusesASectionThatTheConfigurationCannotHold) {
  const auto refused = setup(good(), fmt::format("{} --write", options()).replace(9, 4, "nobody"));
  EXPECT_EQ(refused.ended, (Ended{4, 0})) << refused.out << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("the configuration would be wrong"));
  EXPECT_THAT(read_file(folder.file("forestall.toml")), Not(HasSubstr("[[account]]")));
  const auto printed = setup("", options());
  EXPECT_EQ(printed.ended, (Ended{0, 0})) << "the secrets were kept: " << printed.err;
  EXPECT_THAT(printed.out, HasSubstr("seller = \"acme\""));
}

}  // namespace
}  // namespace forestall::test
