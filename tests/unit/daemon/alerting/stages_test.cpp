// SPDX-License-Identifier: Apache-2.0
// Each stage by itself.
#include <gmock/gmock.h>

#include "daemon/alerting/compose.hpp"
#include "daemon/alerting/dedupe.hpp"
#include "daemon/alerting/hours.hpp"
#include "daemon/alerting/inhibit.hpp"
#include "daemon/alerting/outbox.hpp"
#include "daemon/alerting/route.hpp"
#include "daemon/alerting/silence.hpp"
#include "tests/unit/daemon/alerting/alerts.hpp"

namespace forestall::alerting {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Standing standing(Alert alert, Instant begun = t0) {
  auto id = id_of(alert.identity);
  return {.id = std::move(id), .alert = std::move(alert), .begun = begun, .changed = begun};
}

TEST(BookTest, OneIdentityIsOneAlert) {
  Book book;
  book.take(Raised{shortfall("A")}, t0);
  book.take(Raised{shortfall("A")}, t0 + 1min);
  EXPECT_EQ(book.standing(), 1u);
  EXPECT_EQ(book.take_changed(true).size(), 1u);
  EXPECT_TRUE(book.take_changed(true).empty());
  auto moved = shortfall("A");
  moved.numbers = {"3 left"};
  book.take(Raised{moved}, t0 + 2min);
  EXPECT_TRUE(book.take_changed(false).empty()) << "numbers alone are not worth a write each minute";
  EXPECT_EQ(book.take_changed(true).size(), 1u);
}

TEST(BookTest, WorseIsAskedAgainMilderIsNot) {
  Book book;
  book.take(Raised{shortfall("A")}, t0);
  const auto id = id_of(shortfall("A").identity);
  EXPECT_TRUE(book.acknowledge(id, t0, "ann"));
  book.take(Raised{shortfall("A", Severity::info)}, t0 + 1min);
  EXPECT_TRUE(book.find(id)->acked);
  book.take(Raised{shortfall("A", Severity::urgent)}, t0 + 2min);
  EXPECT_FALSE(book.find(id)->acked);
  EXPECT_EQ(book.find(id)->changed, t0 + 2min);
  EXPECT_EQ(book.find(id)->begun, t0);
}

TEST(BookTest, WhatIsNotNamedAnyMoreIsOver) {
  Book book;
  book.take(AllOf{{acme, AlertKind::shortfall, {}}, {shortfall("A"), shortfall("B")}}, t0);
  book.take(Raised{at_risk("1")}, t0);
  book.take(AllOf{{acme, AlertKind::shortfall, {}}, {shortfall("B")}}, t0 + 1min);
  EXPECT_EQ(book.find(id_of(shortfall("A").identity))->resolved, t0 + 1min);
  EXPECT_TRUE(book.find(id_of(shortfall("B").identity))->stands());
  EXPECT_TRUE(book.find(id_of(at_risk("1").identity))->stands()) << "of another kind";
  // Back again: another occurrence.
  book.take(Raised{shortfall("A")}, t0 + 2min);
  EXPECT_EQ(book.find(id_of(shortfall("A").identity))->begun, t0 + 2min);
}

TEST(BookTest, IsFullAtItsLimitButNotForTheUrgent) {
  Book book(100);
  for (int i = 0; i < 200; ++i) book.take(Raised{shortfall("S" + std::to_string(i))}, t0);
  EXPECT_EQ(book.all().size(), 100u);
  EXPECT_EQ(book.refused(), 100u);
  book.take(Raised{at_risk("1", Severity::urgent)}, t0);
  EXPECT_EQ(book.all().size(), 101u);
  // What is over makes room.
  for (int i = 0; i < 50; ++i) book.take(Resolved{shortfall("S" + std::to_string(i)).identity}, t0 + 1min);
  book.take(Raised{shortfall("new")}, t0 + 2min);
  EXPECT_NE(book.find(id_of(shortfall("new").identity)), nullptr);
  EXPECT_EQ(book.refused(), 100u);
}

TEST(BookTest, FindsByTheFirstDigitsWhereTheyAreEnough) {
  Book book;
  book.take(Raised{shortfall("A")}, t0);
  const auto id = id_of(shortfall("A").identity);
  EXPECT_EQ(book.find_by_prefix(id.substr(0, 8))->id, id);
  EXPECT_EQ(book.find_by_prefix(id.substr(0, 3)), nullptr);
  EXPECT_EQ(book.find_by_prefix("zzzz"), nullptr);
}

TEST(BookTest, NamesOfOthersAreOneSafeLine) {
  Book book;
  auto hostile = shortfall("A");
  hostile.headline = "A\r\nBcc: x\x1b[2J\xff" + std::string(5000, 'x');
  book.take(Raised{hostile}, t0);
  const auto& kept = book.all().begin()->second.alert.headline;
  EXPECT_LT(kept.size(), 500u);
  EXPECT_TRUE(std::ranges::all_of(kept, [](char c) { return c >= 0x20; })) << kept;
}

TEST(CodecTest, RecordsReadBackTheSame) {
  auto s = standing(at_risk("1", Severity::urgent));
  s.alert.act_by = t0 + 1h;
  s.alert.numbers = {"a", "b"};
  s.acked = t0;
  s.acked_by = "ann";
  EXPECT_EQ(decode_standing(encode(s)).value(), s);
  const Silence silence{
      .id = "0a", .kind = AlertKind::budget, .account = shop, .since = t0, .until = t0 + 1h, .by = "x"};
  EXPECT_EQ(decode_silence("0a", encode(silence)).value(), silence);
  Told told{.at = t0, .standing = {{1, Severity::info}, {~std::uint64_t{0}, Severity::urgent}}};
  EXPECT_EQ(decode_told(encode(told)).value(), told);
  const Message message{.sink = "team", .group = "g", .done = {"a@x"}, .attempts = 3, .last_error = "no"};
  EXPECT_EQ(encode(decode_message(encode(message)).value()), encode(message));
  for (const auto& bytes : {encode(s), encode(silence), encode(told), encode(message)})
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      const auto part = std::string_view(bytes).substr(0, cut);
      EXPECT_FALSE(decode_standing(part) && decode_silence("x", part) && decode_told(part) &&
                   decode_message(part));
    }
}

