// SPDX-License-Identifier: Apache-2.0
// Every kind of alert is raised by the live watchers from the state that it is about, and not from calm: a
// real ledger and journal on a real Redis, the world's time in the test's hand.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <deque>

#include "config/settings/load.hpp"
#include "daemon/alerting/book.hpp"
#include "daemon/app/alert_watchers.hpp"
#include "daemon/app/budget_views.hpp"
#include "daemon/app/journal_feed.hpp"
#include "tests/support/acting/acting_room.hpp"

namespace forestall::app {
namespace {

using namespace std::chrono_literals;
using alerting::AlertKind;
using alerting::Severity;
using alerting::Standing;
using std::chrono::days;
using testing::HasSubstr;

const auto eur = Currency::literal("EUR");

// A seller of two mugs a day who has enough for three months, with every eye of the daemon on it.
class Watch : public testing::Test {
 public:
  Watch() {
    room.seller->settings.time_zone = TimeZone::find("Europe/Berlin").value();
    room.account->settings.kind = "amazon";
    room.account->settings.currency = eur;
    room.account->settings.time_zone = room.seller->settings.time_zone;
    room.clock.advance(days(60));
    desks.emplace_back(*room.seller, room.clock, room.loop.log);
    add_alert_watchers(context, flow, [this](std::string_view) { return room.acts.get(); }, desks);
    room.flow.listen([this](const flow::Fresh& fresh) {
      desks[0].heard(fresh);
      budget.heard(fresh);
    });
    desks[0].settle_places();
    room.list("MUG", 30, 150);
    for (int day = 28; day > 0; --day)
      for (int i = 0; i < 2; ++i) room.apply({order("MUG", now() - days(day) + i * 6h).shipped()});
    room.seller->sources = {{.id = SourceId::literal("wms")}};
    room.account->orders_read_at = now();
    room.start();
    must(room.loop.run(desks[0].load()));
  }
  ~Watch() override { room.stop(); }

  template <class T>
  static T must(Result<T> result) {
    if (!result) throw std::runtime_error(to_string(result.error()));
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }
  Instant now() const { return room.clock.now(); }

