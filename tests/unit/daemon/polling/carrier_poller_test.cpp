// SPDX-License-Identifier: Apache-2.0
// Parcels are asked about within the carrier's limits, the one near its promise before the one in
// mid-transit.
#include "daemon/polling/carrier_poller.hpp"

#include <gmock/gmock.h>

#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/support/polling/polling_fixture.hpp"

namespace forestall::polling {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;

// What the test decides and sees of a carrier.
struct Knows {
  std::string only{};  // the one carrier it serves; empty: any
  std::size_t most_per_call = 1;
  std::chrono::nanoseconds gap{0};  // between calls, as its limit has it
  std::set<std::string> unknown{};
  bool failing = false;
  std::vector<Monotonic> calls{};
  std::vector<std::vector<std::string>> asked{};
  std::map<std::string, int> times{};
};

class FakeCarrier final : public ports::Carrier {
 public:
  FakeCarrier(Knows& knows, Clock& clock, parcels::ParcelBook& book)
      : knows_(knows), clock_(clock), book_(book), traits_{.most_per_call = knows.most_per_call} {}
  const ports::CarrierTraits& traits() const override { return traits_; }
  Monotonic earliest() const override {
    return knows_.calls.empty() ? clock_.monotonic() : knows_.calls.back() + knows_.gap;
  }
  bool serves(const CarrierId& carrier, const TrackingId&) const override {
    return knows_.only.empty() || carrier.str() == knows_.only;
  }
  boost::asio::awaitable<Result<ports::Page>> track(std::vector<ports::Parcel> parcels,
                                                    std::chrono::nanoseconds) override {
    knows_.calls.push_back(clock_.monotonic());
    auto& batch = knows_.asked.emplace_back();
    ports::Page page;
    if (knows_.failing) co_return fail(ErrorCode::unavailable, "503");
    for (const auto& p : parcels) {
      batch.push_back(p.tracking.str());
      ++knows_.times[p.tracking.str()];
      if (knows_.unknown.contains(p.tracking.str())) continue;
      model::ShipmentUpdate u;
      const Instant now = clock_.now();
      u.from = {SourceId::literal("carrier"), model::Version::of(now), now};
      u.account = p.account;
      u.order = p.order;
      u.carrier = p.carrier;
      u.tracking = p.tracking;
      u.state = model::ShipmentState::in_transit;
      u.first_scan_at = u.last_scan_at = now - std::chrono::hours(1);
      book_.put(u, now);  // as the ledger tells it
      page.observations.emplace_back(std::move(u));
    }
    co_return page;
  }
  Result<std::vector<model::ShipmentUpdate>> read_webhook(
      const std::vector<std::pair<std::string, std::string>>&, std::string_view) override {
    return fail(ErrorCode::unauthenticated, "no webhooks");
  }

 private:
  Knows& knows_;
  Clock& clock_;
  parcels::ParcelBook& book_;
  ports::CarrierTraits traits_;
};

struct Carriers : test::PollingFixture {
  Carriers() {
    scheduler = std::make_unique<scheduling::CallScheduler>(clock);
    tasks = std::make_unique<runtime::TaskGroup>(io.get_executor(), log, "test",
                                                 [](std::string_view task) { ADD_FAILURE() << task; });
  }
  ~Carriers() override { stop(); }

  CarrierPoller& follow(Knows& knows, std::string_view name = "parcels", Millis poll = 2h) {
    config::CarrierSettings settings;
    settings.id = SourceId::literal(name);
    settings.poll = poll;
    pollers.push_back(std::make_unique<CarrierPoller>(tools(), std::vector<ParcelSeller>{{seller, book}},
                                                      settings,
                                                      std::make_unique<FakeCarrier>(knows, clock, book), ""));
    tasks->spawn(std::string(name), runtime::OnFailure::stop_daemon, pollers.back()->run());
    return *pollers.back();
  }
  void label(std::string_view number, Millis promised_in, std::string_view carrier = "usps") {
    model::ShipmentUpdate u;
    const Instant now = clock.now();
    u.from = {SourceId::literal("shop"), model::Version::of(now), now};
    u.account = id;
    u.order = OrderId::literal(number);
    u.carrier = CarrierId::literal(carrier);
    u.tracking = TrackingId::literal(number);
    u.state = model::ShipmentState::label_made;
    u.handed_over_at = now;
    u.promised_by = now + promised_in;
    book.put(u, now);
  }
  // In steps, so that nobody sleeps past what becomes due.
  void pass(Millis time) {
    for (Millis gone{0}; gone < time; gone += 1min) advance(1min);
  }