TEST(RouteTest, EveryFilterHasItsReason) {
  auto s = sink("team");
  EXPECT_EQ(route(s, shortfall("A")), Route::taken);
  s.min_severity = Severity::urgent;
  EXPECT_EQ(route(s, shortfall("A")), Route::too_mild);
  s = sink("team");
  s.kinds = {AlertKind::budget};
  EXPECT_EQ(route(s, shortfall("A")), Route::other_kind);
  s = sink("team");
  s.accounts = {AccountId::literal("other")};
  EXPECT_EQ(route(s, at_risk("1")), Route::other_account);
  EXPECT_EQ(route(s, shortfall("A")), Route::taken) << "of the seller as a whole";
  s.sellers = {SellerId::literal("other")};
  EXPECT_EQ(route(s, shortfall("A")), Route::other_seller);
  s = sink("boss");
  s.escalations_only = true;
  EXPECT_EQ(route(s, shortfall("A")), Route::escalations_only);
}

TEST(RouteTest, UrgentDoesNotWaitForADigest) {
  auto s = sink("team");
  EXPECT_EQ(group_of(s, at_risk("1"), Route::taken), "order_at_risk shop");
  s.digest = 24h;
  EXPECT_EQ(group_of(s, at_risk("1"), Route::taken), "digest");
  EXPECT_EQ(group_of(s, at_risk("1", Severity::urgent), Route::taken), "order_at_risk shop");
  EXPECT_EQ(group_of(s, at_risk("1"), Route::escalated), "escalated order_at_risk shop");
}