  struct Order : model::OrderUpsert {
    Order& shipped() {
      closed_at = placed_at + 30min;
      state = model::OrderState::shipped;
      for (auto& line : lines) line.portions.push_back({line.ordered, {}, {}, *closed_at});
      return *this;
    }
    Order& cancelled() {
      closed_at = placed_at + 30min;
      state = model::OrderState::cancelled;
      for (auto& line : lines)
        line.cancelled = {line.ordered, model::CancelledBy::seller, model::CancelReason::no_stock, *closed_at,
                          std::chrono::floor<days>(*closed_at)};
      return *this;
    }
  };
  Order order(const std::string& listing, Instant placed, std::int64_t units = 1) {
    Order o;
    o.from = {SourceId::literal(room.shop.str()), model::Version(++version_), placed};
    o.account = room.shop;
    o.id = OrderId::literal(fmt::format("302-{}", ++orders_));
    o.placed_at = placed;
    o.placed_day = std::chrono::floor<days>(placed);
    o.ship_by = placed + days(2);
    o.deliver_by = placed + days(6);
    auto& line = o.lines.emplace_back();
    line.id = OrderLineId::literal("1");
    line.listing = ListingId::literal(listing);
    line.ordered = Units(units);
    line.unit_price = Money(12'50, eur);
    return o;
  }
  // The channel says that it was handed over, then the carrier what it has scanned.
  void parcel(const Order& of, Instant handed_over, std::optional<Instant> last_scan, const char* hub = "") {
    model::ShipmentUpdate p;
    p.account = of.account;
    p.order = of.id;
    p.carrier = CarrierId::literal("ups");
    p.tracking = TrackingId::literal("1Z" + of.id.str());
    p.from = {SourceId::literal(room.shop.str()), model::Version(++version_), handed_over};
    p.handed_over_at = handed_over;
    auto seen = p;
    seen.from = {SourceId::literal("easypost"), model::Version(++version_), last_scan.value_or(handed_over)};
    seen.handed_over_at.reset();
    seen.state = last_scan ? model::ShipmentState::in_transit : model::ShipmentState::label_made;
    if (last_scan) {
      seen.first_scan_at = handed_over + 4h;
      seen.last_scan_at = last_scan;
      if (*hub != '\0') seen.hub = HubId::literal(hub);
    }
    room.apply({of, p});
    room.apply({seen});
  }

  // Looks as the daemon does, and takes what was said.
  void look() {
    static_cast<void>(room.loop.run(desks[0].look()));
    must(room.loop.run(budget.refresh()));
    context.alerts.look();
    while (context.alerts.look_at_some_more()) {
    }
    context.alerts.all({room.seller_id, AlertKind::budget, {}}, budget_alerts(budget));
    auto fed = must(room.loop.run(read_journal(*room.acts, std::exchange(place_, {}))));
    place_ = fed.place;
    for (const auto& news : context.alerts.take(room.seller_id)) book.take(news, now());
    for (const auto& news : fed.news) book.take(news, now());
  }
  // The channel shows so many mugs, and we have read that it does.
  bool shows(std::int64_t least, std::int64_t most) {
    return room.until(
        [&] {
          const auto shown = room.channel.shown("MUG");
          return shown >= least && shown <= most && room.state("MUG") == "confirmed";
        },
        6h);
  }
  // The outlook on all of the stock goes round once an hour; orders are read all the while.
  void an_hour_later() {
    room.clock.advance(61min);
    room.account->orders_read_at = now();
  }
  std::vector<const Standing*> standing(AlertKind kind) const {
    std::vector<const Standing*> found;
    for (const auto& [id, one] : book.all())
      if (one.stands() && one.alert.identity.kind == kind) found.push_back(&one);
    return found;
  }
  std::string everything() const {
    std::string text;
    for (const auto& [id, one] : book.all())
      if (one.stands())
        text += fmt::format("{} {}: {} / {} / {}\n", alerting::word(one.alert.identity.kind),
                            one.alert.identity.about, one.alert.headline, one.alert.first,
                            fmt::join(one.alert.numbers, " / "));
    return text;
  }

  test::ActingRoom room;
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
                  .machine_clock = room.loop.clock,
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
  config::CancelLimits limits = config::shipped_cancel_limits();
  budget::SellerBudget budget{*room.seller, limits, room.clock, room.loop.log};
  alerting::Book book;

 private:
  std::string place_;
  std::uint64_t version_ = 100'000;
  int orders_ = 0;
};

TEST_F(Watch, CalmRaisesNothing) {
  look();
  room.pass(5min);
  room.account->orders_read_at = now();
  look();
  EXPECT_EQ(everything(), "");
  EXPECT_EQ(book.standing(), 0u);
}

// A state of the world, the alert that is about it, and how it ends.
struct Case {
  const char* name;
  AlertKind kind;
  Severity severity;
  std::vector<const char*> says;  // parts of headline, first step and numbers
  void (*begin)(Watch&);
  void (*end)(Watch&) = nullptr;  // null: what happened, or what only a person or much time can end
  std::size_t how_many = 1;
};

std::vector<Case> cases() {
  return {
      {"RunsOut",
       AlertKind::shortfall,
       Severity::warning,
       {"MUG runs out", "Reorder ", "25 left to sell, about ", "delivery takes 14 days"},
       [](Watch& w) { w.room.stock("MUG", 25); },
       [](Watch& w) { w.room.stock("MUG", 150); }},
      {"TooMuch",
       AlertKind::excess_stock,
       Severity::info,
       {"more units than will sell within", "MUG: "},
       [](Watch& w) { w.room.stock("MUG", 5'000); },
       [](Watch& w) { w.room.stock("MUG", 150); }},
      {"Paused",
       AlertKind::listing_changed,
       Severity::warning,
       {"MUG paused: ", "forestall resume MUG", "0 instead of 100 shown"},
       [](Watch& w) {
         w.room.watermark();
         w.room.stock("MUG", 0);
         EXPECT_TRUE(w.shows(0, 0));
       }},
      {"Lowered",
       AlertKind::listing_changed,
       Severity::info,
       {"MUG lowered: ", "instead of 100 shown"},
       [](Watch& w) {
         w.room.watermark();
         w.room.stock("MUG", 6);
         EXPECT_TRUE(w.shows(1, 6));
       }},
      {"Resumed",
       AlertKind::listing_changed,
       Severity::info,
       {"MUG resumed: ", "instead of 0 shown"},
       [](Watch& w) {
         w.room.watermark();
         w.room.stock("MUG", 0);
         EXPECT_TRUE(w.shows(0, 0));
         w.look();  // told of the pause
         w.book = alerting::Book();
         w.room.pass(20min);
         w.room.stock("MUG", 150);
         w.room.watermark();
         EXPECT_TRUE(w.shows(1, 150));
       }},
      {"WouldHavePaused",
       AlertKind::listing_changed,
       Severity::warning,
       {"MUG would have been paused", "forestall mode guard --account shop"},
       [](Watch& w) {
         w.room.account->settings.mode = config::Mode::advise;
         w.room.watermark();
         w.room.stock("MUG", 0);
         w.room.pass(2min);
       }},
      {"NotEnoughForAnOrder",
       AlertKind::order_at_risk,
       Severity::warning,
       {"not enough stock", "Ship it from another location or supplier", " before ",
        "certain; at stake 37.50 EUR"},
       [](Watch& w) {
         w.room.stock("MUG", 1);
         w.room.apply({w.order("MUG", w.now() - 1h, 3)});
       },
       [](Watch& w) { w.room.stock("MUG", 150); }},
      {"ABuyerAsksToCancel",
       AlertKind::order_at_risk,
       Severity::warning,
       {"the buyer asked to cancel", "Approve the buyer's request before ", "deadline "},
       [](Watch& w) {
         const auto order = w.order("MUG", w.now() - 2h);
         model::CancelRequest request;
         request.from = {order.from.source, model::Version(7), w.now()};
         request.account = order.account;
         request.order = order.id;
         request.requested_at = w.now() - 10min;
         w.room.apply({order, request});
       }},
      {"NotHandedOver",
       AlertKind::order_at_risk,
       Severity::warning,
       {"it will not be handed over in time", "deadline yesterday"},
       [](Watch& w) { w.room.apply({w.order("MUG", w.now() - days(3))}); }},
      {"NeverScanned",
       AlertKind::order_at_risk,
       Severity::warning,
       {"the carrier never scanned it", "Find the parcel and hand it to the carrier again"},
       [](Watch& w) {
         const auto sent = w.order("MUG", w.now() - days(5)).shipped();
         w.parcel(sent, w.now() - days(4), {});
       }},
      {"Stuck",
       AlertKind::order_at_risk,
       Severity::warning,
       {"its parcel ", "deadline "},
       [](Watch& w) {
         const auto sent = w.order("MUG", w.now() - days(9)).shipped();
         w.parcel(sent, w.now() - days(8), w.now() - days(6), "MEMPHIS TN");
       }},
      {"CollectionMissed",
       AlertKind::carrier_incident,
       Severity::urgent,
       {"8 of 8 parcels of shop ", "were never scanned by ups: the collection seems missed",
        "hand them over today", "8 orders: 302-"},
       [](Watch& w) {
         for (int i = 0; i < 8; ++i) {
           const auto sent = w.order("MUG", w.now() - 50h).shipped();
           w.parcel(sent, w.now() - 45h, {});
         }
       }},
      {"HubStandsStill",
       AlertKind::carrier_incident,
       Severity::warning,
       {"ups: 6 of 6 parcels do not move on from MEMPHIS TN", "Ask ups what stands still"},
       [](Watch& w) {
         for (int i = 0; i < 6; ++i) {
           const auto sent = w.order("MUG", w.now() - days(9)).shipped();
           // Of different days, so that no collection is suspected.
           w.parcel(sent, w.now() - days(7) - i * days(1), w.now() - days(5), "MEMPHIS TN");
         }
       }},
      {"BudgetIsBreached",
       AlertKind::budget,
       Severity::urgent,
       {"shop: 3 of ", "more than allowed", "Cancel nothing that can still be shipped",
        "no longer count from"},
       [](Watch& w) {
         w.room.account->settings.cancel_limit.share = 0.025;
         // Of three listings: several in a row of one would be another alert.
         for (const char* name : {"CUP", "JUG", "POT"}) {
           w.room.list(name, 5, 40);
           w.room.apply({w.order(name, w.now() - 20h).cancelled()});
         }
       }},
      {"BreakerTrips",
       AlertKind::breaker,
       Severity::urgent,
       {"The safety switch of shop is open", "forestall breaker shop --reset", "listings in 1h"},
       [](Watch& w) {
         w.room.account->settings.breaker.listings = 1;
         for (const char* name : {"CUP", "JUG", "POT"}) w.room.list(name, 5, 40);
         w.room.watermark();
         for (const char* name : {"CUP", "JUG", "POT"}) w.room.stock(name, 0);
         EXPECT_TRUE(w.room.until([&] { return !w.room.acts->floor().desks[0].tripped.empty(); }));
       },
       [](Watch& w) {
         w.room.account->settings.breaker.listings = 1000;
         Watch::must(w.room.loop.run(w.room.acts->reset_breaker(w.room.acts->floor().desks[0], "ann")));
       }},
      {"ARecordInDoubt",
       AlertKind::suspect_stock,
       Severity::warning,
       {"The stock record of MUG is in doubt", "Count MUG on the shelf"},
       [](Watch& w) {
         model::PickFailed failed;
         const auto order = w.order("MUG", w.now() - 1h);
         failed.account = order.account;
         failed.order = order.id;
         failed.line = order.lines[0].id;
         failed.from = {SourceId::literal("wms"), model::Version(900), w.now()};
         failed.sku = SkuId::literal("MUG");
         failed.location = LocationId::literal("berlin");
         failed.missing = Units(1);
         w.room.apply({order, failed});
       }},
      {"ASourceIsNotBelieved",
       AlertKind::suspect_stock,
       Severity::urgent,
       {"The stock that wms reports is not believed", "forestall accept wms", "half of it is gone"},
       [](Watch& w) { w.room.seller->sources[0] = {SourceId::literal("wms"), "half of it is gone", true}; },
       [](Watch& w) { w.room.seller->sources[0] = {SourceId::literal("wms"), "", false}; }},
      {"ASourceIsSilent",
       AlertKind::source_stale,
       Severity::warning,
       {"No news of stock from wms", "nothing is raised or resumed", "no file for an hour"},
       [](Watch& w) {
         w.room.seller->sources[0] = {SourceId::literal("wms"), "no file for an hour", false};
         w.look();
         EXPECT_TRUE(w.standing(AlertKind::source_stale).empty())
             << "a file that is being replaced is no alert";
         w.room.pass(3min);
       },
       [](Watch& w) { w.room.seller->sources[0].why.clear(); }},
      {"OrdersAreNotRead",
       AlertKind::source_stale,
       Severity::warning,
       {"No orders of shop could be read for 40 min", "forestall doctor", "last read "},
       [](Watch& w) { w.room.account->orders_read_at = w.now() - 40min; },
       [](Watch& w) { w.room.account->orders_read_at = w.now(); }},
      {"OrdersWereNeverRead",
       AlertKind::source_stale,
       Severity::warning,
       {"No orders of shop could be read for 31 min", "forestall doctor", "not once since the start "},
       [](Watch& w) {
         w.room.account->orders_read_at.reset();
         w.look();
         EXPECT_TRUE(w.standing(AlertKind::source_stale).empty()) << "a start is no alert";
         w.room.clock.advance(31min);
       },
       [](Watch& w) { w.room.account->orders_read_at = w.now(); }},
      {"ALoginRunsOut",
       AlertKind::credential_expiring,
       Severity::warning,
       {"The login of shop is valid until ", "forestall setup shop --replace", "days left"},
       [](Watch& w) {
         w.room.account->settings.credential_until = std::chrono::floor<days>(w.now()) + days(5);
       },
       [](Watch& w) {
         w.room.account->settings.credential_until = std::chrono::floor<days>(w.now()) + days(365);
       }},
  };
}

class EveryKind : public Watch, public testing::WithParamInterface<Case> {};

TEST_P(EveryKind, IsRaisedFromItsStateAndNotFromCalm) {
  const auto& c = GetParam();
  look();
  ASSERT_EQ(everything(), "") << "calm";
  an_hour_later();
  c.begin(*this);
  room.pass(1s);
  look();
  const auto raised = standing(c.kind);
  ASSERT_EQ(raised.size(), c.how_many) << everything();
  const auto& alert = raised[0]->alert;
  if (std::getenv("FORESTALL_SHOW_LOG") != nullptr) std::fputs(everything().c_str(), stderr);
  std::string text = alert.headline + "\n" + alert.first;
  for (const auto& number : alert.numbers) text += "\n" + number;
  for (const auto* part : c.says) EXPECT_THAT(text, HasSubstr(part));
  EXPECT_EQ(alert.severity, c.severity) << text;
  if (c.kind == AlertKind::order_at_risk) EXPECT_TRUE(alert.act_by) << "its last useful moment: " << text;
  if (c.end == nullptr) return;
  c.end(*this);
  an_hour_later();
  look();
  EXPECT_TRUE(standing(c.kind).empty()) << everything();
}

INSTANTIATE_TEST_SUITE_P(Alerts, EveryKind, testing::ValuesIn(cases()),
                         [](const auto& i) { return std::string(i.param.name); });

// Nobody adds a kind without a state that raises it. Two are the configuration's words for what is to come.
TEST(EveryKindTest, HasACase) {
  std::set<AlertKind> covered{AlertKind::price, AlertKind::listing_mismatch};
  for (const auto& c : cases()) covered.insert(c.kind);
  for (const auto& [word, kind] : config::words(std::type_identity<AlertKind>{}))
    EXPECT_TRUE(covered.contains(kind)) << word;
}

}  // namespace
}  // namespace forestall::app
