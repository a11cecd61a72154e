// SPDX-License-Identifier: Apache-2.0
// A journal on a real redis-server, and intents to put into it.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "daemon/journal/journal.hpp"
#include "tests/support/redis/loop.hpp"
#include "tests/support/redis/redis_server.hpp"

namespace forestall::test {

using journal::Journal;
using journal::Moved;
using journal::State;
using namespace std::chrono_literals;

inline const auto shop = AccountId::literal("shop");

inline journal::Intent set_to(const std::string& listing, std::int64_t units, Instant at) {
  return {.command = model::SetQuantity{shop, ListingId::literal(listing), Units(units), {}},
          .before = {.quantity = Units(7), .activity = model::ListingActivity::active, .at = at},
          .who = "rule",
          .reason = "sold_elsewhere",
          .explanation = R"({"available":3})",
          .requested_at = at};
}

class JournalTest : public ::testing::Test {
 public:
  ~JournalTest() override {
    client_->stop();
    loop_.join();
  }

 protected:
  explicit JournalTest(bool durable = false) : server_(RedisOptions{.durable = durable}) {
    redis::ClientConfig config;
    config.endpoint = redis::parse_endpoint(server_.url()).value();
    config.backoff.base = 5ms;
    client_ = std::make_unique<redis::Client>(loop_.io.get_executor(), config, loop_.clock, loop_.random,
                                              loop_.log);
    loop_.spawn(client_->run());
    give_lease_to("1:me");
  }
  void give_lease_to(const std::string& token) {
    ASSERT_TRUE(loop_.run(client_->call(redis::Request("SET", "forestall:{acme}:lease", token))));
  }
  std::unique_ptr<Journal> make(std::string token = "1:me") {
    return std::make_unique<Journal>(*client_, loop_.clock, loop_.log,
                                     journal::JournalOptions{.seller = SellerId::literal("acme"),
                                                             .lease_token = [token] { return token; },
                                                             .call_timeout = 20s,
                                                             .slice = 10});
  }
  std::unique_ptr<Journal> opened() {
    auto journal = make();
    const auto ok = loop_.run(journal->open());
    EXPECT_TRUE(ok) << to_string(ok.error());
    return journal;
  }
  journal::Appended append(Journal& j, std::uint64_t named, const std::string& listing, std::int64_t units) {
    std::vector<journal::Wish> wishes;
    wishes.push_back({named, set_to(listing, units, loop_.clock.now())});
    const auto done = loop_.run(j.append(std::move(wishes)));
    EXPECT_TRUE(done) << to_string(done.error());
    return done ? done->front() : journal::Appended{};
  }
  Moved move(Journal& j, const std::string& listing, std::uint64_t epoch, State to) {
    std::vector<journal::Move> moves;
    moves.push_back({.account = shop, .listing = ListingId::literal(listing), .epoch = epoch, .to = to});
    const auto done = loop_.run(j.move(std::move(moves)));
    EXPECT_TRUE(done) << to_string(done.error());
    return done ? done->front() : Moved::not_newest;
  }

  RedisServer server_;
  Loop loop_;
  std::unique_ptr<redis::Client> client_;
};

}  // namespace forestall::test