TEST(InhibitTest, TheTable) {
  Book book;
  const auto of = [&](const Alert& alert, bool advising = true) {
    const InhibitFacts facts{.advising = {{shop, advising}}, .any_advising = advising};
    return Inhibitors(book, facts).of(standing(alert));
  };
  EXPECT_EQ(of(shortfall("A")), Inhibition::none);
  EXPECT_EQ(of(shortfall("A"), false), Inhibition::observing);
  EXPECT_EQ(of(happened("L"), false), Inhibition::observing);
  EXPECT_EQ(of(at_risk("1"), false), Inhibition::none) << "hard evidence goes out in every mode";
  book.take(Raised{{.identity = {acme, AlertKind::breaker, shop, "breaker"}, .hard = true}}, t0);
  EXPECT_EQ(of(happened("L")), Inhibition::breaker_open);
  Alert suspect{.identity = {acme, AlertKind::suspect_stock, {}, "A"}, .labels = {{"sku", "A"}}};
  book.take(Raised{suspect}, t0);
  EXPECT_EQ(of(shortfall("A")), Inhibition::suspect_stock);
  EXPECT_EQ(of(shortfall("B")), Inhibition::none);
  book.take(Raised{{.identity = {acme, AlertKind::source_stale, {}, "warehouse"}}}, t0);
  EXPECT_EQ(of(shortfall("B")), Inhibition::source_stale);
  auto late = at_risk("1");
  late.labels = {{"cause", "parcel_late"}, {"carrier", "ups"}};
  EXPECT_EQ(of(late), Inhibition::none);
  book.take(
      Raised{{.identity = {acme, AlertKind::carrier_incident, shop, "x"}, .labels = {{"carrier", "ups"}}}},
      t0);
  EXPECT_EQ(of(late), Inhibition::carrier_incident);
}

TEST(SilenceTest, WhatIsGivenMustMatchAndTimeEndsIt) {
  const auto alert = standing(at_risk("1"));
  const auto with = [&](Silence silence) {
    silence.until = t0 + 1h;
    return Silences{{"a", silence}};
  };
  EXPECT_NE(silenced_by(alert, with({.alert = alert.id}), t0), nullptr);
  EXPECT_EQ(silenced_by(alert, with({.alert = "other"}), t0), nullptr);
  EXPECT_NE(silenced_by(alert, with({.kind = AlertKind::order_at_risk}), t0), nullptr);
  EXPECT_EQ(
      silenced_by(alert, with({.kind = AlertKind::order_at_risk, .account = AccountId::literal("b")}), t0),
      nullptr);
  EXPECT_NE(silenced_by(alert, with({.account = shop}), t0), nullptr);
  EXPECT_EQ(silenced_by(alert, with({.account = shop}), t0 + 1h), nullptr);
}

TEST(HoursTest, QuietHoursBelongToTheSellersWall) {
  const auto berlin = TimeZone::find("Europe/Berlin").value();
  const config::DailySpan night{22 * 60, 7 * 60};
  const auto at = [](std::string_view text) { return parse_instant(text).value(); };
  EXPECT_EQ(quiet_until({}, berlin, t0), std::nullopt);
  EXPECT_EQ(quiet_until(night, berlin, at("2026-11-23T20:59:00Z")), std::nullopt);
  EXPECT_EQ(quiet_until(night, berlin, at("2026-11-23T21:00:00Z")), at("2026-11-24T06:00:00Z"));
  EXPECT_EQ(quiet_until(night, berlin, at("2026-11-24T05:59:00Z")), at("2026-11-24T06:00:00Z"));
  EXPECT_EQ(quiet_until(night, berlin, at("2026-11-24T06:00:00Z")), std::nullopt);
  // The night when the clocks go back is an hour longer.
  EXPECT_EQ(quiet_until(night, berlin, at("2026-10-24T20:00:00Z")), at("2026-10-25T06:00:00Z"));
  const config::DailySpan noon{12 * 60, 13 * 60};
  EXPECT_EQ(quiet_until(noon, berlin, at("2026-11-23T11:30:00Z")), at("2026-11-23T12:00:00Z"));
}

TEST(HoursTest, DigestsComeInTheMorning) {
  const auto berlin = TimeZone::find("Europe/Berlin").value();
  const auto at = [](std::string_view text) { return parse_instant(text).value(); };
  EXPECT_EQ(digest_due(24h, berlin, at("2026-11-23T10:00:00Z")), at("2026-11-24T07:00:00Z"));
  EXPECT_EQ(digest_due(24h, berlin, at("2026-11-23T06:59:00Z")), at("2026-11-23T07:00:00Z"));
  EXPECT_EQ(digest_due(24h, berlin, at("2026-11-23T07:00:00Z")), at("2026-11-24T07:00:00Z"));
  EXPECT_EQ(digest_due(1h, berlin, at("2026-11-23T10:20:00Z")), at("2026-11-23T11:00:00Z"));
  EXPECT_EQ(digest_due(std::chrono::hours(7 * 24), berlin, at("2026-11-25T10:00:00Z")),
            at("2026-11-30T07:00:00Z"));
  for (auto t = at("2026-10-24T00:00:00Z"); t < at("2026-10-27T00:00:00Z"); t += 17min)
    EXPECT_GT(digest_due(24h, berlin, t), t);
}

