// SPDX-License-Identifier: Apache-2.0
// The configuration as the program meets it: everything wrong is said at once, nothing secret is ever said.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/support/daemon/running_daemon.hpp"

namespace forestall::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view ten_errors = R"(
[daemon]
state_dir = 7
log_level = "loud"
drain_deadline = "20"
worker_threads = 0
turn_limitt = "5ms"
[redis]
mode = "embedded"
[api]
listen = "here"
max_body = "much"
[[seller]]
id = "has space"
currency = "EURO"
)";

const std::vector<std::string_view> wrong_keys{"daemon.state_dir",
                                               "daemon.log_level",
                                               "daemon.drain_deadline",
                                               "daemon.worker_threads",
                                               "turn_limitt",
                                               "redis.mode",
                                               "api.listen",
                                               "api.max_body",
                                               "id",
                                               "currency"};

TEST(Configuration, TenErrorsAreAllReportedAtOnce) {
  const TemporaryFolder folder;
  const auto file = folder.write("bad.toml", ten_errors);
  const auto checked = run({program("forestalld"), "--config", file, "--check"});
  EXPECT_EQ(checked.ended, (Ended{1, 0}));
  EXPECT_EQ(checked.out, "");
  const auto started = run({program("forestalld"), "--config", file});
  EXPECT_EQ(started.ended, (Ended{1, 0}));
  for (const auto key : wrong_keys) {
    EXPECT_THAT(checked.err, HasSubstr(key));
    EXPECT_THAT(started.err, HasSubstr(key)) << "the log of the start names it too";
  }
  EXPECT_GE(std::ranges::count(checked.err, '\n'), 10);
  EXPECT_THAT(checked.err, HasSubstr("bad.toml:")) << "with file and line";
  EXPECT_THAT(checked.err, HasSubstr("turn_limit\"?")) << "and what was perhaps meant";
}

TEST(Configuration, CheckPrintsWhatIsInForceAndNoSecret) {
  const TemporaryFolder folder;
  folder.write("token", "s3cret-token-of-the-test", 0600);
  const auto file = folder.write("good.toml", "[daemon]\nstate_dir = \"" + folder.file("state") +
                                                  "\"\n[api]\ntoken_file = \"./token\"\n");
  const auto checked = run({program("forestalld"), "--config", file, "--check"});
  EXPECT_EQ(checked.ended, (Ended{0, 0})) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("drain_deadline = "));
  EXPECT_THAT(checked.out, HasSubstr("token"));
  EXPECT_THAT(checked.out + checked.err, Not(HasSubstr("s3cret")));
}

TEST(Configuration, ASecretThatOthersCanReadIsRefused) {
  const TemporaryFolder folder;
  folder.write("token", "s3cret-token-of-the-test", 0644);
  const auto file = folder.write("open.toml", "[daemon]\nstate_dir = \"" + folder.file("state") +
                                                  "\"\n[api]\ntoken_file = \"./token\"\n");
  const auto started = run({program("forestalld"), "--config", file});
  EXPECT_EQ(started.ended, (Ended{1, 0}));
  EXPECT_THAT(started.err, HasSubstr("api.token"));
  EXPECT_THAT(started.err, HasSubstr("0644"));
  EXPECT_THAT(started.err, Not(HasSubstr("s3cret")));
}

TEST(Configuration, CommandLine) {
  EXPECT_EQ(run({program("forestalld"), "--nonsense"}).ended, (Ended{2, 0}));
  EXPECT_EQ(run({program("forestalld"), "--config", "/does/not/exist.toml"}).ended, (Ended{1, 0}));
  const auto version = run({program("forestalld"), "--version"});
  EXPECT_EQ(version.ended, (Ended{0, 0}));
  EXPECT_THAT(version.out, ::testing::StartsWith("forestalld "));
}

}  // namespace
}  // namespace forestall::test
