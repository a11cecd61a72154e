// SPDX-License-Identifier: Apache-2.0
// The journal on a real redis-server: random histories against a plain model, Redis killed under them, leases
// of others. FORESTALL_JOURNAL_STEPS (3,000) and FORESTALL_JOURNAL_KILLS (10) set how long.
#include "daemon/journal/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "config/base/text.hpp"
#include "daemon/journal/library.hpp"
#include "daemon/ledger/pack.hpp"
#include "tests/integration/daemon/journal/journal_fixture.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : parse_integer<std::uint64_t>(text).value_or(otherwise);
}

class DurableJournalTest : public JournalTest {
 protected:
  DurableJournalTest() : JournalTest(true) {}
};

// What one reading of an index shows, comparable.
std::map<std::string, std::string> shown(const Journal& j) {
  std::map<std::string, std::string> all;
  for (const auto& [field, r] : j.records()) {
    auto text = fmt::format("{} {} {} before {}", r.epoch, journal::word(r.state),
                            r.target ? r.target->count() : -1, r.before.quantity.value_or(Units(-1)).count());
    for (const auto& late : r.late) text += fmt::format(" late {}", late.epoch);
    all[field] = text;
  }
  return all;
}

TEST_F(JournalTest, KeepsAnIntentAndItsLifeAcrossProcesses) {
  auto first = opened();
  const auto made = append(*first, 0, "CUP", 3);
  ASSERT_TRUE(made.done);
  std::vector<journal::Move> moves;
  moves.push_back(
      {.account = shop,
       .listing = ListingId::literal("CUP"),
       .epoch = made.epoch,
       .to = State::sent,
       .reading = journal::Before{
           .quantity = Units(5), .activity = model::ListingActivity::active, .restore = "as it was"}});
  ASSERT_TRUE(loop_.run(first->move(std::move(moves))));

  auto second = opened();
  const auto* record = second->find(shop, ListingId::literal("CUP"));
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->epoch, made.epoch);
  EXPECT_EQ(record->state, State::sent);
  EXPECT_EQ(record->target, Units(3));
  EXPECT_EQ(record->before.quantity, Units(5));
  EXPECT_EQ(record->before.restore, "as it was");
  EXPECT_TRUE(record->sent_at.has_value());
  EXPECT_EQ(shown(*first), shown(*second));
  const auto full = loop_.run(second->intent(shop, ListingId::literal("CUP")));
  ASSERT_TRUE(full);
  EXPECT_EQ(full->explanation, R"({"available":3})");
}

TEST_F(JournalTest, OnlyWhoNamesTheCurrentEpochGetsTheNext) {
  auto j = opened();
  const auto first = append(*j, 0, "CUP", 3);
  ASSERT_TRUE(first.done);
  const auto blind = append(*j, 0, "CUP", 9);
  EXPECT_FALSE(blind.done);
  EXPECT_EQ(blind.epoch, first.epoch);
  const auto second = append(*j, first.epoch, "CUP", 2);
  EXPECT_TRUE(second.done);
  EXPECT_GT(second.epoch, first.epoch);
  EXPECT_EQ(move(*j, "CUP", first.epoch, State::sent), Moved::not_newest);
  EXPECT_EQ(move(*j, "CUP", second.epoch, State::accepted), Moved::not_legal);
}

TEST_F(JournalTest, ASupersededWriteMayStillLand) {
  auto j = opened();
  const auto first = append(*j, 0, "CUP", 3);
  EXPECT_EQ(move(*j, "CUP", first.epoch, State::sent), Moved::done);
  const auto second = append(*j, first.epoch, "CUP", 0);
  ASSERT_TRUE(second.done);
  const auto* record = j->find(shop, ListingId::literal("CUP"));
  ASSERT_EQ(record->late.size(), 1U);
  EXPECT_EQ(record->late[0].epoch, first.epoch);
  EXPECT_EQ(record->late[0].target, Units(3));
  EXPECT_EQ(shown(*opened()), shown(*j));
  ASSERT_TRUE(loop_.run(j->settle(shop, ListingId::literal("CUP"), first.epoch)));
  EXPECT_TRUE(j->find(shop, ListingId::literal("CUP"))->late.empty());
  EXPECT_EQ(shown(*opened()), shown(*j));
}

