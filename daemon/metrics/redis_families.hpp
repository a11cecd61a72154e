// SPDX-License-Identifier: Apache-2.0
// The figures of Redis and of the ledgers as families of metrics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "config/base/time.hpp"
#include "daemon/metrics/page.hpp"
#include "daemon/redis/client.hpp"
#include "daemon/redis/managed/managed_redis.hpp"

namespace forestall::metrics {

void collect_redis(Page& page, const redis::ClientState& state, const redis::ClientCounters& counters);
void collect_managed_redis(Page& page, const redis::ManagedStatus& status);

// One seller's ledger as the daemon sees it.
struct LedgerFigures {
  bool open = false;
  std::size_t skus = 0;
  std::size_t listings = 0;
  std::size_t unmapped_listings = 0;   // ambiguous ones among them
  std::size_t ambiguous_listings = 0;  // the file contradicts itself about them
  bool mapping_refused = false;        // a former mapping is in force
  std::size_t open_orders = 0;
  std::size_t mirror_bytes = 0;
  std::uint64_t opens = 0;          // attempts that succeeded
  std::uint64_t open_failures = 0;  // attempts that did not
  std::uint64_t lease_losses = 0;
  Instant last_renewed{};
};
// What a server says of itself (INFO); looked at now and then, not at each scrape.
void collect_redis_health(Page& page, const redis::ServerInfo& info);
void collect_ledger(Page& page, std::string_view seller, const LedgerFigures& figures);

}  // namespace forestall::metrics
