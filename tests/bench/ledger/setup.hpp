// SPDX-License-Identifier: Apache-2.0
// What the parts of the ledger's benchmark share: a server, a connected client, a filled seller.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/redis/client.hpp"
#include "tests/support/ledger/sync_ledger.hpp"
#include "tests/support/redis/loop.hpp"
#include "tests/support/redis/redis_server.hpp"

namespace forestall::bench {

inline constexpr const char* seller = "bench";

struct Server {
  explicit Server(bool durable, const std::string& folder);
  test::RedisServer redis;
  test::SyncRedis sync;

  std::int64_t used_memory();  // INFO memory, after lazy frees
};

// Seconds of processor time the server has used: what a busy machine does not blur.
double server_seconds(Server& server);

// Stock of `skus` SKUs named "SKU-000000000000" at one place, each with `listings` listings "L0-..", "L1-..".
void fill(test::SyncLedger& ledger, std::int64_t skus, int listings);
std::string sku_name(std::int64_t i);
std::string listing_name(int of, std::int64_t i);
Instant start_of_time();

// One packed order whose order id, version and listing hold __rand_int__ (12 characters, as redis-benchmark
// replaces them). Its numbers are decimal texts: redis-benchmark stops at a NUL byte.
std::string order_pattern();
// `pattern` with each __rand_int__ replaced by the next of `numbers`.
std::string fill_in(std::string pattern, const std::vector<std::uint64_t>& numbers);

void run_throughput(bool durable, std::int64_t orders, const std::string& folder);
void run_memory(const std::string& folder);
void run_mapping(std::int64_t skus);
void run_scale(std::int64_t skus, const std::string& folder);

}  // namespace forestall::bench
