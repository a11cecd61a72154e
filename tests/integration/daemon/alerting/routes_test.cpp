// SPDX-License-Identifier: Apache-2.0
// Alerts over the API, where there are many.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

#include "daemon/app/alerting_routes.hpp"
#include "tests/integration/daemon/alerting/alert_room.hpp"

namespace forestall::alerting {
namespace {

namespace json = boost::json;

TEST(AlertRoutesTest, TenThousandAlertsAreListedALittleInEachTurn) {
  AlertRoom room;
  config::NotifySettings sink;
  sink.id = "team";
  sink.kind = "smtp";  // without a url: nothing is sent
  sink.group_wait = Millis(0);
  room.sinks.push_back(sink);
  room.start();
  std::vector<Alert> many;
  for (int i = 0; i < 9'999; ++i)
    many.push_back({.identity = {acme, AlertKind::shortfall, {}, fmt::format("SKU-{:04}", i)},
                    .headline = "runs short",
                    .first = "Reorder.",
                    .numbers = {"12 left to sell, about 3.4 a day are sold"},
                    .labels = {{"sku", fmt::format("SKU-{:04}", i)}}});
  room.inbox.all({acme, AlertKind::shortfall, {}}, std::move(many));
  auto urgent = at_risk("111-1");
  urgent.severity = Severity::urgent;
  room.inbox.raise(urgent);
  room.loop.run_until([&] {
    return room.alerts->state().book.standing() == 10'000 && room.alerts->state().told.size() == 2;
  });

  std::vector<web::Route> routes;
  app::add_alerting_routes(routes, [&](std::string_view) { return room.alerts.get(); });
  const auto list = std::ranges::find(routes, "/api/v1/sellers/{seller}/alerts", &web::Route::pattern);
  ASSERT_NE(list, routes.end());
  web::Request request;
  request.path_parameters["seller"] = "acme";
  const auto asked = room.facts_asked;
  const auto response = room.loop.run(list->handler(request));
  // Once a turn (and by passes in between), not once a row.
  EXPECT_LE(room.facts_asked - asked, 40);
  EXPECT_GE(room.facts_asked - asked, 20);
  const auto body = json::parse(response.body);
  EXPECT_EQ(body.at("matching").as_int64(), 10'000);
  ASSERT_EQ(body.at("shown").as_int64(), 1'000);
  const auto& rows = body.at("alerts").as_array();
  EXPECT_EQ(rows.size(), 1'000u);
  EXPECT_EQ(rows[0].at("about").as_string(), "111-1");
  EXPECT_EQ(rows[0].at("sinks").at("team").as_string(), "told");
}

}  // namespace
}  // namespace forestall::alerting