// Whoever counts what it may still do after a restart must know that it adds, or compares.
TEST_F(JournalTest, ALateWriteKeepsItsWay) {
  auto j = opened();
  const auto listing = ListingId::literal("CUP");
  const auto wish = [&](model::Command command) {
    const auto* record = j->find(shop, listing);
    auto intent = set_to("CUP", 0, loop_.clock.now());
    intent.command = std::move(command);
    std::vector<journal::Wish> wishes;
    wishes.push_back({record != nullptr ? record->epoch : 0, std::move(intent)});
    const auto done = loop_.run(j->append(std::move(wishes)));
    ASSERT_TRUE(done && done->front().done);
    ASSERT_EQ(move(*j, "CUP", done->front().epoch, State::sent), Moved::done);
  };
  wish(model::AdjustQuantity{shop, listing, Units(-3)});
  EXPECT_EQ(j->find(shop, listing)->target, Units(4)) << "seven before";
  wish(model::SetQuantity{shop, listing, Units(4), Units(7)});
  move(*j, "CUP", j->find(shop, listing)->epoch, State::unresolved);
  move(*j, "CUP", j->find(shop, listing)->epoch, State::abandoned);
  wish(model::SetQuantity{shop, listing, Units(2), {}});
  for (const auto* record : {j->find(shop, listing), opened()->find(shop, listing)}) {
    ASSERT_EQ(record->late.size(), 2U);
    EXPECT_EQ(record->late[0].way, (journal::Way{.by = Units(-3)}));
    EXPECT_EQ(record->late[0].target, Units(4));
    EXPECT_EQ(record->late[1].way, (journal::Way{.expected = Units(7)}));
    EXPECT_EQ(record->target, Units(2));
  }
}

// Written by a version that knew only "be this many": read as it is, and kept.
TEST_F(JournalTest, TakesOverWhatSchema1Wrote) {
  auto intent = set_to("CUP", 3, loop_.clock.now());
  ledger::Packer p;
  p.integer(8).integer(2).integer(1000).integer(900).integer(3).text(journal::encode_intent(intent));
  p.array(3).integer(6).integer(5).integer(800).text("").text("");
  ASSERT_TRUE(
      loop_.run(client_->call(redis::Request("HSET", "forestall:{acme}:intent", "shop CUP", p.bytes()))));
  ASSERT_TRUE(loop_.run(client_->call(redis::Request("SET", "forestall:{acme}:intent_epoch", "8"))));
  ASSERT_TRUE(loop_.run(client_->call(redis::Request("SET", "forestall:{acme}:intent_schema", "1"))));
  auto j = opened();
  const auto* record = j->find(shop, ListingId::literal("CUP"));
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->target, Units(3));
  EXPECT_EQ(record->late, (std::vector<journal::Late>{{6, Units(5), Instant(Millis(800)), {}}}));
  const auto next = append(*j, 8, "CUP", 1);
  ASSERT_TRUE(next.done);
  EXPECT_EQ(move(*j, "CUP", next.epoch, State::sent), Moved::done);
  const auto again = opened();
  record = again->find(shop, ListingId::literal("CUP"));
  ASSERT_EQ(record->late.size(), 2U);
  EXPECT_EQ(record->late[1].target, Units(3));
  EXPECT_EQ(record->late[1].way, journal::Way{});
  const auto schema = loop_.run(client_->call(redis::Request("GET", "forestall:{acme}:intent_schema")));
  ASSERT_TRUE(schema && schema->text() != nullptr);
  EXPECT_EQ(*schema->text(), "2") << "an older version must not read what this one writes";
}

