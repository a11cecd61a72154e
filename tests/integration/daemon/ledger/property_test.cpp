// SPDX-License-Identifier: Apache-2.0
// Random histories on a real redis-server against a plain model of the definition. After each history every
// counter is compared: the states, the budget counters, the demand, the marks for reading again, the mirror.
// FORESTALL_LEDGER_HISTORIES sets how many (10,000), FORESTALL_LEDGER_SEED where to start.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>

#include "config/base/text.hpp"
#include "connectors/model/words.hpp"
#include "daemon/ledger/mirror.hpp"
#include "daemon/ledger/stored.hpp"
#include "tests/integration/daemon/ledger/history_maker.hpp"
#include "tests/support/ledger/plain_model.hpp"
#include "tests/support/ledger/sync_ledger.hpp"
#include "tests/support/redis/redis_server.hpp"

namespace forestall::test {
namespace {

using ledger::SkuState;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : parse_integer<std::uint64_t>(text).value_or(otherwise);
}

std::string show(const SkuState& s) {
  std::ostringstream out;
  out << s.sku << "/" << word(s.pool) << " " << word(s.certainty) << " available " << s.available.count()
      << " = " << s.on_hand.count() << " on hand + " << s.receipts.count() << " received - "
      << s.committed.count() << " committed - " << s.quarantined.count() << " quarantined - "
      << s.reserve.count() << " reserved, as of " << to_string(s.oldest);
  return out.str();
}

// fsync on a memory file system: a killed process loses what it had not written, which is what is tested
// here; a lost machine is not.
std::unique_ptr<TemporaryFolder> memory_folder() {
  if (!std::filesystem::exists("/dev/shm")) return nullptr;
  const char* before = std::getenv("TMPDIR");
  const std::string saved = before != nullptr ? before : "";
  ::setenv("TMPDIR", "/dev/shm", 1);
  auto folder = std::make_unique<TemporaryFolder>();
  saved.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", saved.c_str(), 1);
  return folder;
}

class LedgerProperty : public ::testing::Test {
 protected:
  LedgerProperty() : folder_(memory_folder()) {
    RedisOptions options;
    options.durable = true;
    if (folder_) options.data_folder = folder_->path().string();
    server_ = std::make_unique<RedisServer>(options);
    redis_ = std::make_unique<SyncRedis>(server_->socket());
    load_library(*redis_);
  }

  void kill_and_restart() {
    server_->kill();
    server_->start();
    redis_->reconnect();
    ++kills_;
  }

  // The page is on its way when Redis dies: it may or may not have been applied. It is sent again.
  void observe_through_a_kill(SyncLedger& ledger, const std::vector<model::Observation>& page) {
    redis_->send(ledger.observe_words(page));
    kill_and_restart();
    ledger.observe(page);
  }

  void run(std::uint64_t seed, bool with_kill);
  void retire(std::uint64_t seed);
  void compare(SyncLedger& ledger, const PlainModel& plain);
  void compare_counters(SyncLedger& ledger, const PlainModel& plain);
  void compare_each_step(SyncLedger& ledger, const PlainModel& plain, const std::string& step);
  void forget(const SyncLedger& ledger);
  void compare_mirror(SyncLedger& ledger);

