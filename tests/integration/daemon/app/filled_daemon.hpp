// SPDX-License-Identifier: Apache-2.0
// A daemon beside a Redis of the test whose records are filled already: the test can stop that Redis, bend
// its counters and read them.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/daemon/running_daemon.hpp"
#include "tests/support/ledger/sync_ledger.hpp"
#include "tests/support/redis/redis_server.hpp"

namespace forestall::test {

inline const std::string mapping_header = "account,listing,sku,units\n";

inline std::string tables_of(const RedisServer& server) {
  return "[redis]\nmode = \"address\"\naddress = \"unix://" + server.socket() + R"("
[[seller]]
id = "acme"
time_zone = "Europe/Berlin"
currency = "EUR"
mapping_file = "mapping.csv"
[[stock]]
id = "warehouse"
seller = "acme"
kind = "csv"
path = "stock.csv"
location = "berlin"
deducts_at = "ship"
)";
}

// An account at Amazon whose channel nobody answers for.
inline std::string account_table(const std::string& id) {
  return "[[account]]\nid = \"" + id + R"("
seller = "acme"
kind = "amazon"
marketplace = "A1PA6795UKMFR9"
merchant_id = "A1SANDBOX"
client_id = "amzn1.application-oa2-client.x"
client_secret_file = "./token"
refresh_token_file = "./token"
base_url = "http://127.0.0.1:9"
token_url = "http://127.0.0.1:9"
)";
}

// A daemon on a Redis whose records somebody has filled: ten units of SKU-1, SKU-2 and L-3, and open orders
// of two, three and four units of the listings L-1, L-2 and L-3, none of them mapped.
class FilledDaemon : public ::testing::Test {
 protected:
  FilledDaemon() : sync_(server_.socket()) {
    load_library(sync_);
    records_.emplace(sync_, "acme");
    const auto now =
        std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());  // as the daemon will
    records_->set_now(now);
    records_->configure({{SourceId::literal("warehouse"), LocationId::literal("berlin"), model::Pool::own,
                          model::DeductsAt::ship, true}});
    std::vector<model::Observation> page;
    for (const char* sku : {"SKU-1", "SKU-2", "L-3"})
      page.push_back(
          model::StockLevel{{SourceId::literal("warehouse"), model::Version(1), now - std::chrono::hours(1)},
                            SkuId::literal(sku),
                            LocationId::literal("berlin"),
                            Units(10),
                            false});
    for (int i = 1; i <= 3; ++i) {
      model::OrderUpsert order;
      order.from = {SourceId::literal("amazon"), model::Version(1), now - std::chrono::minutes(30)};
      order.account = AccountId::literal("amazon");
      order.id = OrderId::literal("114-" + std::to_string(i));
      order.placed_at = now - std::chrono::minutes(30);
      order.placed_day = std::chrono::floor<std::chrono::days>(now);
      auto& line = order.lines.emplace_back();
      line.id = OrderLineId::literal("1");
      line.listing = ListingId::literal("L-" + std::to_string(i));
      line.ordered = Units(1 + i);
      page.push_back(order);
    }
    records_->observe(page);
    sync_.call({"DEL", "forestall:{acme}:lease"});
    EXPECT_TRUE(daemon_.wait_until_ready());
    EXPECT_EQ(daemon_.stop(), (Ended{0, 0}));
    const auto token = daemon_.folder.write("token", "0123456789abcdef0123456789abcdef\n");
    std::filesystem::permissions(token, std::filesystem::perms::owner_read);
    daemon_.rewrite({.api_table = "token_file = \"./token\"", .more = tables_of(server_)});
  }

  void write(const std::string& rows) { daemon_.folder.write("mapping.csv", mapping_header + rows); }
  ChildProcess start() const { return ChildProcess({program("forestalld"), "--config", daemon_.config}); }
  bool ready() const {
    return eventually([&] { return get("/readyz")->status == 200; });
  }
  std::optional<HttpAnswer> get(std::string_view target) const { return daemon_.get(target); }
  Finished forestall_map() const {
    return run({program("forestall"), "--config", daemon_.config, "map", "acme"});
  }
  std::int64_t available(const std::string& sku) {
    const auto states = records_->states();
    const auto found = states.find({sku, model::Pool::own});
    return found == states.end() ? -999 : found->second.available.count();
  }
  bool are(std::int64_t one, std::int64_t two, std::int64_t three) {
    return available("SKU-1") == one && available("SKU-2") == two && available("L-3") == three;
  }
  bool become(std::int64_t one, std::int64_t two, std::int64_t three) {
    return eventually([&] { return are(one, two, three); });
  }

  RedisServer server_;
  SyncRedis sync_;
  std::optional<SyncLedger> records_;
  RunningDaemon daemon_;
};

}  // namespace forestall::test
