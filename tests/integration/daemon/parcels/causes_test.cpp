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
  ObservedWorld world({.sandbox = calm({"--days", "13", "--rate", "5", "--stuck", "0.01", "--lost", "0.01",
                                        "--never-scanned", "0.01", "--returned", "0.01"}),
                       .replace = unhurried});
  world.start_daemon();
  ASSERT_TRUE(world.until_the_end(240s)) << world.daemon().err();
  const auto flags = flags_of(world.daemon().err());
  const auto now = world.now();
  std::map<std::string, std::pair<int, int>>
      found;  // by fate: injected, flagged in time with the right cause
  std::map<std::string, int> wrong;
  int halted = 0, silent = 0;
  for (const Truth& p : parcels_of(world.sandbox())) {
    if (p.deliver_by > now) continue;  // its story is not over
    const auto in_time = [&](std::string_view cause) {
      const auto* f = first(flags, p.order, cause);
      return f != nullptr && f->at < f->deadline && f->at < p.deliver_by;
    };
    auto& [injected, right] = found[p.fate];
    ++injected;
    if (p.fate == "never_scanned") right += in_time("never_scanned") ? 1 : 0;
    // Which of the two it is only time tells; too slow for its promise is what both are by then.
    if (p.fate == "stuck" || p.fate == "lost") {
      right += in_time("parcel_stuck") || in_time("parcel_lost") || in_time("parcel_late") ? 1 : 0;
      silent += in_time("parcel_stuck") || in_time("parcel_lost") ? 1 : 0;
      ++halted;
    }
    if (p.fate == "returned") right += first(flags, p.order, "parcel_late") != nullptr ? 1 : 0;
    if (p.fate == "moving")
      for (const auto* cause : {"never_scanned", "parcel_stuck", "parcel_lost"})
        wrong[cause] += first(flags, p.order, cause) != nullptr ? 1 : 0;
    if (p.fate == "moving")
      for (const auto& f : flags)
        if (f.order == p.order) EXPECT_FALSE(f.hard) << f.order << " " << f.cause << " moved as usual";
  }
  for (const auto* fate : {"stuck", "lost", "never_scanned", "returned"}) {
    EXPECT_GE(found[fate].first, 5) << fate << ": too few to show anything";
    EXPECT_EQ(found[fate].second, found[fate].first) << fate;
  }
  EXPECT_GE(silent * 10, halted * 6) << "called stuck or lost before the promise: " << silent << " of "
                                     << halted;
  const int moving = found["moving"].first;
  RecordProperty("moving", moving);
  for (const auto& [cause, n] : wrong) {
    RecordProperty(cause, n);
    EXPECT_LE(n, moving / 40) << cause << " of " << moving << " parcels that moved as usual";
  }
}

// Everything that waits on the seller's own side: hand-overs that come too late, the channel's own clock,
// payments, buyers who ask, stock that was sold twice.
TEST(Causes, HandOversClocksPaymentsRequestsAndStock) {
  auto settings = unhurried;
  settings.begin()->second += "\nclocks.payment = \"10m\"\nclocks.auto_cancel = \"20h\"";
  ObservedWorld world({.sandbox = {"--seed",
                                   "22",
                                   "--accounts",
                                   "2",
                                   "--skus",
                                   "40",
                                   "--days",
                                   "8",
                                   "--rate",
                                   "2",
                                   "--pick-after",
                                   "60h",
                                   "--cancel-requests",
                                   "0.05",
                                   "--pending",
                                   "0.1",
                                   "--withdrawn",
                                   "0",
                                   "--lead-time",
                                   "1d",
                                   "--cover",
                                   "1d",
                                   "--seller-sync",
                                   "8h",
                                   "--stock-every",
                                   "1h",
                                   "--stuck",
                                   "0",
                                   "--lost",
                                   "0",
                                   "--never-scanned",
                                   "0",
                                   "--returned",
                                   "0"},
                       .replace = settings});
  world.start_daemon();
  ASSERT_TRUE(world.until_the_end(240s)) << world.daemon().err();
  const auto log = world.daemon().err();
  const auto flags = flags_of(log);
  const auto now = world.now();
  std::map<std::string, int> raised, in_time;
  for (const auto& f : flags) {
    ++raised[f.cause];
    in_time[f.cause] += f.at < f.deadline ? 1 : 0;
  }
  for (const auto* cause :
       {"handling_late", "auto_cancel", "payment_pending", "cancel_requested", "stock_short"})
    EXPECT_GE(raised[cause], 5) << cause;
  // Once it has been learned that everything leaves after sixty hours, ship-by at 48 is seen to be missed
  // before.
  EXPECT_GE(in_time["handling_late"] * 10, raised["handling_late"] * 5);
  EXPECT_EQ(in_time["auto_cancel"], raised["auto_cancel"]);
  EXPECT_EQ(in_time["cancel_requested"], raised["cancel_requested"]);
  const auto answer = world.sandbox().control("requests");
  int asked = 0;
  for (const auto& r : answer.at("/requests").as_array()) {
    const auto order = std::string(r.at("order").as_string());
    const auto at = parse_instant(std::string(r.at("at").as_string())).value();
    if (at > now - 2h) continue;  // not read yet, perhaps
    ++asked;
    const auto* f = first(flags, order, "cancel_requested");
    EXPECT_TRUE(f != nullptr && f->at < at + 1h && f->next == "answer_approve") << order;
  }
  EXPECT_GE(asked, 5);

  // What was sold twice is cancelled by the seller in the end, and it is known why.
  std::map<std::string, std::map<std::string, int>> ends;
  for (const auto& [what, end] : ends_of(log)) ++ends[what.first][end.cause];
  EXPECT_GE(ends["late"]["handling"], 50) << "all of them";
  EXPECT_EQ(ends["late"].size(), 1U);
  EXPECT_GE(ends["cancelled"]["feed_lag"] + ends["cancelled"]["count_error"] + ends["cancelled"]["unknown"],
            3);
}

}  // namespace
}  // namespace forestall::test