struct Dedupe : testing::Test {
  std::vector<Standing> kept;
  config::NotifySettings team = sink("team");
  GroupFacts group;
  Told told;
  Dedupe() { kept.reserve(10); }
  const Standing* add(Alert alert, Instant begun = t0) {
    group.standing.push_back(&kept.emplace_back(standing(std::move(alert), begun)));
    return group.standing.back();
  }
  void knows(const Standing* one, Instant at) {
    told.at = at;
    told.standing.push_back({occurrence_of(*one), one->alert.severity});
    std::ranges::sort(told.standing, {}, &Told::One::occurrence);
    group.told = &told;
  }
};

TEST_F(Dedupe, GathersThenTells) {
  add(shortfall("A"));
  EXPECT_EQ(dedupe(group, team, t0).tell, Tell::gathering);
  EXPECT_EQ(dedupe(group, team, t0).again_at, t0 + 30s);
  EXPECT_EQ(dedupe(group, team, t0 + 30s).tell, Tell::first);
}

TEST_F(Dedupe, NewsWaitsForTheIntervalTheUrgentDoesNot) {
  knows(add(shortfall("A")), t0);
  add(shortfall("B"), t0 + 1min);
  EXPECT_EQ(dedupe(group, team, t0 + 2min).tell, Tell::too_soon);
  EXPECT_EQ(dedupe(group, team, t0 + 5min).tell, Tell::news);
  add(shortfall("C", Severity::urgent), t0 + 1min);
  EXPECT_EQ(dedupe(group, team, t0 + 2min).tell, Tell::news);
}

TEST_F(Dedupe, RepeatsWhatStandsAndTellsWhatBecameWorse) {
  const auto* a = add(shortfall("A"));
  knows(a, t0);
  EXPECT_EQ(dedupe(group, team, t0 + 1h).tell, Tell::nothing_new);
  EXPECT_EQ(dedupe(group, team, t0 + 1h).again_at, t0 + 4h);
  EXPECT_EQ(dedupe(group, team, t0 + 4h).tell, Tell::still);
  kept[0].alert.severity = Severity::urgent;
  kept[0].changed = t0 + 1h;
  EXPECT_EQ(dedupe(group, team, t0 + 1h + 30s).tell, Tell::news);
  kept[0].alert.severity = Severity::info;
  EXPECT_EQ(dedupe(group, team, t0 + 1h + 30s).tell, Tell::nothing_new);
}

TEST_F(Dedupe, QuietHoursHoldAllButTheUrgent) {
  add(shortfall("A"));
  group.quiet_until = t0 + 8h;
  EXPECT_EQ(dedupe(group, team, t0 + 1h).tell, Tell::quiet_hours);
  EXPECT_EQ(dedupe(group, team, t0 + 1h).again_at, t0 + 8h);
  add(at_risk("1", Severity::urgent));
  EXPECT_EQ(dedupe(group, team, t0 + 1h).tell, Tell::first);
}

TEST_F(Dedupe, OneMessageOfAGroupAtATime) {
  add(shortfall("A"));
  group.on_its_way = true;
  EXPECT_EQ(dedupe(group, team, t0 + 1h).tell, Tell::on_its_way);
}

TEST_F(Dedupe, OnlyMachinesAreToldThatSomethingIsOver) {
  auto& over = kept.emplace_back(standing(shortfall("A")));
  over.resolved = t0 + 10min;
  knows(&over, t0);
  group.over.push_back(&over);
  EXPECT_EQ(dedupe(group, team, t0 + 1h).tell, Tell::nothing_new);
  EXPECT_EQ(dedupe(group, sink("hook", "webhook"), t0 + 10min).tell, Tell::gathering);
  EXPECT_EQ(dedupe(group, sink("hook", "webhook"), t0 + 1h).tell, Tell::over);
  team.send_resolved = true;
  EXPECT_EQ(dedupe(group, team, t0 + 1h).tell, Tell::over);
}

