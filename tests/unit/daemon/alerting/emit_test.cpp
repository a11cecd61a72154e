// SPDX-License-Identifier: Apache-2.0
// What the daemon knows, in words for a seller.
#include <gmock/gmock.h>

#include "daemon/alerting/emit/at_risk.hpp"
#include "daemon/alerting/emit/listing.hpp"
#include "daemon/alerting/emit/words.hpp"
#include "tests/unit/daemon/alerting/alerts.hpp"

namespace forestall::alerting {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const auto berlin = TimeZone::find("Europe/Berlin").value();

TEST(WordsTest, TimesAreTheSellersOwn) {
  EXPECT_EQ(say_time(t0, berlin, t0), "today 11:00");
  EXPECT_EQ(say_time(t0 + 13h, berlin, t0), "tomorrow 00:00");
  EXPECT_EQ(say_time(t0 - 24h, berlin, t0), "yesterday 11:00");
  EXPECT_EQ(say_time(t0 + 72h, berlin, t0), "Thu 26 Nov 11:00");
  EXPECT_EQ(say_time(t0 + std::chrono::days(60), berlin, t0), "Fri 22 Jan 2027 11:00");
  EXPECT_EQ(say_span(59s), "59 s");
  EXPECT_EQ(say_span(2h + 10min), "2 h 10 min");
  EXPECT_EQ(say_span(30h), "30 h");
  EXPECT_EQ(say_span(80h), "3 days");
  EXPECT_EQ(say_span(-5s), "0 s");
  EXPECT_EQ(say_share(0.999), "99 %");
  EXPECT_EQ(say_share(1.0), "100 %");
  EXPECT_EQ(say_share(0.001), "1 %");
}

orders::Flag flag(Millis left, bool hard) {
  return {.account = shop,
          .order = OrderId::literal("111-1"),
          .cause = orders::Cause::stock_short,
          .hard = hard,
          .probability = 0.85,
          .deadline = t0 + left + 2h,
          .act_by = t0 + left,
          .stake = Money(2500, Currency::literal("EUR")),
          .next = orders::NextStep::ship_from_elsewhere,
          .why = "2 wanted, 1 there"};
}

TEST(AtRiskTest, SaysWhatToDoAndUntilWhen) {
  const auto alert = alert_of(flag(3h, false), acme, berlin, t0);
  EXPECT_EQ(alert.severity, Severity::urgent);
  EXPECT_EQ(alert.headline, "Order 111-1: there is not enough stock to ship it");
  EXPECT_EQ(alert.first,
            "Ship it from another location or supplier, or split it before today 14:00 (in 3 h).");
  EXPECT_THAT(alert.numbers,
              ElementsAre("deadline today 16:00", "likely by 85 %; at stake 25.00 EUR", "2 wanted, 1 there"));
  EXPECT_FALSE(alert.hard);
  EXPECT_EQ(alert_of(flag(30h, true), acme, berlin, t0).severity, Severity::warning);
  const auto late = alert_of(flag(-1h, true), acme, berlin, t0);
  EXPECT_EQ(late.severity, Severity::warning) << "nothing is gained by waking somebody";
  EXPECT_THAT(late.first, HasSubstr("has passed"));
}

journal::Intent intent(std::int64_t before, std::int64_t target) {
  return {.command = model::SetQuantity{shop, ListingId::literal("MUG"), Units(target), {}},
          .before = {.quantity = Units(before)},
          .who = "rule",
          .reason = target == 0 ? "sold_out" : "sold_elsewhere",
          .explanation = R"({"components":[{"sku":"MUG-BLUE","available":0}],)"
                         R"("counterfactual":"resumes at 1 unit of MUG-BLUE"})"};
}

TEST(ListingTest, PausesAreToldWithTheirReasonAndHowToOverrule) {
  const auto alert = alert_of(intent(3, 0), Change::made, "17", acme).value();
  EXPECT_EQ(alert.headline, "MUG paused: nothing is left");
  EXPECT_EQ(alert.severity, Severity::warning);
  EXPECT_FALSE(alert.lasting);
  EXPECT_THAT(alert.first, HasSubstr("forestall resume MUG"));
  EXPECT_THAT(alert.numbers, ElementsAre("0 instead of 3 shown", "MUG-BLUE: 0 left to sell",
                                         "resumes at 1 unit of MUG-BLUE"));
  EXPECT_EQ(alert_of(intent(3, 0), Change::only_wished, "1-1", acme)->headline,
            "MUG would have been paused: nothing is left");
  EXPECT_EQ(alert_of(intent(5, 2), Change::made, "1", acme)->severity, Severity::info);
  EXPECT_THAT(alert_of(intent(0, 2), Change::made, "1", acme)->headline, HasSubstr("resumed"));
  EXPECT_FALSE(alert_of(intent(2, 5), Change::made, "1", acme)) << "more of it: nobody needs to know";
  auto persons = intent(3, 0);
  persons.origin = journal::Origin::person;
  EXPECT_FALSE(alert_of(persons, Change::made, "1", acme));
  auto step = intent(3, 0);
  step.reason = "through_zero";
  EXPECT_FALSE(alert_of(step, Change::made, "1", acme)) << "it shows its new number a moment later";
  EXPECT_FALSE(alert_of(step, Change::only_wished, "1", acme));
  auto broken = intent(3, 0);
  broken.explanation = "{\"components\":7}";
  EXPECT_EQ(alert_of(broken, Change::made, "1", acme)->numbers.size(), 1u);
}

TEST(ListingTest, UnitsThatMoveToAnotherListingAreNoPause) {
  auto emptied = intent(3, 0);
  emptied.reason = "scarce";
  const std::vector<std::string> one = {"shop MUG"};
  const auto alert = alert_of(emptied, Change::made, "17", acme, one).value();
  EXPECT_EQ(alert.headline, "MUG emptied: its last units are listed on shop MUG instead");
  EXPECT_EQ(alert.severity, Severity::info);
  EXPECT_THAT(alert.first, testing::Not(HasSubstr("resumes when there is stock")));
  EXPECT_THAT(alert.first, testing::StartsWith("Nothing to do: the units are on sale"));
  const std::vector<std::string> four = {"a M", "b M", "c M", "d M"};
  EXPECT_EQ(alert_of(emptied, Change::only_wished, "1-1", acme, four)->headline,
            "MUG would have been emptied: its last units are listed on a M, b M, c M and 1 more instead");
  EXPECT_EQ(alert_of(emptied, Change::made, "17", acme)->headline,
            "MUG emptied: its last units are listed elsewhere instead");
  auto lowered = intent(3, 1);
  lowered.reason = "scarce";
  EXPECT_EQ(alert_of(lowered, Change::made, "17", acme, one)->headline,
            "MUG lowered: its last units are listed on shop MUG instead");
}

}  // namespace
}  // namespace forestall::alerting
