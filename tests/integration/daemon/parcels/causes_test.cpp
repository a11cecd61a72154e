// SPDX-License-Identifier: Apache-2.0
// Every cause is injected into a sandbox in lock-step, and flagged with the right cause before its deadline;
// ordinary trade raises nothing that calls itself evidence, and little of what is a forecast.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "tests/integration/daemon/parcels/flag_log.hpp"
#include "tests/integration/daemon/polling/observed_world.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;

using Arguments = std::map<std::string, std::string>;

// Where nothing is said otherwise nothing goes wrong.
std::vector<std::string> trade(const Arguments& more) {
  Arguments all{{"--seed", "21"}, {"--accounts", "1"}, {"--skus", "40"},         {"--stock-every", "12h"},
                {"--stuck", "0"}, {"--lost", "0"},     {"--never-scanned", "0"}, {"--returned", "0"},
                {"--fba", "0"},   {"--pending", "0"},  {"--withdrawn", "0"}};
  for (const auto& [name, value] : more) all.insert_or_assign(name, value);
  std::vector<std::string> out;
  for (const auto& [name, value] : all) out.insert(out.end(), {name, value});
  return out;
}

// Orders every half an hour: what is looked at here takes days.
const std::map<std::string, std::string> unhurried{
    {"backfill = \"30d\"", "backfill = \"30d\"\npoll.orders = \"30m\""}};

struct Truth {
  std::string order, fate;
  Instant label_at, deliver_by;
};
std::vector<Truth> parcels_of(const RunningSandbox& sandbox) {
  std::vector<Truth> out;
  const auto answer = sandbox.control("parcels");
  for (const auto& p : answer.at("/parcels").as_array()) {
    const auto text = [&](std::string_view key) { return std::string(p.at(key).as_string()); };
    out.push_back({text("order"), text("fate"), parse_instant(text("label_at")).value(),
                   parse_instant(text("deliver_by")).value()});
  }
  return out;
}

// Six days of ordinary trade, then two in which an eighth of the parcels has a story.
TEST(Causes, ParcelsThatAreStuckLostNeverScannedReturnedOrLate) {
  ObservedWorld world({.sandbox = trade({{"--days", "15"},
                                         {"--rate", "2.5"},
                                         {"--trouble-after", "6d"},
                                         {"--stuck", "0.03"},
                                         {"--lost", "0.03"},
                                         {"--never-scanned", "0.03"},
                                         {"--returned", "0.03"},
                                         {"--detoured", "0.03"}}),
                       .replace = unhurried});
  world.start_daemon();
  ASSERT_TRUE(world.until_the_end(240s)) << world.daemon().err();
  const auto log = world.daemon().err();
  const auto flags = flags_of(log);
  const auto now = world.now();
  struct Found {
    int parcels = 0, in_time = 0, by_name = 0;
  };
  std::map<std::string, Found> found;
  std::map<std::string, int> wrong;
  int usual = 0;
  for (const Truth& p : parcels_of(world.sandbox())) {
    if (p.deliver_by > now) continue;  // its story is not over
    const auto in_time = [&](std::string_view cause) {
      const auto* f = first(flags, p.order, cause);
      return f != nullptr && f->at < f->deadline && f->at < p.deliver_by;
    };
    if (p.fate == "moving") {
      ++usual;
      std::set<std::string> causes;
      for (const auto& f : flags)
        if (f.order == p.order) {
          EXPECT_FALSE(f.hard) << f.order << " " << f.cause << ", and it moved as usual";
          causes.insert(f.cause);
        }
      for (const auto& cause : causes) ++wrong[cause];
      continue;
    }
    Found& f = found[p.fate];
    ++f.parcels;
    // Which of the two a silence is only time tells; too late for its promise is what both are by then.
    const bool silent = in_time("parcel_stuck") || in_time("parcel_lost");
    if (p.fate == "stuck" || p.fate == "lost") {
      f.by_name += silent ? 1 : 0;
      f.in_time += silent || in_time("parcel_late") ? 1 : 0;
    } else {
      const bool right = in_time(p.fate == "never_scanned" ? "never_scanned" : "parcel_late");
      f.by_name += right ? 1 : 0;
      f.in_time += right ? 1 : 0;
    }
  }
  fmt::print("{:<14} {:>8} {:>10} {:>10}\n", "fate", "parcels", "in time", "by name");
  for (const auto* fate : {"stuck", "lost", "never_scanned", "returned", "detoured"}) {
    const Found& f = found[fate];
    fmt::print("{:<14} {:>8} {:>10} {:>10}\n", fate, f.parcels, f.in_time, f.by_name);
    EXPECT_GE(f.parcels, 3) << fate << ": too few to show anything";
    EXPECT_EQ(f.in_time, f.parcels) << fate;
    EXPECT_GE(f.by_name * 10, f.parcels * 8) << fate;
  }
  fmt::print("of {} orders that went as usual:", usual);
  for (const auto& [cause, n] : wrong) {
    fmt::print(" {} {} ({:.2f} %)", n, cause, 100.0 * n / usual);
    EXPECT_LE(n, usual / 40) << cause << " of " << usual << " orders that went as usual";
  }
  fmt::print("; none of them hard\n");
}

// Everything that waits on the seller's own side: hand-overs that come too late, the channel's own clock,
// payments, buyers who ask, stock that was sold twice.
TEST(Causes, HandOversClocksPaymentsRequestsAndStock) {
  auto settings = unhurried;
  settings.begin()->second += "\nclocks.payment = \"10m\"\nclocks.auto_cancel = \"20h\"";
  ObservedWorld world({.sandbox = trade({{"--seed", "22"},
                                         {"--accounts", "2"},
                                         {"--days", "6"},
                                         {"--rate", "1.5"},
                                         {"--pick-after", "60h"},
                                         {"--cancel-requests", "0.05"},
                                         {"--pending", "0.1"},
                                         {"--lead-time", "1d"},
                                         {"--cover", "1d"},
                                         {"--seller-sync", "8h"},
                                         {"--stock-every", "1h"}}),
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
  for (const auto& [cause, n] : raised)
    fmt::print("{} {}, {} before the deadline\n", cause, n, in_time[cause]);
  for (const auto* cause :
       {"handling_late", "auto_cancel", "payment_pending", "cancel_requested", "stock_short"})
    EXPECT_GE(raised[cause], 5) << cause;
  // Once it has been learned that everything leaves after sixty hours, ship-by at 48 is seen to be missed
  // before.
  EXPECT_GE(in_time["handling_late"] * 10, raised["handling_late"] * 5);
  EXPECT_EQ(in_time["auto_cancel"], raised["auto_cancel"]);
  EXPECT_EQ(in_time["cancel_requested"], raised["cancel_requested"]);
  EXPECT_EQ(in_time["payment_pending"], raised["payment_pending"]);
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
  for (const auto& [what, causes] : ends)
    for (const auto& [cause, n] : causes) fmt::print("{} for {}: {}\n", what, cause, n);
  EXPECT_GE(ends["late"]["handling"], 50) << "all of them";
  EXPECT_EQ(ends["late"].size(), 1U);
}

}  // namespace
}  // namespace forestall::test
