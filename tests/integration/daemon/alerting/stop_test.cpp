// SPDX-License-Identifier: Apache-2.0
// The part is stopped while its sinks, or Redis, do not answer.
#include <gmock/gmock.h>
#include <unistd.h>

#include "daemon/app/alerting_part.hpp"
#include "tests/integration/daemon/alerting/alert_room.hpp"

namespace forestall::alerting {
namespace {

// Many sellers under one roof. The machine's time runs five times as fast as ours.
struct Roof {
  explicit Roof(int count) {
    for (int i = 1; i < count; ++i) {
      config::SellerSettings settings;
      settings.id = SellerId::literal(fmt::format("seller-{}", i));
      auto& ledger = ledgers.emplace_back(
          *room.client, room.loop.clock, room.loop.log,
          ledger::LedgerOptions{.seller = settings.id, .owner = "test", .lease_ttl = Millis(3'600'000)});
      must(room.loop.run(ledger.open()));
      auto& seller = room.flow.add(settings);
      seller.ledger = &ledger;
      seller.open = true;
    }
    context.settings.notifies = room.sinks;
  }

  AlertRoom room;
  timing::ScaledClock machine{room.loop.clock,
                              {.machine = room.loop.clock.monotonic().time_since_epoch(),
                               .world = room.loop.clock.now(),
                               .speed = 5}};
  std::deque<ledger::Ledger> ledgers;
  logging::StreamSink sink{STDERR_FILENO, room.clock, {}};
  runtime::MemoryNotify notify;
  runtime::LoopMeter meter;
  runtime::Watchdog watchdog{machine, notify, room.loop.log, std::nullopt, 10s};
  runtime::WorkerPool workers{1};
  timing::Activity activity{room.loop.io.get_executor()};
  runtime::Lifecycle life;
  app::Context context{.version = "0",
                       .settings = {},
                       .executor = room.loop.io.get_executor(),
                       .clock = room.clock,
                       .machine_clock = machine,
                       .random = room.loop.random,
                       .machine_random = room.loop.random,
                       .sink = sink,
                       .log = room.loop.log,
                       .loop = meter,
                       .watchdog = watchdog,
                       .workers = workers,
                       .activity = activity,
                       .life = life,
                       .fatal = [](std::string_view) {}};
};

TEST(AlertingPartTest, ManySellersWithASinkThatHangsStopWithinOnePatience) {
  constexpr int sellers = 8;
  Roof roof(sellers);
  auto& room = roof.room;
  test::ScriptedServer hook(room.loop.io.get_executor(), room.loop.clock,
                            [](const auto&) { return test::fault_reply(test::Fault::hang); });
  room.webhook(hook);
  roof.context.settings.notifies = room.sinks;
  auto part = app::make_alerting(roof.context, *room.http, *room.client,
                                 std::shared_ptr<flow::Flow>(&room.flow, [](flow::Flow*) {}),
                                 [](std::string_view) { return nullptr; });
  ASSERT_TRUE(room.loop.run(part.start()));
  for (const auto& seller : room.flow.sellers()) {
    auto alert = at_risk("111-1");
    alert.identity.seller = seller.settings.id;
    roof.context.alerts.raise(alert);
  }
  room.loop.run_until([&] { return hook.request_count() == sellers; });
  const auto begun = roof.machine.monotonic();
  room.loop.run(part.stop());
  // 5 s for all, not for each.
  EXPECT_LT(roof.machine.monotonic() - begun, 30s);
}

TEST(AlertingPartTest, ARedisThatIsGoneDoesNotHoldUpTheStopOfMany) {
  constexpr int sellers = 8;
  Roof roof(sellers);
  auto& room = roof.room;
  auto part = app::make_alerting(roof.context, *room.http, *room.client,
                                 std::shared_ptr<flow::Flow>(&room.flow, [](flow::Flow*) {}),
                                 [](std::string_view) { return nullptr; });
  ASSERT_TRUE(room.loop.run(part.start()));
  room.loop.run_until([&] { return room.loop.lines.count("alerts_read") == sellers; });
  room.server.kill();
  for (const auto& seller : room.flow.sellers()) {
    auto alert = at_risk("111-1");
    alert.identity.seller = seller.settings.id;
    roof.context.alerts.raise(alert);
  }
  const auto begun = roof.machine.monotonic();
  room.loop.run(part.stop());
  EXPECT_LT(roof.machine.monotonic() - begun, 30s);
  EXPECT_GE(room.loop.lines.count("alerts_not_stored"), 1u);
}

}  // namespace
}  // namespace forestall::alerting
