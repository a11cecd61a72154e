// SPDX-License-Identifier: Apache-2.0
// The outlook on stock in slices: short ones, however many sellers there are, and true at the end.
#include <gmock/gmock.h>
#include <unistd.h>

#include <deque>

#include "daemon/alerting/book.hpp"
#include "daemon/app/alert_watchers.hpp"
#include "tests/support/acting/acting_room.hpp"

namespace forestall::app {
namespace {

using namespace std::chrono_literals;
using alerting::AlertKind;

// Moves on by `step` whenever somebody looks at it, so that slices of work end where the test wants it.
class HastyClock final : public Clock {
 public:
  explicit HastyClock(Clock& clock) : clock_(clock) {}
  Instant now() const override { return clock_.now(); }
  Monotonic monotonic() const override { return clock_.monotonic() + (ahead += step); }
  TimerId wake_at(Monotonic when, std::move_only_function<void()> wake) override {
    return clock_.wake_at(when, std::move(wake));
  }
  void cancel(TimerId id) override { clock_.cancel(id); }
  std::chrono::nanoseconds step{0};
  mutable std::chrono::nanoseconds ahead{0};

 private:
  Clock& clock_;
};

class Outlook : public testing::Test {
 public:
  Outlook() {
    room.list("MUG", 5, 40);
    room.list("CUP", 5, 40);
    for (int i = 0; i < 80; ++i) room.stock("SKU-" + std::to_string(i), 5);
    room.account->orders_read_at = room.clock.now();
    room.start();
    add_alert_watchers(context, flow, [this](std::string_view) { return room.acts.get(); }, desks);
  }
  ~Outlook() override { room.stop(); }

  // A picker misses so many of it; 0: they were there after all.
  void pick_failed(const std::string& sku, std::int64_t missing) {
    model::PickFailed failed;
    failed.account = room.shop;
    failed.order = OrderId::literal("302-" + sku);
    failed.line = OrderLineId::literal("1");
    failed.from = {SourceId::literal("wms"), model::Version(++version), room.clock.now()};
    failed.sku = SkuId::literal(sku);
    failed.location = LocationId::literal("berlin");
    failed.missing = Units(missing);
    room.apply({failed});
  }
  void whole_round() {
    while (context.alerts.look_at_some_more()) {
    }
  }
  std::vector<std::string> in_doubt() {
    for (const auto& news : context.alerts.take(room.seller_id)) book.take(news, room.clock.now());
    std::vector<std::string> found;
    for (const auto& id : book.standing_of(AlertKind::suspect_stock))
      found.push_back(book.find(id)->alert.identity.about);
    return found;
  }

  test::ActingRoom room;
  HastyClock hasty{room.loop.clock};
  logging::StreamSink sink{STDERR_FILENO, room.clock, {}};
  runtime::MemoryNotify notify;
  runtime::LoopMeter meter;
  runtime::Watchdog watchdog{room.clock, notify, room.loop.log, std::nullopt, 10s};
  runtime::WorkerPool workers{1};
  timing::Activity activity{room.loop.io.get_executor()};
  runtime::Lifecycle life;
  Context context{.version = "0",
                  .settings = {},
                  .executor = room.loop.io.get_executor(),
                  .clock = room.clock,
                  .machine_clock = hasty,
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
  std::shared_ptr<flow::Flow> flow{&room.flow, [](flow::Flow*) {}};  // the room's
  std::deque<orders::OrderDesk> desks;
  alerting::Book book;
  std::uint64_t version = 1'000;
};

TEST_F(Outlook, DoesNotOverruleWhatWasHeardDuringItsRound) {
  pick_failed("CUP", 1);
  whole_round();
  ASSERT_THAT(in_doubt(), testing::ElementsAre("sku CUP"));
  room.clock.advance(61min);
  hasty.step = 1ms;  // about sixty SKUs a slice: the first one ends behind both
  ASSERT_TRUE(context.alerts.look_at_some_more());
  pick_failed("CUP", 0);
  pick_failed("MUG", 1);
  hasty.step = {};
  whole_round();
  EXPECT_THAT(in_doubt(), testing::ElementsAre("sku MUG"));
}

TEST_F(Outlook, HasOneSliceForAllSellers) {
  for (int i = 0; i < 5; ++i) {
    config::SellerSettings settings;
    settings.id = SellerId::literal("seller-" + std::to_string(i));
    auto& seller = room.flow.add(settings);
    seller.ledger = room.ledger.get();
    seller.open = seller.mapped = seller.stock_read = true;
  }
  hasty.step = 1ms;
  std::chrono::nanoseconds longest{0};
  int slices = 0;
  for (bool more = true; more && slices < 1'000; ++slices) {
    const auto begun = hasty.ahead;
    more = context.alerts.look_at_some_more();
    longest = std::max(longest, hasty.ahead - begun);
  }
  EXPECT_LT(slices, 1'000);
  EXPECT_GE(slices, 12) << "two for each seller";
  EXPECT_LE(longest, 5ms) << "each look at the clock is one";
  for (const auto& seller : room.flow.sellers())
    EXPECT_FALSE(context.alerts.take(seller.settings.id).empty()) << seller.settings.id.str();
}

}  // namespace
}  // namespace forestall::app