  std::unique_ptr<TemporaryFolder> folder_;
  std::unique_ptr<RedisServer> server_;
  std::unique_ptr<SyncRedis> redis_;
  std::uint64_t observations_ = 0;
  std::uint64_t kills_ = 0;
  bool mirror_complete_ = true;
};

void LedgerProperty::compare_counters(SyncLedger& ledger, const PlainModel& plain) {
  const auto stored = ledger.states();
  for (const auto& sku : plain.skus()) {
    for (const auto pool : {model::Pool::own, model::Pool::marketplace, model::Pool::preorder}) {
      const auto ought = plain.state(sku, pool);
      const auto found = stored.find({sku, pool});
      SkuState is;
      is.sku = sku;
      is.pool = pool;
      if (found != stored.end()) is = found->second;
      EXPECT_EQ(is, ought) << "Redis: " << show(is) << "\nmodel: " << show(ought);
    }
  }
  const auto counts = [](const std::map<std::string, std::string>& raw) {
    std::map<std::string, std::int64_t> all;
    for (const auto& [field, n] : raw) all[field] = *parse_integer<std::int64_t>(n);
    return all;
  };
  EXPECT_EQ(counts(ledger.hash("day")), plain.placed(ledger.names()));
  EXPECT_EQ(counts(ledger.hash("cancel")), plain.cancelled(ledger.names()));
}

void LedgerProperty::compare(SyncLedger& ledger, const PlainModel& plain) {
  compare_counters(ledger, plain);
  std::set<std::string> marks;
  for (const auto& [entity, version] : ledger.hash("reread")) marks.insert(entity);
  EXPECT_EQ(marks, plain.contradicted());
  const auto dirty = ledger.hash("dirty");
  for (const auto& [key, state] : ledger.states()) EXPECT_TRUE(dirty.contains(key.first)) << key.first;

  std::map<std::tuple<std::string, model::Pool, Instant>, std::int64_t> demand;
  for (const auto& [sku, packed] : ledger.hash("history")) {
    const auto events = ledger::decode_history(sku, packed);
    ASSERT_TRUE(events) << events.error().detail;
    for (const auto& e : *events)
      if (e.kind == ledger::HistoryEvent::Kind::demand) demand[{sku, e.pool, e.at}] += e.units.count();
  }
  std::erase_if(demand, [](const auto& entry) { return entry.second == 0; });
  EXPECT_EQ(demand, plain.demand());

  for (const auto& [field, record] : ledger.hash("listing")) {
    const auto listing = ledger::decode_listing(field, record, ledger.names());
    ASSERT_TRUE(listing) << listing.error().detail;
    const auto ought = plain.listing(listing->account.str(), listing->listing.str());
    EXPECT_EQ(listing->true_at.has_value(), ought.has_value());
    if (!ought) continue;
    EXPECT_EQ(listing->version, ought->from.version);
    EXPECT_EQ(listing->quantity, ought->quantity);
    EXPECT_EQ(listing->activity, ought->activity);
  }
}

void LedgerProperty::compare_mirror(SyncLedger& ledger) {
  ledger::Mirror mirror;
  for (const auto& state : ledger.returned) mirror.put(state);
  for (const auto& [key, state] : ledger.states()) {
    const auto sku = mirror.find_sku(key.first);
    ASSERT_TRUE(sku) << key.first;
    const auto is = mirror.state(*sku, key.second);
    ASSERT_TRUE(is) << key.first;
    EXPECT_EQ(*is, state) << "mirror: " << show(*is) << "\nRedis: " << show(state);
  }
}

// With FORESTALL_LEDGER_HISTORIES=1: says at which step a history starts to differ.
void LedgerProperty::compare_each_step(SyncLedger& ledger, const PlainModel& plain, const std::string& step) {
  static const bool single = from_environment("FORESTALL_LEDGER_HISTORIES", 0) == 1;
  if (!single || ::testing::Test::HasFailure()) return;
  compare(ledger, plain);
  if (::testing::Test::HasFailure()) std::printf("differs since %s\n", step.c_str());
}

void LedgerProperty::run(std::uint64_t seed, bool with_kill) {
  HistoryMaker maker(seed);
  PlainModel plain;
  SyncLedger ledger(*redis_, "s" + std::to_string(seed));
  mirror_complete_ = true;
  const auto configure = [&](const std::vector<ledger::Feed>& feeds) {
    ledger.configure(feeds);
    plain.configure(feeds);
  };
  const auto map = [&](const std::vector<ledger::Mapping>& mappings) {
    ledger.map(mappings);
    for (const auto& mapping : mappings) plain.map(mapping);
  };
  ledger.set_now(maker.now());
  configure(maker.feeds());
  map(maker.mappings());

  const auto pages = 2 + maker.below(6);
  for (std::uint64_t p = 0; p < pages; ++p) {
    const auto now = maker.now();
    ledger.set_now(now);
    auto page = maker.page();
    if (maker.one_in(30)) page.push_back(maker.old_order());
    observations_ += page.size();
    if (with_kill && p == pages / 2) {
      observe_through_a_kill(ledger, page);
      mirror_complete_ = false;
      for (const auto& o : page) plain.apply(o, now, ledger.names());
    } else {
      const auto applied = ledger.observe(page, "orders", std::to_string(p));
      for (std::size_t i = 0; i < page.size(); ++i)
        EXPECT_EQ(static_cast<char>(applied.outcomes[i]),
                  static_cast<char>(plain.apply(page[i], now, ledger.names())))
            << name_of(page[i]) << " " << i << " of page " << p;
      EXPECT_EQ(ledger.hash("cursor")["orders"], std::to_string(p));
    }
    compare_each_step(ledger, plain, "page " + std::to_string(p));
    if (maker.one_in(12)) map({maker.mapping()});
    compare_each_step(ledger, plain, "mapping after page " + std::to_string(p));
    if (maker.one_in(25)) configure(maker.feeds());
    if (maker.one_in(20)) {
      const Units units(static_cast<std::int64_t>(maker.below(3)));
      ledger.set_reserve("CUP", model::Pool::own, units);
      plain.set_reserve("CUP", model::Pool::own, units);
    }
  }
  compare(ledger, plain);
  if (mirror_complete_) compare_mirror(ledger);
  if (maker.one_in(4)) {
    EXPECT_THAT(ledger.rebuild("0"), ::testing::IsEmpty());
  }
  forget(ledger);
}

// After four months closed orders are gone, what they counted for the budget stays, and none of them can come
// back as a new one.
void LedgerProperty::retire(std::uint64_t seed) {
  HistoryMaker maker(seed);
  PlainModel plain;
  SyncLedger ledger(*redis_, "r" + std::to_string(seed));
  const auto feeds = maker.feeds();
  const auto mappings = maker.mappings();
  ledger.set_now(maker.now());
  ledger.configure(feeds);
  plain.configure(feeds);
  ledger.map(mappings);
  for (const auto& mapping : mappings) plain.map(mapping);
  std::vector<model::Observation> sent;
  const auto observe = [&](const std::vector<model::Observation>& page, Instant now) {
    ledger.set_now(now);
    const auto applied = ledger.observe(page);
    for (std::size_t i = 0; i < page.size(); ++i)
      EXPECT_EQ(static_cast<char>(applied.outcomes[i]),
                static_cast<char>(plain.apply(page[i], now, ledger.names())));
  };
  for (int p = 0; p < 3; ++p) {
    auto page = maker.page();
    if (p == 1) page.push_back(maker.old_order());
    observe(page, maker.now());
    sent.insert(sent.end(), page.begin(), page.end());
  }
  const auto later = maker.now() + std::chrono::days(maker.one_in(2) ? 1 : 121);
  ledger.set_now(later);
  ledger.sweep();
  plain.sweep(later);
  compare_counters(ledger, plain);
  std::erase_if(sent, [](const auto& o) { return !std::holds_alternative<model::OrderUpsert>(o); });
  observe(sent, later);
  compare_counters(ledger, plain);
  EXPECT_THAT(ledger.rebuild("0"), ::testing::IsEmpty());
  forget(ledger);
}

void LedgerProperty::forget(const SyncLedger& ledger) {
  std::vector<std::string> words = {"UNLINK"};
  for (const auto* name :
       {"sku",    "listing",  "order",       "receipt", "pick",    "entity", "cfg",    "lease",
        "epoch",  "schema",   "seq",         "names",   "dirty",   "reread", "cursor", "day",
        "cancel", "day_base", "cancel_base", "dropped", "history", "demand", "remap"})
    words.push_back(ledger.prefix() + ":" + name);
  redis_->call(words);
}

TEST_F(LedgerProperty, RandomHistoriesEqualThePlainModel) {
  const auto histories = from_environment("FORESTALL_LEDGER_HISTORIES", 10'000);
  const auto first = from_environment("FORESTALL_LEDGER_SEED", 1);
  redis_->call({"SET", "someone:else", "untouched"});
  for (std::uint64_t seed = first; seed < first + histories; ++seed) {
    run(seed, seed % 500 == 0);
    if (::testing::Test::HasFailure()) {
      FAIL() << "history " << seed << " differs: FORESTALL_LEDGER_SEED=" << seed
             << " FORESTALL_LEDGER_HISTORIES=1";
    }
  }
  EXPECT_EQ(*redis_->call({"GET", "someone:else"})->text(), "untouched");
  std::printf("%llu histories, %llu observations, Redis killed %llu times\n",
              static_cast<unsigned long long>(histories), static_cast<unsigned long long>(observations_),
              static_cast<unsigned long long>(kills_));
}

TEST_F(LedgerProperty, RetentionDropsClosedOrdersForGood) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    retire(seed);
    ASSERT_FALSE(::testing::Test::HasFailure()) << "history " << seed;
  }
}

}  // namespace
}  // namespace forestall::test
