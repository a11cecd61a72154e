// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/stock_poller.hpp"

#include <gmock/gmock.h>

#include "tests/support/polling/polling_fixture.hpp"

namespace forestall::polling {
namespace {

using namespace std::chrono_literals;
using Fault = test::MemoryDoor::Fault;

// A file that the test writes: `number` is its name, and the cursor.
struct Warehouse {
  std::size_t remembered = 0;
  int number = 0;
  std::vector<model::Observation> rows{};
  std::optional<Error> bad{};
  std::vector<Error> bad_rows{};
  int polls = 0;
  std::size_t page_size = 1'000'000;
};

class FakeSource final : public ports::StockSource {
 public:
  explicit FakeSource(Warehouse& warehouse) : warehouse_(warehouse) {}
  const ports::StockTraits& traits() const override { return traits_; }
  void remember(std::span<const ports::NamedSku> skus) override { warehouse_.remembered += skus.size(); }
  boost::asio::awaitable<Result<ports::Page>> poll(ports::Cursor from, std::chrono::nanoseconds) override {
    ++warehouse_.polls;
    if (warehouse_.bad) co_return std::unexpected(*warehouse_.bad);
    const auto whole = std::to_string(warehouse_.number);
    if (from.text == whole) co_return ports::Page{.next = from};
    const auto slash = from.text.find('/');
    std::size_t begin = 0;
    if (from.text.substr(0, slash) == whole) begin = std::stoul(from.text.substr(slash + 1));
    const auto& rows = warehouse_.rows;
    if (rows.size() - begin > warehouse_.page_size) {
      const auto end = begin + warehouse_.page_size;
      co_return ports::Page{.observations = {rows.begin() + static_cast<std::ptrdiff_t>(begin),
                                             rows.begin() + static_cast<std::ptrdiff_t>(end)},
                            .next = {whole + "/" + std::to_string(end)},
                            .more = true};
    }
    co_return ports::Page{.observations = {rows.begin() + static_cast<std::ptrdiff_t>(begin), rows.end()},
                          .next = {std::to_string(warehouse_.number)},
                          .set_aside = warehouse_.bad_rows};
  }

