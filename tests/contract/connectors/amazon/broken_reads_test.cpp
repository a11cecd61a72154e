// SPDX-License-Identifier: Apache-2.0
// Every call of every reading broken in every way: a typed error, or nothing that is not so; never a zero or
// a free unit that nobody told of.
#include <map>

#include "scripted_amazon.hpp"

namespace forestall::amazon {
namespace {

using ports::Cursor;
using ports::Feed;

// What the unbroken answers say, by entity.
struct Truth {
  std::map<std::string, std::int64_t> open;  // by order and line: units that may not be sold again
  std::map<std::string, std::int64_t> listed;
  std::map<std::string, std::int64_t> held;
  std::map<int, std::pair<std::int64_t, std::int64_t>> health;
};

std::int64_t open_units(const model::OrderLine& line) {
  Units open = line.ordered - (line.cancelled ? line.cancelled->units : Units());
  for (const auto& portion : line.portions) open -= portion.units;
  return open.count();
}

Truth truth_of(const std::vector<model::Observation>& observations) {
  Truth truth;
  for (const auto& one : observations) {
    if (const auto* order = std::get_if<model::OrderUpsert>(&one))
      for (const auto& line : order->lines)
        truth.open[order->id.str() + "/" + line.id.str()] = open_units(line);
    if (const auto* listing = std::get_if<model::ListingState>(&one))
      if (listing->quantity) truth.listed[listing->listing.str()] = listing->quantity->count();
    if (const auto* level = std::get_if<model::StockLevel>(&one))
      if (level->on_hand) truth.held[level->sku.str()] = level->on_hand->count();
    if (const auto* health = std::get_if<model::AccountHealth>(&one))
      for (const auto& reading : health->readings)
        truth.health[static_cast<int>(reading.metric)] = {reading.count, reading.of};
  }
  return truth;
}

void expect_no_lies(const Truth& told, const Truth& truth, bool by_report) {
  for (const auto& [line, open] : told.open) {
    // A line under an unheard-of name (the id itself was broken) holds stock, which is the safe side.
    if (const auto known = truth.open.find(line); known != truth.open.end())
      EXPECT_GE(open, known->second) << line;
  }
  for (const auto& [sku, quantity] : told.listed)
    if (const auto known = truth.listed.find(sku); known != truth.listed.end()) {
      // A record that is missing altogether cannot be missed.
      if (!by_report) EXPECT_LE(quantity, known->second) << sku;
      EXPECT_TRUE(quantity > 0 || known->second == 0 || sku == "TWO") << sku;
    }
  for (const auto& [sku, on_hand] : told.held)
    if (const auto known = truth.held.find(sku); known != truth.held.end())
      EXPECT_EQ(on_hand, known->second) << sku;
  for (const auto& [metric, counts] : told.health)
    if (const auto known = truth.health.find(metric); known != truth.health.end())
      EXPECT_EQ(counts, known->second) << metric;
}

// Sweeps one feed from its beginning to its end or to the first error.
struct Swept {
  std::vector<model::Observation> observations;
  std::vector<Error> set_aside;
  std::optional<Error> error;
  int pages = 0;
};
Swept sweep(ScriptedAmazon& at, ports::Marketplace& amazon, Feed feed, const test::Broken* broken) {
  Swept swept;
  Cursor cursor;
  // History has thirteen windows of the same kind: a few of them say it all.
  for (const int most = feed == Feed::order_history ? 3 : 12; swept.pages < most; ++swept.pages) {
    auto page = at.run(amazon.poll(feed, cursor, at.patience_with(broken)));
    if (!page) {
      swept.error = page.error();
      break;
    }
    for (const auto& one : page->observations) {
      const auto ok = model::check(one);
      EXPECT_TRUE(ok) << ok.error().detail;
      swept.observations.push_back(one);
    }
    for (const auto& error : page->set_aside) swept.set_aside.push_back(error);
    cursor = page->next;
    if (!page->more) break;
  }
  return swept;
}

void break_everything(Feed feed, std::size_t at_least) {
  ScriptedAmazon at;
  Truth truth;
  std::size_t errors = 0, whole = 0, partly = 0;
  const auto runs = test::inject_everywhere(at.server, at.good(), [&](const test::Broken* broken) {
    SCOPED_TRACE(broken != nullptr ? broken->to_string() : "unbroken");
    const auto amazon = at.make();
    const auto swept = sweep(at, *amazon, feed, broken);
    if (broken == nullptr) {
      EXPECT_FALSE(swept.error);
      EXPECT_TRUE(swept.set_aside.empty());
      truth = truth_of(swept.observations);
      return;
    }
    expect_no_lies(truth_of(swept.observations), truth, feed == Feed::health);
    if (broken->injection == "unknown fields") {
      EXPECT_FALSE(swept.error);
      EXPECT_TRUE(swept.set_aside.empty());
    }
    for (const auto& error : swept.set_aside) {
      EXPECT_FALSE(error.detail.empty());
      EXPECT_LT(error.detail.size(), 1000u);
    }
    if (swept.error) {
      EXPECT_THAT(swept.error->detail, testing::Not(testing::HasSubstr("secret")));
      EXPECT_NE(swept.error->code, ErrorCode::outcome_unknown);  // nothing was changed: it may be asked again
      EXPECT_NE(swept.error->code, ErrorCode::internal);
    }
    ++(swept.error ? errors : swept.set_aside.empty() ? whole : partly);
  });
  EXPECT_GE(runs, at_least);
  testing::Test::RecordProperty("runs", static_cast<int>(runs));
  testing::Test::RecordProperty("errors", static_cast<int>(errors));
  testing::Test::RecordProperty("whole", static_cast<int>(whole));
  testing::Test::RecordProperty("partly", static_cast<int>(partly));
  EXPECT_GT(errors, 20u);
}

TEST(AmazonContract, BrokenOrders) { break_everything(Feed::orders, 500); }
TEST(AmazonContract, BrokenHistory) { break_everything(Feed::order_history, 500); }
TEST(AmazonContract, BrokenListings) { break_everything(Feed::listings, 300); }
TEST(AmazonContract, BrokenStockOfAmazons) { break_everything(Feed::channel_stock, 150); }
TEST(AmazonContract, BrokenHealth) { break_everything(Feed::health, 300); }

TEST(AmazonContract, BrokenOrderReading) {
  ScriptedAmazon at;
  const OrderId id = OrderId::literal("111-0000001-0000002");
  Truth truth;
  test::inject_everywhere(at.server, at.good(), [&](const test::Broken* broken) {
    SCOPED_TRACE(broken != nullptr ? broken->to_string() : "unbroken");
    const auto amazon = at.make();
    const auto read = at.run(amazon->read_order(id, at.patience_with(broken)));
    if (broken == nullptr) {
      ASSERT_TRUE(read) << to_string(read.error());
      truth = truth_of(*read);
    } else if (read) {
      expect_no_lies(truth_of(*read), truth, false);
      for (const auto& one : *read)
        if (const auto* order = std::get_if<model::OrderUpsert>(&one)) EXPECT_EQ(order->id, id);
    }
  });
}

TEST(AmazonContract, BrokenExamination) {
  ScriptedAmazon at;
  test::inject_everywhere(at.server, at.good(), [&](const test::Broken* broken) {
    if (broken != nullptr && broken->injection.find(' ') != std::string::npos &&
        broken->injection != "lost answer" && broken->injection != "503 HTML" &&
        broken->injection != "HTML as 200")
      return;  // the field by field part is covered above; this one makes ten calls a run
    SCOPED_TRACE(broken != nullptr ? broken->to_string() : "unbroken");
    const auto amazon = at.make();
    const auto findings = at.run(amazon->examine(at.patience_with(broken)));
    EXPECT_FALSE(findings.empty());
    int failed = 0;
    for (const auto& finding : findings) {
      EXPECT_FALSE(finding.what.empty());
      EXPECT_EQ(finding.passed, finding.advice.empty()) << finding.what << ": " << finding.advice;
      EXPECT_THAT(finding.advice, testing::Not(testing::HasSubstr("-secret")));
      failed += !finding.passed;
    }
    if (broken == nullptr) EXPECT_EQ(failed, 0);
  });
}

}  // namespace
}  // namespace forestall::amazon