TEST(ComposeTest, AStormIsOneReadableMessage) {
  std::vector<Standing> all;
  all.reserve(5000);
  std::vector<const Standing*> pointers;
  for (int i = 0; i < 5000; ++i) {
    auto alert = shortfall("SKU-" + std::to_string(i), i % 100 == 7 ? Severity::urgent : Severity::warning);
    alert.act_by = t0 + Millis(i * 1000);
    pointers.push_back(&all.emplace_back(standing(std::move(alert))));
  }
  const auto notice = compose(
      {.id = "fa-1", .seller = acme, .seller_name = "Acme", .group = "shortfall", .now = t0}, pointers, {});
  EXPECT_EQ(notice.subject, "Urgent: Acme: 5,000 items run short");
  EXPECT_EQ(notice.items.size(), most_items);
  EXPECT_EQ(notice.items[0].headline, "SKU-7 runs short")
      << "urgent, and the first that cannot be helped any more";
  EXPECT_EQ(notice.more,
            "And 4,980 more: 4,980 items run short. See them all: forestall alerts --seller acme");
  EXPECT_LT(ports::plain_text(notice).size(), 4000u);
  EXPECT_THAT(notice.first, HasSubstr("Reorder"));
}

TEST(ComposeTest, OneAlertSaysItselfWhatToDo) {
  const auto one = standing(at_risk("1", Severity::urgent));
  const auto notice =
      compose({.id = "fa-1", .seller = acme, .seller_name = "Acme", .group = "order_at_risk shop", .now = t0},
              {&one}, {});
  EXPECT_EQ(notice.subject, "Urgent: Acme: Order 1 is in danger");
  EXPECT_EQ(notice.first, "Ship it.");
  EXPECT_EQ(notice.items[0].first, "") << "said above";
  EXPECT_EQ(notice.items[0].reference, one.id.substr(0, shown_id));
  EXPECT_THAT(notice.footer, HasSubstr("forestall ack " + one.id.substr(0, shown_id)));
}

TEST(OutboxTest, TriesAgainLaterAndLaterAndNeverDropsWhatIsYoung) {
  SeededRandom random(1);
  Message m{.sink = "team"};
  m.notice.made = t0;
  Millis before{0};
  for (m.attempts = 0; m.attempts < 9; ++m.attempts) {
    const auto next = after(m, {.outcome = ports::Outcome::not_reached}, t0 + 1h, random);
    EXPECT_EQ(next.next, Next::again);
    EXPECT_GE(next.wait, before / 2);
    EXPECT_LE(next.wait, 15min);
    before = next.wait;
  }
  EXPECT_GT(before, 10min);
  EXPECT_GE(after(m, {.outcome = ports::Outcome::refused}, t0 + 1h, random).wait, 45min);
  EXPECT_EQ(after(m, {.outcome = ports::Outcome::not_reached, .retry_after = 3h}, t0, random).wait, 3h);
  EXPECT_EQ(after(m, {}, t0, random).next, Next::done);
  EXPECT_EQ(after(m, {.outcome = ports::Outcome::unknown}, t0 + std::chrono::days(8), random).next,
            Next::give_up);
}

TEST(OutboxTest, TheUrgentGoesFirstThenTheOldest) {
  Outbox outbox;
  const auto put = [&](std::string id, ports::Urgency urgency, Instant made) {
    Message m{.sink = "team"};
    m.notice.id = id;
    m.notice.urgency = urgency;
    m.notice.made = made;
    outbox[id] = m;
  };
  put("c", ports::Urgency::warning, t0);
  put("b", ports::Urgency::urgent, t0 + 1h);
  put("a", ports::Urgency::warning, t0 + 1min);
  const Monotonic now{};
  EXPECT_EQ(first_of(outbox, "team", {}, now)->id(), "b");
  EXPECT_EQ(first_of(outbox, "team", {{"b", now + 1s}}, now)->id(), "c");
  EXPECT_EQ(first_of(outbox, "other", {}, now), nullptr);
}

}  // namespace
}  // namespace forestall::alerting
