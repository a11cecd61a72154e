// SPDX-License-Identifier: Apache-2.0
// A rebuild asked for over the API: a job that outlives the request, and what the command line makes of it.
#include <gmock/gmock.h>

#include "tests/integration/daemon/app/filled_daemon.hpp"

namespace forestall::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Rebuild : public FilledDaemon {
 protected:
  static constexpr std::string_view target = "/api/v1/sellers/acme/rebuild";
  static constexpr std::string_view token = "Authorization: Bearer 0123456789abcdef0123456789abcdef\r\n";
  std::string shown() const { return get(target)->body; }
  Finished forestall_rebuild(std::vector<std::string> more = {}) const {
    std::vector<std::string> words{program("forestall"), "--config", daemon_.config, "rebuild", "acme"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
};

TEST_F(Rebuild, FindsCorrectsAndSaysSo) {
  write("amazon,L-1,SKU-1,1\n");
  auto daemon = start();
  ASSERT_TRUE(daemon.wait_for_err("event=ready") && ready()) << daemon.err();
  EXPECT_EQ(get(target)->status, 404);
  sync_.call({"HINCRBY", "forestall:{acme}:cancel", "1:20513:1:2", "5"});
  const auto found = forestall_rebuild();
  EXPECT_EQ(found.ended, (Ended{1, 0})) << found.err;
  EXPECT_THAT(found.out, AllOf(HasSubstr("cancel 1:20513:1:2: stored 5, ought to be 0"),
                               HasSubstr("acme: 1 difference(s), not corrected (--fix)")));
  EXPECT_EQ(forestall_rebuild({"--fix"}).ended, (Ended{1, 0}));
  const auto right = forestall_rebuild();
  EXPECT_EQ(right.ended, (Ended{0, 0})) << right.out;
  EXPECT_THAT(shown(), AllOf(HasSubstr("\"job\":3"), HasSubstr("\"state\":\"done\""),
                             HasSubstr("\"difference_count\":0")));
  EXPECT_THAT(daemon.err(), HasSubstr("event=ledger_rebuilt seller=acme job=2 differences=1 fixed=true"));
}

TEST_F(Rebuild, GoesOnWhenTheRequestHasBeenAnswered) {
  write("");
  auto daemon = start();
  ASSERT_TRUE(daemon.wait_for_err("event=ready") && ready()) << daemon.err();
  server_.pause();
  const auto begun = daemon_.post(target, token);
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun->status, 202) << "although Redis does not answer";
  EXPECT_THAT(begun->body, HasSubstr("\"state\":\"running\""));
  EXPECT_EQ(daemon_.post(target, token)->status, 202) << "the same job";
  EXPECT_EQ(daemon_.post(std::string(target) + "?fix=true", token)->status, 409);
  EXPECT_THAT(shown(), AllOf(HasSubstr("\"job\":1"), HasSubstr("\"state\":\"running\"")));
  server_.resume();
  EXPECT_TRUE(eventually([&] { return shown().find("\"state\":\"done\"") != std::string::npos; })) << shown();
}

TEST_F(Rebuild, IsEndedByADrain) {
  write("");
  auto daemon = start();
  ASSERT_TRUE(daemon.wait_for_err("event=ready") && ready()) << daemon.err();
  server_.pause();
  EXPECT_EQ(daemon_.post(target, token)->status, 202);
  daemon.signal(SIGTERM);
  EXPECT_TRUE(daemon.wait_for_err("event=draining"));
  server_.resume();
  EXPECT_EQ(daemon.wait_for(), (Ended{0, 0})) << daemon.err();
}

}  // namespace
}  // namespace forestall::test