TEST_F(JournalTest, WithoutTheLeaseNothingIsWritten) {
  auto j = opened();
  give_lease_to("2:somebody else");
  std::vector<journal::Wish> wishes;
  wishes.push_back({0, set_to("CUP", 3, loop_.clock.now())});
  const auto refused = loop_.run(j->append(std::move(wishes)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_THAT(refused.error().detail, HasSubstr("somebody else"));
  give_lease_to("1:me");
  EXPECT_TRUE(opened()->records().empty());
}

TEST_F(JournalTest, SwitchesOutliveTheProcess) {
  auto j = opened();
  ASSERT_TRUE(loop_.run(j->set_control("mode shop", "observe")));
  EXPECT_EQ(opened()->controls().at("mode shop"), "observe");
  ASSERT_TRUE(loop_.run(j->set_control("mode shop", "")));
  EXPECT_TRUE(opened()->controls().empty());
}

TEST_F(JournalTest, DropsWhatIsOldAndKeepsWhatStands) {
  auto j =
      std::make_unique<Journal>(*client_, loop_.clock, loop_.log,
                                journal::JournalOptions{.seller = SellerId::literal("acme"),
                                                        .lease_token = [] { return std::string("1:me"); },
                                                        .keep = Millis(0)});
  ASSERT_TRUE(loop_.run(j->open()));
  for (const auto& [listing, units, last] :
       {std::tuple("paused", 0, State::confirmed), std::tuple("raised", 4, State::confirmed),
        std::tuple("open", 4, State::accepted)}) {
    const auto made = append(*j, 0, listing, units);
    move(*j, listing, made.epoch, State::sent);
    move(*j, listing, made.epoch, last);
  }
  loop_.run_for(5ms);
  EXPECT_EQ(loop_.run(j->sweep()), 1U);
  EXPECT_EQ(j->find(shop, ListingId::literal("raised")), nullptr);
  EXPECT_NE(j->find(shop, ListingId::literal("paused")), nullptr);
  EXPECT_NE(j->find(shop, ListingId::literal("open")), nullptr);
  const auto again = append(*j, 0, "raised", 2);
  EXPECT_TRUE(again.done);
  EXPECT_GT(again.epoch, 3U) << "an epoch was given twice";
}

TEST_F(JournalTest, RefusesDataOfAnotherVersion) {
  ASSERT_TRUE(loop_.run(client_->call(redis::Request("SET", "forestall:{acme}:intent_schema", "99"))));
  auto j = make();
  const auto refused = loop_.run(j->open());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
}

// The definition, in a few lines: what the functions must do.
struct Plain {
  std::uint64_t epoch = 0;
  State state = State::confirmed;
  bool sent = false;
  std::vector<std::uint64_t> late{};
};

class Histories {
 public:
  Histories(Loop& loop, Journal& journal, std::uint64_t seed) : loop_(loop), j_(journal), random_(seed) {}

  void step() {
    const auto listing = fmt::format("L{}", random_.below(6));
    auto& p = plain_[listing];
    switch (random_.below(8)) {
      case 0:
      case 1:
        return append(listing, p, random_.below(5) != 0);
      case 2:
        if (!p.late.empty()) {
          const auto epoch = p.late[random_.below(p.late.size())];
          ASSERT_TRUE(loop_.run(j_.settle(shop, ListingId::literal(listing), epoch)));
          std::erase(p.late, epoch);
        }
        return;
      default:
        return move(listing, p);
    }
  }
  void compare(const Journal& j) const {
    for (const auto& [listing, p] : plain_) {
      const auto* r = j.find(shop, ListingId::literal(listing));
      if (p.epoch == 0) {
        EXPECT_EQ(r, nullptr);
        continue;
      }
      ASSERT_NE(r, nullptr) << listing;
      EXPECT_EQ(r->epoch, p.epoch) << listing;
      EXPECT_EQ(journal::word(r->state), journal::word(p.state)) << listing;
      std::vector<std::uint64_t> late;
      late.reserve(r->late.size());
      for (const auto& one : r->late) late.push_back(one.epoch);
      EXPECT_EQ(late, p.late) << listing;
    }
    std::size_t counted = 0;
    for (const auto n : j.by_state()) counted += n;
    EXPECT_EQ(counted, j.records().size());
  }

 private:
  void append(const std::string& listing, Plain& p, bool right) {
    std::vector<journal::Wish> wishes;
    wishes.push_back({right ? p.epoch : p.epoch + 1 + random_.below(3),
                      set_to(listing, static_cast<std::int64_t>(random_.below(9)), loop_.clock.now())});
    const auto done = loop_.run(j_.append(std::move(wishes)));
    ASSERT_TRUE(done) << to_string(done.error());
    ASSERT_EQ(done->front().done, right);
    if (!right) return;
    ASSERT_GT(done->front().epoch, last_);
    last_ = done->front().epoch;
    if (p.epoch != 0 && is_open(p.state) && p.sent) add_late(p);
    p = {done->front().epoch, State::requested, false, p.late};
  }
  void move(const std::string& listing, Plain& p) {
    const auto to = static_cast<State>(random_.below(journal::state_count));
    const bool stale = random_.below(8) == 0;
    std::vector<journal::Move> moves;
    moves.push_back({.account = shop,
                     .listing = ListingId::literal(listing),
                     .epoch = stale ? p.epoch + 7 : p.epoch,
                     .to = to});
    const auto done = loop_.run(j_.move(std::move(moves)));
    ASSERT_TRUE(done) << to_string(done.error());
    if (stale || p.epoch == 0) {
      ASSERT_EQ(done->front(), Moved::not_newest) << "epoch " << p.epoch;
      return;
    }
    const bool legal = to == p.state || may_follow(p.state, to);
    ASSERT_EQ(done->front(), legal ? Moved::done : Moved::not_legal) << word(p.state) << " to " << word(to);
    if (!legal || to == p.state) return;
    if (to == State::sent) p.sent = true;
    if (to == State::abandoned && may_land(p.state) && p.state != State::sent) add_late(p);
    p.state = to;
  }
  static void add_late(Plain& p) {
    p.late.push_back(p.epoch);
    if (p.late.size() > 16) p.late.erase(p.late.begin());
  }

  Loop& loop_;
  Journal& j_;
  SeededRandom random_;
  std::map<std::string, Plain> plain_;
  std::uint64_t last_ = 0;
};

TEST_F(JournalTest, RandomHistoriesAreWhatThePlainModelSays) {
  const auto steps = from_environment("FORESTALL_JOURNAL_STEPS", 3'000);
  auto j = opened();
  Histories histories(loop_, *j, 11);
  for (std::uint64_t i = 0; i < steps && !HasFatalFailure(); ++i) {
    histories.step();
    if (i % 500 == 499) {
      histories.compare(*j);
      histories.compare(*opened());
    }
  }
}

TEST_F(DurableJournalTest, NothingAcknowledgedIsLostWhenRedisDies) {
  const auto kills = from_environment("FORESTALL_JOURNAL_KILLS", 10);
  auto j = opened();
  Histories histories(loop_, *j, 12);
  SeededRandom random(13);
  for (std::uint64_t kill = 0; kill < kills && !HasFatalFailure(); ++kill) {
    // Writers that do not wait for each other: some of their calls are on their way when Redis dies.
    std::size_t answered = 0;
    std::map<std::string, journal::Appended> made;
    const auto crowd = 1 + random.below(20);
    for (std::uint64_t i = 0; i < crowd; ++i) {
      auto listing = fmt::format("crowd-{}-{}", kill, i);
      std::vector<journal::Wish> wishes;
      wishes.push_back({0, set_to(listing, 1, loop_.clock.now())});
      loop_.spawn(j->append(std::move(wishes)), [&, listing](Result<std::vector<journal::Appended>> done) {
        ++answered;
        if (done) made[listing] = done->front();
      });
    }
    if (random.below(2) == 0) loop_.io.poll();
    server_.kill();
    server_.start();
    loop_.run_until([&] { return answered == crowd; });
    for (int i = 0; i < 20 && !HasFatalFailure(); ++i) histories.step();
    auto after = opened();
    histories.compare(*after);
    EXPECT_EQ(made.size(), crowd) << "a call that may be repeated was not";
    for (const auto& [listing, appended] : made) {
      EXPECT_TRUE(appended.done) << listing;
      const auto* record = after->find(shop, ListingId::literal(listing));
      ASSERT_NE(record, nullptr) << listing << " was acknowledged and is lost";
      EXPECT_EQ(record->epoch, appended.epoch);
    }
    EXPECT_EQ(shown(*j), shown(*after));
  }
}

}  // namespace
}  // namespace forestall::test