  parcels::ParcelBook book;
  std::vector<std::unique_ptr<CarrierPoller>> pollers;
};

TEST_F(Carriers, NeverCallMoreOftenThanTheyMay) {
  Knows usps{.most_per_call = 1, .gap = 1min};
  const auto& poller = follow(usps);
  for (int i = 0; i < 50; ++i) label("T" + std::to_string(i), 100h);
  pass(10min);
  EXPECT_THAT(usps.calls.size(), AllOf(Ge(9U), Le(11U))) << "and what may be spent is spent";
  for (std::size_t i = 1; i < usps.calls.size(); ++i) EXPECT_GE(usps.calls[i] - usps.calls[i - 1], 1min);
  EXPECT_EQ(poller.waiting(clock.now()), 50 - usps.calls.size());
}

TEST_F(Carriers, AskAboutManyInOneCallWhereTheyCan) {
  Knows fedex{.most_per_call = 30};
  follow(fedex);
  for (int i = 0; i < 60; ++i) label("T" + std::to_string(i), 100h);
  pass(5min);
  ASSERT_EQ(fedex.asked.size(), 2U);
  EXPECT_EQ(fedex.asked[0].size(), 30U);
  EXPECT_EQ(fedex.asked[1].size(), 30U);
}

// A budget for half of what is due: the parcel near its promise is asked about before the others, again and
// again, and whoever waits gets its turn in the end.
TEST_F(Carriers, TheParcelNearItsPromiseComesFirstAndNobodyStarves) {
  Knows ups{.most_per_call = 1, .gap = 6min};
  follow(ups);
  for (int i = 0; i < 39; ++i) label("M" + std::to_string(i), 200h);
  label("NEAR", 20h);
  pass(24h);
  int least = 1'000, most = 0;
  for (const auto& [number, times] : ups.times) {
    if (number == "NEAR") continue;
    least = std::min(least, times);
    most = std::max(most, times);
  }
  EXPECT_EQ(ups.times.size(), 40U) << "every one of them";
  EXPECT_GE(least, 3);
  EXPECT_GE(ups.times["NEAR"], 2 * most) << "the most any other was asked about: " << most;
  EXPECT_LE(ups.calls.size(), 24U * 10 + 1);
}

TEST_F(Carriers, ANumberUnknownThreeTimesGoesToTheNextWhoServesIt) {
  Knows own{.only = "usps", .unknown = {"T1"}};
  Knows aggregator{};
  follow(own, "usps");
  follow(aggregator, "easypost");
  label("T1", 100h);
  label("T2", 100h);
  pass(12h);
  EXPECT_EQ(own.times["T1"], 3);
  EXPECT_GE(aggregator.times["T1"], 2);
  EXPECT_GE(own.times["T2"], 4) << "who is known stays";
  EXPECT_FALSE(aggregator.times.contains("T2"));
}

TEST_F(Carriers, WhatIsOutIsAskedEverMoreRarelyAndComesBackByItself) {
  Knows out{.failing = true};
  const auto& poller = follow(out);
  label("T1", 100h);
  pass(1h);
  EXPECT_THAT(out.calls.size(), AllOf(Ge(8U), Le(40U))) << "no storm, and not given up";
  const auto last = out.calls.size() - 1;
  EXPECT_GE(out.calls[last] - out.calls[last - 1], 2min);
  EXPECT_TRUE(poller.figures().error.has_value());
  std::size_t told = 0;
  for (const auto& line : sink.lines()) told += line.find("carrier_failed") != std::string::npos ? 1U : 0U;
  EXPECT_EQ(told, 1U) << "once an outage";
  out.failing = false;
  pass(10min);
  EXPECT_FALSE(poller.figures().error.has_value());
  EXPECT_GE(out.times["T1"], 1);
}

TEST_F(Carriers, ANewLabelIsNoticedWithinAMinuteAndAnEndedParcelIsLeftAlone) {
  Knows knows{};
  follow(knows);
  label("T1", 100h);
  pass(2min);
  EXPECT_EQ(knows.times["T1"], 1);
  label("T2", 100h);
  pass(2min);
  EXPECT_EQ(knows.times["T2"], 1);
  model::ShipmentUpdate done;
  const Instant now = clock.now();
  done.from = {SourceId::literal("parcels"), model::Version::of(now + 1s), now};
  done.account = id;
  done.order = OrderId::literal("T1");
  done.carrier = CarrierId::literal("usps");
  done.tracking = TrackingId::literal("T1");
  done.state = model::ShipmentState::delivered;
  done.first_scan_at = now - 1h;
  done.last_scan_at = done.delivered_at = now;
  book.put(done, now);
  pass(12h);
  EXPECT_EQ(knows.times["T1"], 1);
  EXPECT_GE(knows.times["T2"], 3);
}

}  // namespace
}  // namespace forestall::polling
