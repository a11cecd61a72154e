// SPDX-License-Identifier: Apache-2.0
// A collection that did not come and a hub that stands still are one incident each, not a flag for each
// parcel; and how the carrier does is on its card while it happens.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <set>

#include "tests/integration/daemon/parcels/flag_log.hpp"
#include "tests/integration/daemon/polling/observed_world.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;

// Of the carrier as a whole; null until it is on a card with so many parcels.
boost::json::value card(const ObservedWorld& world, double parcels) {
  const auto answer = world.get("/api/v1/sellers/acme/carriers");
  if (!answer || answer->status != 200) return nullptr;
  const auto body = boost::json::parse(answer->body);
  for (const auto& row : body.at("lanes").as_array())
    if (row.at("carrier") == "usps" && row.at("service") == "" &&
        row.at("parcels").to_number<double>() >= parcels)
      return row;
  return nullptr;
}

TEST(Incidents, AMissedCollectionAndASilentHubAreOneIncidentEach) {
  ObservedWorld world(
      {.sandbox = {"--seed",      "31", "--accounts", "1", "--skus",          "40",  "--rate",     "2.5",
                   "--days",      "14", "--fba",      "0", "--stock-every",   "12h", "--stuck",    "0",
                   "--lost",      "0",  "--pending",  "0", "--never-scanned", "0",   "--returned", "0",
                   "--withdrawn", "0"},
       .replace = {
           {"backfill = \"30d\"", "backfill = \"30d\"\npoll.orders = \"30m\"\ntime_zone = \"UTC\""}}});
  const auto& sandbox = world.sandbox();
  ASSERT_EQ(sandbox.control("missed-collection", "POST", R"({"day":"2026-02-11","late":"60h"})").status(),
            200);
  ASSERT_EQ(sandbox
                .control("hub-outage", "POST",
                         R"({"hub":"ATLANTA","from":"2026-02-10T12:00:00Z","until":"2026-02-13T12:00:00Z"})")
                .status(),
            200);
  world.start_daemon();
  boost::json::value row;
  ASSERT_TRUE(eventually([&] { return !(row = card(world, 100)).is_null(); })) << world.daemon().err();
  const auto share = [&](const char* what, const char* end) {
    return row.at(what).at(end).to_number<double>();
  };
  for (const auto* what : {"on_time", "first_scan", "lost"}) {
    EXPECT_LE(share(what, "low"), share(what, "share")) << what;
    EXPECT_LE(share(what, "share"), share(what, "high")) << what;
  }
  EXPECT_GT(share("on_time", "share"), 0.8);
  EXPECT_LT(share("lost", "share"), 0.05);

  ASSERT_TRUE(world.until_the_end(240s)) << world.daemon().err();
  const auto log = world.daemon().err();
  const auto incidents = incidents_of(log);
  int collections = 0, hubs = 0;
  for (const auto& i : incidents) {
    fmt::print("{} {} at {} since {}: {} of {} parcels\n", i.kind, i.place, to_string(i.at),
               to_string(i.since), i.parcels, i.of);
    EXPECT_GE(i.parcels, 3);
    if (i.kind == "collection_missed" && i.place == "amazon-us 2026-02-11") ++collections;
    if (i.kind == "hub_silent" && i.place == "ATLANTA GA") ++hubs;
  }
  EXPECT_EQ(collections, 1);
  EXPECT_EQ(hubs, 1);
  EXPECT_EQ(incidents.size(), 2U);
  EXPECT_EQ(incidents_of(log, true).size(), 2U) << "and both are over in the end";

  // Nobody is told of each of them: what the incident explains is not flagged singly.
  std::set<std::string> missed;
  for (const auto& p : sandbox.control("parcels").at("/parcels").as_array())
    if (std::string_view(p.at("label_at").as_string()).starts_with("2026-02-11"))
      missed.insert(std::string(p.at("order").as_string()));
  EXPECT_GE(missed.size(), 30U);
  std::set<std::string> singly;
  for (const auto& f : flags_of(log))
    if (f.cause == "never_scanned" && missed.contains(f.order)) singly.insert(f.order);
  fmt::print("of {} labels of that day {} were flagged singly\n", missed.size(), singly.size());
  EXPECT_LE(singly.size() * 20, missed.size());
}

}  // namespace
}  // namespace forestall::test
