// SPDX-License-Identifier: Apache-2.0
// The cancellation budget of a running daemon: counters, report, rows, the route, the command, the metrics.
#include <gmock/gmock.h>

#include "tests/integration/daemon/app/filled_daemon.hpp"

namespace forestall::test {
namespace {

using ::testing::HasSubstr;

class Budget : public FilledDaemon {
 protected:
  Budget() {
    now_ = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
    sync_.call({"DEL", "forestall:{acme}:lease"});
    records_.emplace(sync_, "acme");
    records_->set_now(now_);
  }
  // `fate`: "open", "shipped", or "cancelled" by the seller for want of stock.
  void order(int n, const std::string& listing, std::chrono::hours ago, const std::string& fate) {
    model::OrderUpsert o;
    o.from = {SourceId::literal("amazon"), model::Version(5), now_ - std::chrono::minutes(1)};
    o.account = AccountId::literal("amazon");
    o.id = OrderId::literal("200-" + std::to_string(n));
    o.placed_at = now_ - ago;
    o.placed_day = std::chrono::floor<std::chrono::days>(o.placed_at);
    auto& line = o.lines.emplace_back();
    line.id = OrderLineId::literal("1");
    line.listing = ListingId::literal(listing);
    line.ordered = Units(1);
    if (fate != "open") o.closed_at = o.placed_at + std::chrono::minutes(30);
    if (fate == "shipped") {
      o.state = model::OrderState::shipped;
      line.portions.push_back({Units(1), {}, {}, *o.closed_at});
    }
    if (fate == "cancelled") {
      o.state = model::OrderState::cancelled;
      line.cancelled = {Units(1), model::CancelledBy::seller, model::CancelReason::no_stock, *o.closed_at,
                        std::chrono::floor<std::chrono::days>(*o.closed_at)};
    }
    page_.push_back(o);
  }
  ChildProcess begin(const std::string& more = "") {
    records_->observe(page_);
    sync_.call({"DEL", "forestall:{acme}:lease"});
    daemon_.rewrite({.api_table = "token_file = \"./token\"",
                     .more = tables_of(server_) + account_table("amazon") + more});
    write("");
    return start();
  }
  bool assessed(ChildProcess& process) {
    return process.wait_for_err("event=ledger_opened") && eventually([&] {
             const auto answer = get("/api/v1/sellers/acme/budget");
             return answer && answer->status == 200;
           });
  }

  Instant now_;
  std::vector<model::Observation> page_;
};

TEST_F(Budget, IsCountedShownAndMeasured) {
  for (int i = 0; i < 60; ++i) order(i, "L-" + std::to_string(i), std::chrono::hours(30 + i % 40), "shipped");
  order(100, "L-9", std::chrono::hours(20), "cancelled");
  order(101, "L-9", std::chrono::hours(10), "cancelled");
  order(102, "L-8", std::chrono::hours(10), "cancelled");
  auto process = begin();
  ASSERT_TRUE(assessed(process)) << process.err();
  const auto answer = get("/api/v1/sellers/acme/budget");
  // 63 orders here, and three of the fixture: below 2.5 % is one.
  EXPECT_THAT(answer->body, HasSubstr(R"("name":"amazon-7d","says":"preset")"));
  EXPECT_THAT(answer->body, HasSubstr(R"("orders":66,"cancelled":3,"allowed":1,"left":-2)"));
  EXPECT_THAT(answer->body, HasSubstr(R"("breached":true)"));
  EXPECT_THAT(answer->body, HasSubstr(R"({"listing":"L-9","cancelled":2)"));
  EXPECT_EQ(get("/api/v1/sellers/nobody/budget")->status, 404);

  const auto shown = run({program("forestall"), "--config", daemon_.config, "budget"});
  EXPECT_EQ(shown.ended, (Ended{1, 0})) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("amazon\t< 2.5 % in 7d\tpreset 2026-"));
  EXPECT_THAT(shown.out, HasSubstr("\t66\t3\t1\t-2\t"));
  EXPECT_THAT(shown.out, HasSubstr("L-9 2 cancelled in a row"));
  EXPECT_THAT(shown.out, HasSubstr("times as much as by itself"));
  const auto none = run({program("forestall"), "--config", daemon_.config, "budget", "--account", "ghost"});
  EXPECT_EQ(none.ended, (Ended{4, 0}));

  const std::string labels = R"({account="amazon",limit="amazon-7d"})";
  EXPECT_EQ(daemon_.metric("forestall_budget_left_orders" + labels), -2);
  EXPECT_EQ(daemon_.metric("forestall_budget_breach_probability_ratio" + labels), 1);
  EXPECT_EQ(daemon_.metric(R"(forestall_budget_listings_in_a_row{account="amazon"})"), 1);
  EXPECT_TRUE(process.wait_for_err("event=cancellation_budget")) << process.err();
}

TEST_F(Budget, TheChannelsReportStandsAboveThePreset) {
  for (int i = 0; i < 60; ++i) order(i, "L-" + std::to_string(i), std::chrono::hours(30), "shipped");
  model::AccountHealth health;
  health.from = {SourceId::literal("amazon"), model::Version(9), now_ - std::chrono::hours(1)};
  health.account = AccountId::literal("amazon");
  const auto today = std::chrono::floor<std::chrono::days>(now_);
  health.readings.push_back(
      {model::HealthMetric::cancellation_rate, 2, 60, today - std::chrono::days(6), today, 0.01});
  page_.push_back(health);
  auto process = begin();
  ASSERT_TRUE(assessed(process)) << process.err();
  const auto answer = get("/api/v1/sellers/acme/budget");
  EXPECT_THAT(answer->body, HasSubstr(R"("name":"report-7d","says":"channel")"));
  EXPECT_THAT(answer->body, HasSubstr(R"("only_channel":2)"));
  EXPECT_THAT(answer->body, HasSubstr(R"("preset_limit":2.5E-2)"));
  EXPECT_TRUE(process.wait_for_err("event=limit_differs")) << process.err();
}

TEST_F(Budget, AFileOfLimitsThatIsWrongIsRefusedAtStart) {
  daemon_.folder.write("limits.toml", "[[limit]]\nname = \"x\"\nkind = \"amazon\"\nlimit = 25\n");
  daemon_.rewrite({.daemon_table = "cancel_limits_file = \"limits.toml\"",
                   .api_table = "token_file = \"./token\"",
                   .more = tables_of(server_) + account_table("amazon")});
  write("");
  auto process = start();
  EXPECT_EQ(process.wait_for(), (Ended{1, 0}));
  EXPECT_THAT(process.err(), HasSubstr("limits.toml:4:9: limit[#1].limit: expected a share"));
}

}  // namespace
}  // namespace forestall::test
