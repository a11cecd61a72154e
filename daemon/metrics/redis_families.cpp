// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics/redis_families.hpp"

#include <array>
#include <chrono>

namespace forestall::metrics {
namespace {

double unix_seconds(Instant instant) {
  return std::chrono::duration<double>(instant.time_since_epoch()).count();
}

}  // namespace

void collect_redis(Page& page, const redis::ClientState& state, const redis::ClientCounters& counters) {
  page.gauge("forestall_redis_connected", "1 while there is a connection to Redis.",
             std::uint64_t{state.connected});
  page.gauge("forestall_redis_state_change_timestamp_seconds",
             "When the connection was made or lost, in seconds since 1970.", unix_seconds(state.since));
  page.counter("forestall_redis_connects_total", "Connections made.", counters.connects);
  page.counter("forestall_redis_connect_failures_total", "Attempts to connect that failed.",
               counters.connect_failures);
  page.counter("forestall_redis_disconnects_total", "Connections lost.", counters.disconnects);
  page.counter("forestall_redis_commands_total", "Commands accepted from callers.", counters.commands);
  page.counter("forestall_redis_replies_total", "Replies given to callers.", counters.replies);
  constexpr std::string_view failed = "Requests without a good reply, by reason.";
  page.counter("forestall_redis_failures_total", failed, counters.error_replies, {{"reason", "error_reply"}});
  page.counter("forestall_redis_failures_total", failed, counters.timed_out, {{"reason", "timeout"}});
  page.counter("forestall_redis_failures_total", failed, counters.outcome_unknown,
               {{"reason", "outcome_unknown"}});
  page.counter("forestall_redis_failures_total", failed, counters.refused, {{"reason", "refused"}});
  page.counter("forestall_redis_failures_total", failed, counters.abandoned, {{"reason", "abandoned"}});
  page.counter("forestall_redis_repeated_total", "Requests sent again after a lost connection.",
               counters.repeated);
  page.counter("forestall_redis_written_bytes_total", "Bytes written to Redis.", counters.bytes_written);
  page.counter("forestall_redis_received_bytes_total", "Bytes received from Redis.", counters.bytes_received);
}

void collect_managed_redis(Page& page, const redis::ManagedStatus& status) {
  using redis::ManagedState;
  for (const auto state :
       {ManagedState::stopped, ManagedState::starting, ManagedState::running, ManagedState::backing_off,
        ManagedState::silent, ManagedState::foreign, ManagedState::stopping})
    page.gauge("forestall_redis_server_state", "1 for the state that the private redis-server is in.",
               std::uint64_t{status.state == state}, {{"state", redis::managed_state_name(state)}});
  page.counter("forestall_redis_server_starts_total", "Starts of the private redis-server.", status.starts);
}

void collect_redis_health(Page& page, const redis::ServerInfo& info) {
  const auto good = [&](std::string_view kind, std::string_view field) {
    const auto said = info.text(field);
    page.gauge("forestall_redis_persistence_good", "1 while the last step of that kind to the disk was good.",
               std::uint64_t{said.empty() || said == "ok"}, {{"kind", kind}});
  };
  good("append", "aof_last_write_status");
  good("rewrite", "aof_last_bgrewrite_status");
  good("snapshot", "rdb_last_bgsave_status");
  page.gauge("forestall_redis_append_only", "1 while the server keeps an append-only file.",
             std::uint64_t{info.text("aof_enabled") == "1"});
  const auto number = [&](std::string_view field) {
    return static_cast<double>(info.number(field).value_or(0));
  };
  page.gauge("forestall_redis_used_memory_bytes", "Memory that the server uses.", number("used_memory"));
  page.gauge("forestall_redis_max_memory_bytes", "The server's limit of memory; 0: none.",
             number("maxmemory"));
  page.counter("forestall_redis_evicted_keys_total", "Keys the server dropped for want of memory.",
               number("evicted_keys"));
}

void collect_ledger(Page& page, std::string_view seller, const LedgerFigures& f) {
  const auto gauge = [&](std::string_view name, std::string_view help, double value) {
    page.gauge(name, help, value, {{"seller", seller}});
  };
  const auto counter = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    page.counter(name, help, value, {{"seller", seller}});
  };
  gauge("forestall_ledger_open", "1 while the seller's lease is held and the mirror is full.",
        f.open ? 1 : 0);
  gauge("forestall_ledger_skus", "SKUs in the mirror.", static_cast<double>(f.skus));
  gauge("forestall_ledger_listings", "Listings in the mirror.", static_cast<double>(f.listings));
  gauge("forestall_ledger_unmapped_listings", "Listings that no SKU is known for.",
        static_cast<double>(f.unmapped_listings));
  gauge("forestall_ledger_ambiguous_listings", "Listings that the mapping file contradicts itself about.",
        static_cast<double>(f.ambiguous_listings));
  gauge("forestall_ledger_mapping_refused",
        "1 while the mapping file cannot be taken over and the former mapping stays in force.",
        f.mapping_refused ? 1 : 0);
  gauge("forestall_ledger_open_orders", "Open orders in the mirror.", static_cast<double>(f.open_orders));
  gauge("forestall_ledger_mirror_bytes", "Memory of the mirror's tables.",
        static_cast<double>(f.mirror_bytes));
  gauge("forestall_ledger_lease_renewed_timestamp_seconds",
        "When the seller's lease was last taken or renewed, in seconds since 1970.",
        unix_seconds(f.last_renewed));
  counter("forestall_ledger_opens_total", "Times that the ledger was opened.", f.opens);
  counter("forestall_ledger_open_failures_total", "Attempts to open the ledger that failed.",
          f.open_failures);
  counter("forestall_ledger_lease_losses_total", "Times that the lease was lost.", f.lease_losses);
}

}  // namespace forestall::metrics