 private:
  Warehouse& warehouse_;
  ports::StockTraits traits_{.snapshots = true};
};

struct StockPollerTest : test::PollingFixture {
  StockPollerTest() {
    settings.id = SourceId::literal("wms");
    settings.seller = seller.settings.id;
    settings.location = LocationId::literal("berlin");
  }
  ~StockPollerTest() override { leave(); }
  void write(int rows) {
    advance(1ms);  // no two readings of one instant
    ++warehouse.number;
    warehouse.rows.clear();
    for (int i = 0; i < rows; ++i) {
      model::StockLevel level;
      level.from = {settings.id, model::Version::of(clock.now()), clock.now()};
      level.sku = SkuId::literal("S" + std::to_string(i));
      level.location = settings.location;
      level.on_hand = Units(i);
      warehouse.rows.emplace_back(level);
    }
  }
  void begin() {
    scheduler = std::make_unique<scheduling::CallScheduler>(clock);
    tasks = std::make_unique<runtime::TaskGroup>(io.get_executor(), log, "test",
                                                 [](std::string_view task) { ADD_FAILURE() << task; });
    poller = std::make_unique<StockPoller>(tools(), seller, settings, std::make_unique<FakeSource>(warehouse),
                                           "", [] {});
    if (alone) poller->speaks_for(model::Pool::own, *alone);
    tasks->spawn("stock", runtime::OnFailure::stop_daemon, poller->run());
    settle();
  }
  void leave() {
    stop();
    poller.reset();
    seller.stock_read = false;
  }
  config::StockSettings settings{};
  Warehouse warehouse;
  std::optional<bool> alone{};  // in its pool; unset: a pool that nobody knows
  std::unique_ptr<StockPoller> poller;
};

TEST_F(StockPollerTest, ReadsWhatIsNewAndNothingTwice) {
  begin();
  EXPECT_EQ(warehouse.polls, 1);
  EXPECT_FALSE(seller.stock_read);
  write(1000);
  advance(1min);
  EXPECT_EQ(door.changes.size(), 1000U);
  EXPECT_TRUE(seller.stock_read);
  EXPECT_EQ(poller->true_at(), clock.now() - 1min);
  const auto calls = door.calls;
  advance(30min);
  EXPECT_EQ(warehouse.polls, 32);
  EXPECT_EQ(door.calls, calls) << "nothing new is not written down";
  EXPECT_LE(door.largest_call, 256U);
}

TEST_F(StockPollerTest, ABadFileChangesNothingAndIsToldOnce) {
  write(10);
  begin();
  warehouse.bad = Error{ErrorCode::parse, false, "stock.csv: line 3: a quote is never closed"};
  advance(1h);
  EXPECT_EQ(door.changes.size(), 10U);
  EXPECT_EQ(sink.count("stock_refused"), 1U);
  EXPECT_GE(poller->figures().failures, 60U);
  EXPECT_TRUE(poller->figures().failing_since);
  warehouse.bad.reset();
  write(20);
  advance(1min);
  EXPECT_EQ(door.changes.size(), 20U);
  EXPECT_FALSE(poller->figures().error);
  EXPECT_EQ(sink.count("stock_recovered"), 1U);
}

TEST_F(StockPollerTest, ABadRowIsSetAside) {
  write(10);
  warehouse.bad_rows = {Error{ErrorCode::parse, false, "stock.csv:4: on_hand: \"n/a\""}};
  begin();
  EXPECT_EQ(door.changes.size(), 10U);
  EXPECT_EQ(poller->figures().set_aside, 1U);
  EXPECT_EQ(sink.count("set_aside"), 1U);
}

TEST_F(StockPollerTest, AFileThatNobodyWritesAnyMoreIsStale) {
  begin();
  EXPECT_TRUE(poller->stale(clock.now())) << "never heard of";
  write(10);
  advance(1min);
  EXPECT_FALSE(poller->stale(clock.now()));
  advance(26h - 1min);
  EXPECT_FALSE(poller->stale(clock.now()));
  advance(1s);
  EXPECT_TRUE(poller->stale(clock.now()));
  // A restart does not make it young.
  leave();
  begin();
  EXPECT_TRUE(seller.stock_read);
  EXPECT_TRUE(poller->stale(clock.now()));
  write(10);
  advance(1min);
  EXPECT_FALSE(poller->stale(clock.now()));
}

// Whether the mirror knows what the source said, or only the records do.
struct SuspectStockTest : StockPollerTest, testing::WithParamInterface<bool> {
  SuspectStockTest() { alone = GetParam(); }
  // What somebody else has of everything: nothing that this source says could be told from the sum.
  void another_source() {
    if (GetParam()) return;
    for (auto& [sku, sum] : door.stock) sum.on_hand += Units(1000);
  }
  // As this source said it last.
  Units on_hand(const std::string& sku) { return *door.said.at({"wms", sku}).on_hand; }
};
INSTANTIATE_TEST_SUITE_P(Sources, SuspectStockTest, testing::Bool(),
                         [](const auto& one) { return one.param ? "Alone" : "OneOfSeveral"; });

TEST_P(SuspectStockTest, ASnapshotRemembersItsSkusAcrossARestart) {
  write(10);
  begin();
  EXPECT_EQ(warehouse.remembered, 0U);
  auto other = std::get<model::StockLevel>(warehouse.rows[0]);
  other.from.source = SourceId::literal("other");
  other.sku = SkuId::literal("T0");
  door.said[{"other", "T0"}] = other;
  leave();
  begin();
  EXPECT_EQ(warehouse.remembered, 10U) << "and nothing that another source named";
}

TEST_F(StockPollerTest, ASourceOfAPoolThatNobodyKnowsIsNotCompared) {
  write(100);
  begin();
  write(100);
  for (auto& row : warehouse.rows) std::get<model::StockLevel>(row).on_hand = Units(0);
  advance(1min);
  EXPECT_FALSE(poller->doubted());
  EXPECT_EQ(door.stock["S50"].on_hand, Units(0));
}

TEST_P(SuspectStockTest, AFewZerosAreSuspectUntilTheNextReading) {
  write(100);
  begin();
  another_source();
  door.stock["S7"].committed = Units(7);  // sold
  write(100);
  for (const std::size_t gone : {7U, 8U, 9U})
    std::get<model::StockLevel>(warehouse.rows[gone]).on_hand = Units(0);
  advance(1min);
  EXPECT_FALSE(door.suspect["S7"]);
  EXPECT_TRUE(door.suspect["S8"]);
  EXPECT_TRUE(door.suspect["S9"]);
  EXPECT_FALSE(door.suspect["S10"]);
  EXPECT_EQ(sink.count("stock_suspect"), 2U);
  // Still zero: it is true.
  write(100);
  for (const std::size_t gone : {7U, 8U, 9U})
    std::get<model::StockLevel>(warehouse.rows[gone]).on_hand = Units(0);
  advance(1min);
  EXPECT_FALSE(door.suspect["S8"]);
  EXPECT_FALSE(poller->doubted());
}

TEST_P(SuspectStockTest, TooManyZerosMakeTheFeedSuspectUntilAPersonSaysThatTheyAreTrue) {
  write(100);
  begin();
  another_source();
  const auto empty_shelf = [&] {
    write(100);
    for (std::size_t i = 50; i < 60; ++i) std::get<model::StockLevel>(warehouse.rows[i]).on_hand = Units(0);
  };
  empty_shelf();
  advance(10min);
  EXPECT_TRUE(poller->doubted());
  EXPECT_EQ(on_hand("S55"), Units(55)) << "nothing was changed";
  EXPECT_EQ(sink.count("stock_refused"), 1U);
  EXPECT_THAT(poller->figures().error->detail, testing::HasSubstr("10 SKUs fall to zero"));
  // Orders that explain it arrive late: the same file is taken then.
  for (int i = 50; i < 60; ++i) door.stock["S" + std::to_string(i)].committed = Units(100);
  advance(2min);
  EXPECT_FALSE(poller->doubted());
  EXPECT_EQ(on_hand("S55"), Units(0));
  // Filled again, and then a person says so.
  write(100);
  advance(1min);
  for (auto& [sku, stock] : door.stock) stock.committed = Units(0);
  empty_shelf();
  advance(2min);
  EXPECT_TRUE(poller->doubted());
  poller->accept_zeros();
  settle();
  EXPECT_FALSE(poller->doubted());
  EXPECT_EQ(on_hand("S55"), Units(0));
  EXPECT_FALSE(door.suspect["S55"]);
  // Once: the next time it is doubted again.
  write(100);
  advance(1min);
  empty_shelf();
  advance(2min);
  EXPECT_TRUE(poller->doubted());
}

TEST_P(SuspectStockTest, AReadingThatIsTenTimesTheLastOneIsNotTakenUntilAPersonSaysSo) {
  write(100);
  begin();
  another_source();
  write(100);
  for (auto& row : warehouse.rows) {
    auto& level = std::get<model::StockLevel>(row);
    level.on_hand = *level.on_hand * 10;
  }
  advance(3min);
  EXPECT_TRUE(poller->doubted());
  EXPECT_EQ(on_hand("S55"), Units(55)) << "nothing was changed";
  EXPECT_THAT(poller->figures().error->detail, testing::HasSubstr("99 SKUs jump"));
  poller->accept_zeros();
  settle();
  EXPECT_FALSE(poller->doubted());
  EXPECT_EQ(on_hand("S55"), Units(550));
}

TEST_P(SuspectStockTest, AWipedFileIsNotTakenPageByPage) {
  settings.max_zeroed = 20;
  settings.max_zeroed_share = 1;
  write(100);
  begin();
  another_source();
  warehouse.page_size = 15;
  write(100);
  for (auto& row : warehouse.rows) std::get<model::StockLevel>(row).on_hand = Units(0);
  advance(3h);
  EXPECT_TRUE(poller->doubted());
  const auto emptied = std::ranges::count_if(warehouse.rows, [&](const auto& row) {
    return on_hand(std::get<model::StockLevel>(row).sku.str()) == Units(0);
  });
  EXPECT_LE(emptied, 1 + 20) << "S0 was empty before";
  // Another file, as empty, does not begin a new count.
  write(100);
  for (auto& row : warehouse.rows) std::get<model::StockLevel>(row).on_hand = Units(0);
  advance(3h);
  EXPECT_TRUE(poller->doubted());
  EXPECT_EQ(on_hand("S50"), Units(50));
  // One that is right does.
  write(100);
  advance(1h);
  EXPECT_FALSE(poller->doubted());
  write(100);
  for (std::size_t i = 30; i < 50; ++i) std::get<model::StockLevel>(warehouse.rows[i]).on_hand = Units(0);
  advance(1h);
  EXPECT_FALSE(poller->doubted());
  EXPECT_EQ(on_hand("S30"), Units(0));
}

TEST_F(StockPollerTest, AReadingInterruptedAnywhereIsReadAgain) {
  write(1000);
  door.latency = 20ms;
  for (int moment = 0; moment < 8; ++moment) {
    begin();
    advance(std::chrono::milliseconds(moment * 20 + 10));
    leave();
  }
  door.latency = 0ms;
  begin();
  advance(1min);
  EXPECT_EQ(door.changes.size(), 1000U);
  for (const auto& [sku, times] : door.changes) EXPECT_EQ(times, 1) << sku;
}

}  // namespace
}  // namespace forestall::polling
