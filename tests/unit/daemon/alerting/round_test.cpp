// SPDX-License-Identifier: Apache-2.0
// The whole pipeline on a clock that the test moves: what each sink is told, and when.
#include "daemon/alerting/round.hpp"

#include <gmock/gmock.h>

#include "tests/unit/daemon/alerting/alerts.hpp"

namespace forestall::alerting {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// Runs rounds as SellerAlerts does, without Redis.
struct Room {
  State state;
  config::SellerSettings seller;
  std::vector<config::NotifySettings> sinks;
  InhibitFacts inhibit{.advising = {{shop, true}}, .any_advising = true};
  Instant now = t0;
  int ids = 0;
  std::vector<std::string> told;  // "sink: subject"
  std::optional<Instant> again_at;

  Room() { seller.id = acme; }
  void raise(const Alert& alert) { state.book.take(Raised{alert}, now); }
  void resolve(const Alert& alert) { state.book.take(Resolved{alert.identity}, now); }

  void pass(bool deliver = true) {
    const RoundFacts facts{.seller = seller,
                           .sinks = sinks,
                           .inhibit = inhibit,
                           .new_id = [this] { return "fa-" + std::to_string(++ids); },
                           .now = now};
    auto round = run(state, facts);
    again_at = round.again_at;
    for (const auto& id : round.spent) state.book.resolve(id, now);
    for (auto& m : round.messages) {
      told.push_back(m.message.sink + ": " + m.message.notice.subject);
      state.told[{m.message.sink, m.message.group}] = m.told;
      const auto id = m.message.id();
      if (!deliver) state.outbox[id] = std::move(m.message);
    }
  }
  // Moves time from event to event, as the shell's timer does.
  void until(Instant end) {
    for (;;) {
      // What was told in a pass is delivered, and looked at again.
      for (auto said = told.size() + 1; said != told.size();) {
        said = told.size();
        pass();
      }
      if (!again_at || *again_at > end) break;
      ASSERT_GT(*again_at, now);
      now = *again_at;
    }
    now = end;
  }
};

TEST(RoundTest, GathersAGroupIntoOneMessageAndRepeatsUntilAcknowledged) {
  Room room;
  room.sinks = {sink("team")};
  room.raise(shortfall("A"));
  room.now += 10s;
  room.raise(shortfall("B"));
  room.until(t0 + 1min);
  EXPECT_THAT(room.told, ElementsAre("team: acme: 2 items run short"));
  room.until(t0 + 9h);
  EXPECT_EQ(room.told.size(), 3u) << "after 4 h and after 8 h again";
  for (const auto* sku : {"A", "B"})
    room.state.book.acknowledge(id_of(shortfall(sku).identity), room.now, "ann");
  room.until(t0 + 48h);
  EXPECT_EQ(room.told.size(), 3u);
}

TEST(RoundTest, AStormIsOneMessage) {
  Room room;
  room.sinks = {sink("team")};
  for (int i = 0; i < 5000; ++i) {
    room.raise(shortfall("S" + std::to_string(i)));
    if (i % 500 == 0) {
      room.now += 1s;
      room.pass();
    }
  }
  room.until(t0 + 10min);
  EXPECT_THAT(room.told, ElementsAre("team: acme: 5,000 items run short"));
}

TEST(RoundTest, WhatHappenedIsToldOnceEverywhere) {
  Room room;
  room.sinks = {sink("team"), sink("digest")};
  room.sinks[1].digest = 24h;
  room.raise(happened("L1"));
  room.until(t0 + 1h);
  EXPECT_THAT(room.told, ElementsAre("team: acme: L1 paused"));
  room.raise(happened("L2"));
  room.until(t0 + 48h);
  EXPECT_THAT(room.told, ElementsAre("team: acme: L1 paused", "team: acme: L2 paused",
                                     "digest: acme: 2 listings changed"));
  EXPECT_EQ(room.state.book.standing(), 0u);
}

TEST(RoundTest, ASinkThatIsAwayDoesNotFillTheBookWithWhatHappened) {
  Room room;
  room.sinks = {sink("team"), sink("weekly")};
  room.sinks[1].digest = std::chrono::days(7);
  for (int i = 0; i < 10'000; ++i) {
    room.raise(happened("L" + std::to_string(i)));
    if (i % 1'000 == 999) room.until(room.now + 10min);
  }
  EXPECT_EQ(room.told.size(), 10u);
  room.raise(at_risk("111-1"));
  room.raise(shortfall("A"));
  EXPECT_EQ(room.state.book.refused(), 0u);
  EXPECT_EQ(room.state.book.overtaken(), 8'000u);
  EXPECT_EQ(room.state.book.standing(), 2'002u);
  EXPECT_NE(room.state.book.find(id_of(happened("L9999").identity)), nullptr);
  room.until(t0 + std::chrono::days(8));
  EXPECT_THAT(room.told, testing::Contains(
                             "weekly: acme: 1 item runs short, 2,000 listings changed, 1 order is at risk"));
}

TEST(RoundTest, NobodyToTellLeavesNothingStanding) {
  Room room;
  room.raise(happened("L1"));
  room.pass();
  EXPECT_EQ(room.state.book.standing(), 0u);
  EXPECT_THAT(room.told, IsEmpty());
}

TEST(RoundTest, QuietHoursAreBrokenByTheUrgent) {
  Room room;
  room.seller.quiet_hours = config::DailySpan{9 * 60, 17 * 60};  // UTC: it is 10:00
  room.sinks = {sink("team")};
  room.raise(shortfall("A"));
  room.raise(at_risk("1", Severity::urgent));
  room.until(t0 + 2h);
  EXPECT_THAT(room.told, ElementsAre("team: Urgent: acme: Order 1 is in danger"));
  room.state.book.acknowledge(id_of(at_risk("1").identity), room.now, "ann");
  room.until(t0 + 8h);
  EXPECT_THAT(room.told, ElementsAre("team: Urgent: acme: Order 1 is in danger", "team: acme: A runs short"));
}

TEST(RoundTest, EscalatesWhatNobodyAcknowledges) {
  Room room;
  room.sinks = {sink("team"), sink("boss")};
  room.sinks[0].escalate_to = "boss";
  room.sinks[1].escalations_only = true;
  room.raise(at_risk("1"));
  room.raise(at_risk("2"));
  room.until(t0 + 20min);
  room.state.book.acknowledge(id_of(at_risk("2").identity), room.now, "ann");
  room.until(t0 + 1h);
  EXPECT_THAT(room.told, ElementsAre("team: acme: 2 orders are at risk",
                                     "boss: nobody answered: acme: Order 1 is in danger"));
}

TEST(RoundTest, SnoozedIsToldWhenTheSnoozeEndsIfItStillStands) {
  Room room;
  room.sinks = {sink("team")};
  room.state.silences["x"] = {.id = "x", .kind = AlertKind::shortfall, .until = t0 + 2h};
  room.raise(shortfall("A"));
  room.raise(shortfall("B"));
  room.until(t0 + 1h);
  EXPECT_THAT(room.told, IsEmpty());
  room.resolve(shortfall("B"));
  room.until(t0 + 3h);
  EXPECT_THAT(room.told, ElementsAre("team: acme: A runs short"));
}

TEST(RoundTest, NothingIsSaidWhileTheLastWordIsOnItsWayAndThenAllAtOnce) {
  Room room;
  room.sinks = {sink("team")};
  room.raise(shortfall("A"));
  room.now += 30s;
  room.pass(false);
  EXPECT_EQ(room.told.size(), 1u);
  for (int i = 0; i < 100; ++i) {
    room.now += 10min;
    room.raise(shortfall("S" + std::to_string(i)));
    room.pass(false);
  }
  EXPECT_EQ(room.told.size(), 1u) << "a sink that is down for a day does not find a hundred messages";
  room.state.outbox.clear();
  room.now += 1min;
  room.pass();
  EXPECT_EQ(room.told.back(), "team: acme: 101 items run short");
}

TEST(RoundTest, ForecastsAreNotToldWhileEverybodyObserves) {
  Room room;
  room.sinks = {sink("team")};
  room.inhibit = {};
  room.raise(shortfall("A"));
  room.raise(happened("L"));
  room.raise(at_risk("1"));
  room.until(t0 + 1h);
  EXPECT_THAT(room.told, ElementsAre("team: acme: Order 1 is in danger"));
  // Once somebody asks for advice the forecast that still stands is told; what happened then is not.
  room.inhibit = {.advising = {{shop, true}}, .any_advising = true};
  room.until(t0 + 2h);
  EXPECT_THAT(room.told, ElementsAre("team: acme: Order 1 is in danger", "team: acme: A runs short"));
}

TEST(RoundTest, MachinesHearTheEnd) {
  Room room;
  room.sinks = {sink("hook", "webhook")};
  room.raise(shortfall("A"));
  room.until(t0 + 10min);
  room.resolve(shortfall("A"));
  room.until(t0 + 1h);
  EXPECT_THAT(room.told, ElementsAre("hook: acme: A runs short", "hook: acme: Over: A runs short"));
  room.until(t0 + 48h);
  EXPECT_EQ(room.told.size(), 2u);
}

TEST(RoundTest, SaysWhyEachSinkIsOrIsNotTold) {
  Room room;
  room.sinks = {sink("team"), sink("strict")};
  room.sinks[1].min_severity = Severity::urgent;
  room.raise(shortfall("A"));
  const auto& alert = room.state.book.all().begin()->second;
  const auto why = [&] {
    return Explainer(room.state,
                     {.seller = room.seller, .sinks = room.sinks, .inhibit = room.inhibit, .now = room.now})
        .of(alert);
  };
  using Pair = std::pair<std::string, std::string>;
  EXPECT_THAT(why(), ElementsAre(Pair("team", "waiting"), Pair("strict", "too_mild")));
  room.until(t0 + 1min);
  EXPECT_THAT(why(), ElementsAre(Pair("team", "told"), Pair("strict", "too_mild")));
}

// Thousands of alerts are taken in and looked at a slice at a time, and come to what a pass in one go comes
// to. How long a slice is: bench_alert_pass.
TEST(RoundTest, AFullBookIsTakenAndLookedAtInSlices) {
  Room room;
  room.sinks = {sink("team"), sink("hook", "webhook"), sink("daily")};
  for (auto& s : room.sinks) s.group_wait = Millis(0);
  room.sinks[2].digest = 24h;
  AllOf all{.scope = {acme, AlertKind::shortfall, {}}, .alerts = {}};
  for (int i = 0; i < 8'000; ++i) all.alerts.push_back(shortfall("SKU-" + std::to_string(i)));
  Book::Taking taking(all, room.now);
  int slices = 1;
  while (taking.step(room.state.book, 250)) ++slices;
  EXPECT_GE(slices, 8'000 / 250);
  EXPECT_EQ(room.state.book.standing(), 8'000u);
  for (int i = 0; i < 1'000; ++i) room.raise(at_risk("order " + std::to_string(i)));

  const RoundFacts facts{.seller = room.seller,
                         .sinks = room.sinks,
                         .inhibit = room.inhibit,
                         .new_id = [] { return std::string("fa-1"); },
                         .now = room.now};
  Pass pass(room.state, facts);
  int steps = 1;
  while (pass.step()) {
    ++steps;
    // What others do in between disturbs nothing.
    if (steps == 10) room.raise(at_risk("another"));
    if (steps == 15) room.state.book.acknowledge(room.state.book.all().begin()->first, room.now, "ann");
  }
  EXPECT_GE(steps, 9'000 / 500);
  const auto round = pass.take();
  const auto at_once = run(room.state, facts);
  ASSERT_EQ(round.messages.size(), 4u) << "two kinds, two sinks; the digest waits";
  ASSERT_EQ(at_once.messages.size(), round.messages.size());
  for (std::size_t i = 0; i < round.messages.size(); ++i) {
    EXPECT_EQ(round.messages[i].message.group, at_once.messages[i].message.group);
    EXPECT_LE(round.messages[i].message.notice.items.size(), 25u);
  }
  EXPECT_EQ(round.again_at, at_once.again_at);

  // And all but one let go again.
  Book::Taking fewer({.scope = all.scope, .alerts = {all.alerts[7]}}, room.now);
  for (slices = 1; fewer.step(room.state.book, 250); ++slices) {
  }
  EXPECT_GE(slices, 8'000 / 250);
  EXPECT_EQ(room.state.book.standing(), 1'002u);
}

}  // namespace
}  // namespace forestall::alerting
