// SPDX-License-Identifier: Apache-2.0
// Everything that happens in the sandbox without a request: the world, what each account shows of it, the
// warehouse's files, and (if asked for) the seller's plain tool.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/backtest/world/fixed_buffer.hpp"
#include "daemon/backtest/world/world.hpp"
#include "tests/sandbox/listing_book.hpp"
#include "tests/sandbox/options.hpp"
#include "tests/sandbox/order_book.hpp"
#include "tests/sandbox/setting.hpp"
#include "tests/sandbox/warehouse.hpp"

namespace forestall::sandbox {

struct Calls {
  std::uint64_t calls = 0, throttled = 0, faults = 0, refused = 0;  // refused: 4xx but 429
};

// One write received from outside, whatever became of it.
struct WriteRecord {
  Instant at{};
  std::size_t account = 0;
  std::string sku{}, op{}, channel_code{}, status{}, submission{};
  std::optional<std::int64_t> quantity{}, price_minor{};
  bool preview = false;
  std::optional<Instant> live_at{};
};

struct Account {
  std::string name{}, seller{}, marketplace{}, country{}, currency{}, domain{}, language{};
  std::string client{}, secret{}, refresh_token{};
  OrderBook orders;
  ListingBook listings;
  std::map<std::string, Calls, std::less<>> calls{};
};

class Market {
 public:
  Market(Setting setting, const Options& options);
  Market(const Market&) = delete;
  Market& operator=(const Market&) = delete;

  Instant now() const { return world_.now(); }
  Instant next_event() const;
  void advance_to(Instant until);
  // The last shoppers are served and everything accepted is picked.
  void finish();

  const Setting& setting() const { return setting_; }
  const Options& options() const { return options_; }
  world::World& world() { return world_; }
  const world::World& world() const { return world_; }
  std::vector<Account>& accounts() { return accounts_; }
  const std::vector<Account>& accounts() const { return accounts_; }
  std::vector<WriteRecord>& writes() { return writes_; }
  const std::vector<WriteRecord>& writes() const { return writes_; }
  const std::string& warehouse_fault() const { return warehouse_fault_; }

  // The same shoppers and the same luck with nobody but the seller's plain tool, from the start until now.
  world::Truth baseline(Millis every, std::int32_t buffer) const;

 private:
  void show();

  Options options_;
  Setting setting_;
  world::World world_;
  std::vector<Account> accounts_;
  std::optional<Warehouse> warehouse_;
  std::optional<world::FixedBuffer> seller_;
  std::vector<world::Write> seller_writes_;
  std::vector<WriteRecord> writes_;
  std::string warehouse_fault_;
};

}  // namespace forestall::sandbox
