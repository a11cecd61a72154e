// SPDX-License-Identifier: Apache-2.0
// Every cause is injected into a sandbox in lock-step, and flagged with the right cause before its deadline;
// a day of ordinary trade raises nothing that calls itself evidence.
#include <gmock/gmock.h>

#include <map>

#include "tests/integration/daemon/parcels/flag_log.hpp"
#include "tests/integration/daemon/polling/observed_world.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;

// Where nothing is said otherwise nothing goes wrong.
std::vector<std::string> calm(std::vector<std::string> more) {
  std::vector<std::string> all{"--seed",     "21", "--accounts", "1", "--skus",          "40",
                               "--stuck",    "0",  "--lost",     "0", "--never-scanned", "0",
                               "--returned", "0",  "--pending",  "0", "--withdrawn",     "0"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

struct Truth {
  std::string order, tracking, fate;
  Instant label_at, deliver_by;
};
std::vector<Truth> parcels_of(const RunningSandbox& sandbox) {
  std::vector<Truth> out;
  const auto answer = sandbox.control("parcels");
  for (const auto& p : answer.at("/parcels").as_array()) {
    const auto text = [&](std::string_view key) { return std::string(p.at(key).as_string()); };
    out.push_back({text("order"), text("tracking"), text("fate"), parse_instant(text("label_at")).value(),
                   parse_instant(text("deliver_by")).value()});
  }
  return out;
}

// Orders every quarter of an hour: what is looked at here takes days.
const std::map<std::string, std::string> unhurried{
    {"backfill = \"30d\"", "backfill = \"30d\"\npoll.orders = \"15m\""}};

TEST(Causes, ParcelsThatAreStuckLostNeverScannedOrReturned) {
  ObservedWorld world({.sandbox = calm({"--days", "16", "--rate", "5", "--stuck", "0.01", "--lost", "0.01",
                                        "--never-scanned", "0.01", "--returned", "0.01"}),
                       .replace = unhurried});
  world.start_daemon();
  ASSERT_TRUE(world.until_the_end(240s)) << world.daemon().err();
  const auto flags = flags_of(world.daemon().err());
  const auto now = world.now();
  std::map<std::string, std::pair<int, int>>
      found;  // by fate: injected, flagged in time with the right cause
  std::map<std::string, int> wrong;
  for (const Truth& p : parcels_of(world.sandbox())) {
    if (p.deliver_by > now) continue;  // its story is not over
    const auto in_time = [&](std::string_view cause) {
      const auto* f = first(flags, p.order, cause);
      return f != nullptr && f->at < f->deadline && f->at < p.deliver_by;
    };
    auto& [injected, right] = found[p.fate];
    ++injected;
    if (p.fate == "never_scanned") right += in_time("never_scanned") ? 1 : 0;
    if (p.fate == "stuck") right += in_time("parcel_stuck") || in_time("parcel_lost") ? 1 : 0;
    if (p.fate == "lost") right += in_time("parcel_lost") ? 1 : 0;
    if (p.fate == "returned") right += first(flags, p.order, "parcel_late") != nullptr ? 1 : 0;
    if (p.fate == "moving")
      for (const auto* cause : {"never_scanned", "parcel_stuck", "parcel_lost"})
        wrong[cause] += first(flags, p.order, cause) != nullptr ? 1 : 0;
  }
  for (const auto* fate : {"stuck", "lost", "never_scanned", "returned"}) {
    EXPECT_GE(found[fate].first, 5) << fate << ": too few to show anything";
    EXPECT_EQ(found[fate].second, found[fate].first) << fate;
  }
  const int moving = found["moving"].first;
  RecordProperty("moving", moving);
  for (const auto& [cause, n] : wrong) {
    RecordProperty(cause, n);
    EXPECT_LE(n, moving / 50) << cause << " of " << moving << " parcels that moved as usual";
  }
}

}  // namespace
}  // namespace forestall::test
