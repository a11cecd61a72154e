// SPDX-License-Identifier: Apache-2.0
// The daemon, its Redis, and both, killed at random moments while shoppers buy: the books stay right, every
// intent is settled, nothing stays paused without an owner.
#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>

#include <boost/json/serialize.hpp>
#include <thread>

#include "config/base/random.hpp"
#include "config/base/text.hpp"
#include "daemon/journal/codec.hpp"
#include "tests/integration/daemon/polling/observed_world.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

// `nightly` where FORESTALL_LONG is set, as tests/run --nightly does.
std::uint64_t kills_of(const char* name, std::uint64_t usual, std::uint64_t nightly) {
  const auto otherwise = std::getenv("FORESTALL_LONG") != nullptr ? nightly : usual;
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : parse_integer<std::uint64_t>(text).value_or(otherwise);
}

class Kills : public ::testing::Test {
 protected:
  Kills()
      : world_({.sandbox = {"--seed", "5", "--skus", "60", "--rate", "6", "--days", "60", "--accounts", "2",
                            "--speed", "300", "--fba", "0", "--lead-time", "1d", "--cover", "3d"},
                .replace = {{"mode = \"observe\"", "mode = \"guard\""}}}) {
    world_.start_daemon();
    EXPECT_TRUE(eventually([&] { return !records().empty(); }, 60s))
        << "nothing was ever wished: the test shows nothing" << world_.daemon().err();
  }

  std::map<std::string, journal::Record> records() {
    std::map<std::string, journal::Record> all;
    const auto reply = world_.redis().call({"HGETALL", "forestall:{acme}:intent"});
    for (std::size_t i = 0; reply && i + 1 < reply->items().size(); i += 2) {
      const auto& field = *reply->items()[i].text();
      auto stored = journal::decode_record(field, *reply->items()[i + 1].text());
      EXPECT_TRUE(stored) << to_string(stored.error());
      if (stored) all.emplace(field, std::move(stored->record));
    }
    return all;
  }

  // Every intent that is open now is closed, or another follows it, within the time.
  void expect_settled() {
    const auto before = records();
    std::string left;
    EXPECT_TRUE(eventually(
        [&] {
          left.clear();
          for (const auto& [field, record] : records())
            if (is_open(record.state) && before.contains(field) && before.at(field).epoch == record.epoch)
              left += field + " " + std::string(word(record.state)) + "; ";
          return left.empty();
        },
        120s))
        << "never settled: " << left;
    // A zero of ours ends when there is stock again: what the sandbox calls orphaned changes hands.
    std::set<std::string> orphans;
    bool first = true;
    EXPECT_TRUE(eventually(
        [&] {
          std::set<std::string> now;
          for (const auto& one : world_.sandbox().control("truth").at("/orphaned").as_array())
            now.insert(boost::json::serialize(one));
          if (first) orphans = now;
          first = false;
          std::erase_if(orphans, [&](const auto& one) { return !now.contains(one); });
          return orphans.empty();
        },
        120s))
        << orphans.size() << " pauses nobody ends, such as " << *orphans.begin();
    world_.kill_daemon();
    EXPECT_THAT(world_.differences(), IsEmpty());
  }
  void live_a_moment() { std::this_thread::sleep_for(std::chrono::milliseconds(200 + random_.below(2500))); }

  ObservedWorld world_;
  SeededRandom random_{17};
};

TEST_F(Kills, OfTheDaemon) {
  const auto kills = kills_of("FORESTALL_DAEMON_KILLS", 4, 200);
  for (std::uint64_t i = 0; i < kills; ++i) {
    live_a_moment();
    world_.kill_daemon();
    world_.start_daemon();
  }
  expect_settled();
}

TEST_F(Kills, OfRedis) {
  const auto kills = kills_of("FORESTALL_REDIS_KILLS", 2, 30);
  for (std::uint64_t i = 0; i < kills; ++i) {
    live_a_moment();
    world_.restart_redis();
  }
  expect_settled();
}

TEST_F(Kills, OfBoth) {
  const auto kills = kills_of("FORESTALL_BOTH_KILLS", 1, 10);
  for (std::uint64_t i = 0; i < kills; ++i) {
    live_a_moment();
    world_.daemon().signal(SIGKILL);
    world_.restart_redis();
    world_.kill_daemon();
    world_.start_daemon();
  }
  expect_settled();
}

}  // namespace
}  // namespace forestall::test
