// SPDX-License-Identifier: Apache-2.0
// Orders at risk of a running daemon: the route, the command, the metric.
#include <gmock/gmock.h>

#include "tests/integration/daemon/app/filled_daemon.hpp"

namespace forestall::test {
namespace {

using ::testing::HasSubstr;

class OrdersAtRisk : public FilledDaemon {
 protected:
  OrdersAtRisk() {
    const auto now = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
    // The daemon that ran a moment ago has given the records back.
    sync_.call({"DEL", "forestall:{acme}:lease"});
    records_.emplace(sync_, "acme");
    records_->set_now(now);
    model::OrderUpsert late;
    late.from = {SourceId::literal("amazon"), model::Version(2), now - std::chrono::minutes(10)};
    late.account = AccountId::literal("amazon");
    late.id = OrderId::literal("114-late");
    late.placed_at = now - std::chrono::hours(80);
    late.placed_day = std::chrono::floor<std::chrono::days>(late.placed_at);
    late.ship_by = now - std::chrono::hours(2);
    auto& line = late.lines.emplace_back();
    line.id = OrderLineId::literal("1");
    line.listing = ListingId::literal("L-1");
    line.ordered = Units(1);
    line.unit_price = Money(2'500, Currency::literal("EUR"));
    const std::vector<model::Observation> page{late};
    records_->observe(page);
    sync_.call({"DEL", "forestall:{acme}:lease"});
    daemon_.rewrite(
        {.api_table = "token_file = \"./token\"", .more = tables_of(server_) + account_table("amazon")});
    write("");
  }
};

TEST_F(OrdersAtRisk, AreListedRankedAndCounted) {
  auto process = start();
  ASSERT_TRUE(process.wait_for_err("event=ledger_opened")) << process.err();
  ASSERT_TRUE(eventually([&] { return daemon_.metric("forestall_ledger_open{seller=\"acme\"}") == 1; }));
  // What was learned and kept is read first.
  auto answer = get("/api/v1/sellers/acme/orders/at-risk");
  ASSERT_TRUE(eventually([&] {
    answer = get("/api/v1/sellers/acme/orders/at-risk");
    return answer->status == 200;
  })) << answer->body;
  EXPECT_THAT(answer->body, HasSubstr(R"("order":"114-late","cause":"handling_late","hard":true)"));
  EXPECT_THAT(answer->body, HasSubstr(R"("next":"ship_today")"));
  EXPECT_THAT(answer->body, HasSubstr(R"("flags":1,)"));
  EXPECT_EQ(get("/api/v1/sellers/nobody/orders/at-risk")->status, 404);
  EXPECT_EQ(get("/api/v1/sellers/acme/orders/at-risk?limit=0")->status, 400);
  EXPECT_EQ(get("/api/v1/sellers/acme/orders/at-risk?max_age=-1")->status, 400);
  EXPECT_THAT(get("/api/v1/sellers/acme/orders/at-risk?max_age=3600&limit=1")->body, HasSubstr("114-late"));

  const auto listed = run({program("forestall"), "--config", daemon_.config, "orders", "acme", "--at-risk"});
  EXPECT_EQ(listed.ended, (Ended{1, 0})) << listed.err;
  EXPECT_THAT(listed.out, HasSubstr("114-late  handling_late: ship-by has passed and it is not handed over"));
  const auto vague = run({program("forestall"), "--config", daemon_.config, "orders", "acme"});
  EXPECT_EQ(vague.ended, (Ended{2, 0}));
  EXPECT_TRUE(eventually([&] {
    return daemon_.metric("forestall_orders_at_risk{seller=\"acme\",cause=\"handling_late\"}") == 1 ||
           daemon_.metric("forestall_orders_at_risk{cause=\"handling_late\",seller=\"acme\"}") == 1;
  }));
}

}  // namespace
}  // namespace forestall::test
