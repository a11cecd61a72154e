// SPDX-License-Identifier: Apache-2.0
// The daemon with its record: the private Redis, one ledger a seller, and what happens when either goes away.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/support/daemon/running_daemon.hpp"

namespace forestall::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view seller = R"(
[[seller]]
id = "acme"
time_zone = "Europe/Berlin"
currency = "EUR"
mapping_file = "mapping.csv"
[[stock]]
id = "warehouse"
seller = "acme"
kind = "csv"
path = "stock.csv"
location = "berlin"
deducts_at = "ship"
)";

DaemonOptions with_seller(std::string more = {}) {
  return {.api_table = "token_file = \"./token\"", .more = std::string(seller) + more};
}

// The options' files have to be there before the daemon starts: it is started anew once they are.
class Seller : public ::testing::Test {
 protected:
  static Finished forestall(const RunningDaemon& daemon, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {program("forestall"), "--config", daemon.config});
    return run(std::move(arguments));
  }
  static void write_files(const RunningDaemon& daemon) {
    const auto token = daemon.folder.write("token", "0123456789abcdef0123456789abcdef\n");
    std::filesystem::permissions(token, std::filesystem::perms::owner_read);
    daemon.folder.write("mapping.csv", "account,listing,sku,units\namazon,L-1,SKU-1,1\namazon,L-2,SKU-2,x\n");
  }
  static ChildProcess start(const RunningDaemon& daemon) {
    return ChildProcess({program("forestalld"), "--config", daemon.config});
  }
  static bool ready(const RunningDaemon& daemon, ChildProcess& process) {
    return process.wait_for_err("event=ready") && eventually([&] {
             const auto answer = daemon.get("/readyz");
             return answer && answer->status == 200;
           });
  }
};

TEST_F(Seller, LedgerIsOpenedRebuiltAndClosed) {
  RunningDaemon first;  // only for its folder and port
  ASSERT_TRUE(first.wait_until_ready());
  EXPECT_EQ(first.stop(), (Ended{0, 0}));
  first.rewrite(with_seller());
  write_files(first);
  auto daemon = start(first);
  ASSERT_TRUE(ready(first, daemon)) << daemon.err();
  EXPECT_THAT(daemon.err(), HasSubstr("event=ledger_opened seller=acme"));
  EXPECT_THAT(daemon.err(), HasSubstr("event=mapping_row seller=acme"));  // units "x"
  const auto rebuilt = forestall(first, {"rebuild", "acme"});
  EXPECT_EQ(rebuilt.ended, (Ended{0, 0})) << rebuilt.err;
  EXPECT_EQ(rebuilt.out, "acme: every counter is what the stored entities add up to\n");
  EXPECT_EQ(forestall(first, {"rebuild", "nobody"}).ended, (Ended{4, 0}));
  EXPECT_THAT(forestall(first, {"status"}).out, HasSubstr("acme\topen\t"));
  EXPECT_THAT(forestall(first, {"doctor"}).out, Not(HasSubstr("\tfailed\t")));
  EXPECT_EQ(first.metric("forestall_ledger_open{seller=\"acme\"}"), 1);

  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait_for(), (Ended{0, 0}));
  EXPECT_THAT(daemon.err(), Not(HasSubstr("event=lease_kept")));
  EXPECT_NE(run({"pgrep", "-f", first.folder.file("state/redis/")}).ended, (Ended{0, 0}))
      << "the private server is stopped last, but it is stopped";
}

TEST_F(Seller, RedisKilledComesBackByItself) {
  RunningDaemon first;
  ASSERT_TRUE(first.wait_until_ready());
  EXPECT_EQ(first.stop(), (Ended{0, 0}));
  first.rewrite(with_seller());
  write_files(first);
  auto daemon = start(first);
  ASSERT_TRUE(ready(first, daemon)) << daemon.err();
  for (int kills = 1; kills <= 3; ++kills) {
    ASSERT_EQ(run({"pkill", "-KILL", "-f", first.folder.file("state/redis/")}).ended, (Ended{0, 0}));
    EXPECT_TRUE(eventually([&] { return first.metric("forestall_redis_server_starts_total") == kills + 1; }));
    EXPECT_TRUE(ready(first, daemon)) << daemon.err();
  }
  EXPECT_EQ(forestall(first, {"rebuild", "acme"}).ended, (Ended{0, 0}));
}

TEST_F(Seller, TheRedisOfAKilledDaemonIsAdopted) {
  RunningDaemon first;
  ASSERT_TRUE(first.wait_until_ready());
  EXPECT_EQ(first.stop(), (Ended{0, 0}));
  first.rewrite(with_seller());
  write_files(first);
  {
    auto killed = start(first);
    ASSERT_TRUE(ready(first, killed)) << killed.err();
    killed.signal(SIGKILL);
    ASSERT_TRUE(killed.wait_for());
  }
  auto second = start(first);
  // The dead daemon's lease runs out; until then its seller is not ours, and that is said.
  ASSERT_TRUE(ready(first, second)) << second.err();
  EXPECT_THAT(second.err(), HasSubstr("event=managed_redis_adopted"));
}

TEST_F(Seller, ASecondDaemonOnTheSameRedisIsRefusedByLease) {
  RunningDaemon first;
  ASSERT_TRUE(first.wait_until_ready());
  EXPECT_EQ(first.stop(), (Ended{0, 0}));
  first.rewrite(with_seller());
  write_files(first);
  auto holder = start(first);
  ASSERT_TRUE(ready(first, holder)) << holder.err();

  RunningDaemon other;  // another state directory, as on another host
  ASSERT_TRUE(other.wait_until_ready());
  EXPECT_EQ(other.stop(), (Ended{0, 0}));
  write_files(other);
  other.rewrite(with_seller("[redis]\nmode = \"address\"\naddress = \"unix://" +
                            first.folder.file("state/redis/redis.sock") + "\"\n"));
  auto refused = start(other);
  EXPECT_TRUE(refused.wait_for_err("event=ledger_not_open seller=acme")) << refused.err();
  const auto answer = other.get("/readyz");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_THAT(answer->body, HasSubstr("is held by"));
}

}  // namespace
}  // namespace forestall::test
