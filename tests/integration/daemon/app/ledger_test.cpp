// SPDX-License-Identifier: Apache-2.0
// The daemon with its record: the private Redis, one ledger a seller, and what happens when either goes away.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

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

// A folder with everything that a daemon for one seller needs, and a port. The daemons are started by the
// test.
class Place {
 public:
  explicit Place(const std::string& more = "") {
    // Its files have to be there before the daemon that reads them: the first one only makes the folder.
    EXPECT_TRUE(daemon_.wait_until_ready());
    EXPECT_EQ(daemon_.stop(), (Ended{0, 0}));
    const auto token = daemon_.folder.write("token", "0123456789abcdef0123456789abcdef\n");
    std::filesystem::permissions(token, std::filesystem::perms::owner_read);
    daemon_.folder.write("mapping.csv",
                         "account,listing,sku,units\namazon,L-1,SKU-1,1\namazon,L-2,SKU-2,x\n");
    daemon_.rewrite({.api_table = "token_file = \"./token\"", .more = std::string(seller) + more});
  }
  ChildProcess start() const { return ChildProcess({program("forestalld"), "--config", daemon_.config}); }
  // Fit to act, or not within the tests' patience.
  bool ready(ChildProcess& daemon) const {
    return daemon.wait_for_err("event=ready") && eventually([&] { return get("/readyz")->status == 200; });
  }
  Finished forestall(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {program("forestall"), "--config", daemon_.config});
    return run(std::move(arguments));
  }
  std::optional<HttpAnswer> get(std::string_view target) const { return daemon_.get(target); }
  double metric(std::string_view sample) const { return daemon_.metric(sample); }
  std::string redis_folder() const { return daemon_.folder.file("state/redis/"); }

 private:
  RunningDaemon daemon_;
};

TEST(Seller, LedgerIsOpenedRebuiltAndClosed) {
  Place place;
  auto daemon = place.start();
  ASSERT_TRUE(place.ready(daemon)) << daemon.err();
  EXPECT_THAT(daemon.err(), HasSubstr("event=ledger_opened seller=acme"));
  EXPECT_THAT(daemon.err(), HasSubstr("event=mapping_row seller=acme"));  // units "x"
  const auto rebuilt = place.forestall({"rebuild", "acme"});
  EXPECT_EQ(rebuilt.ended, (Ended{0, 0})) << rebuilt.err;
  EXPECT_EQ(rebuilt.out, "acme: every counter is what the stored entities add up to\n");
  EXPECT_EQ(place.forestall({"rebuild", "nobody"}).ended, (Ended{4, 0}));
  EXPECT_THAT(place.forestall({"status"}).out, HasSubstr("acme\topen\t"));
  EXPECT_THAT(place.forestall({"doctor"}).out, Not(HasSubstr("\tfailed\t")));
  EXPECT_EQ(place.metric("forestall_ledger_open{seller=\"acme\"}"), 1);

  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait_for(), (Ended{0, 0}));
  EXPECT_THAT(daemon.err(), Not(HasSubstr("event=lease_kept")));
  EXPECT_NE(run({"pgrep", "-f", place.redis_folder()}).ended, (Ended{0, 0}))
      << "the private server is stopped last, but it is stopped";
}

TEST(Seller, RedisKilledComesBackByItself) {
  Place place;
  auto daemon = place.start();
  ASSERT_TRUE(place.ready(daemon)) << daemon.err();
  for (int kills = 1; kills <= 3; ++kills) {
    ASSERT_EQ(run({"pkill", "-KILL", "-f", place.redis_folder()}).ended, (Ended{0, 0}));
    EXPECT_TRUE(eventually([&] { return place.metric("forestall_redis_server_starts_total") == kills + 1; }));
    EXPECT_TRUE(place.ready(daemon)) << daemon.err();
  }
  EXPECT_EQ(place.forestall({"rebuild", "acme"}).ended, (Ended{0, 0}));
}

TEST(Seller, TheRedisOfAKilledDaemonIsAdopted) {
  Place place;
  {
    auto killed = place.start();
    ASSERT_TRUE(place.ready(killed)) << killed.err();
    killed.signal(SIGKILL);
    ASSERT_TRUE(killed.wait_for());
  }
  auto second = place.start();
  // The dead daemon's lease runs out; until then its seller is not ours, and that is said.
  ASSERT_TRUE(place.ready(second)) << second.err();
  EXPECT_THAT(second.err(), HasSubstr("event=managed_redis_adopted"));
}

TEST(Seller, ASecondDaemonOnTheSameRedisIsRefusedByLease) {
  Place place;
  auto holder = place.start();
  ASSERT_TRUE(place.ready(holder)) << holder.err();

  // Another state directory, as on another host.
  Place other("[redis]\nmode = \"address\"\naddress = \"unix://" + place.redis_folder() + "redis.sock\"\n");
  auto refused = other.start();
  EXPECT_TRUE(refused.wait_for_err("event=ledger_not_open seller=acme")) << refused.err();
  const auto answer = other.get("/readyz");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_THAT(answer->body, HasSubstr("is held by"));
}

}  // namespace
}  // namespace forestall::test
