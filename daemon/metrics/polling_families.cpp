// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics/polling_families.hpp"

#include <array>
#include <chrono>

namespace forestall::metrics {

using polling::Leg;

namespace {

double unix_seconds(std::optional<Instant> instant) {
  return instant ? std::chrono::duration<double>(instant->time_since_epoch()).count() : 0;
}
double seconds(std::chrono::nanoseconds span) { return std::chrono::duration<double>(span).count(); }

constexpr std::array legs{std::pair{Leg::placed_to_seen, std::string_view("placed_to_seen")},
                          std::pair{Leg::seen_to_sent, std::string_view("seen_to_sent")},
                          std::pair{Leg::sent_to_live, std::string_view("sent_to_live")}};
constexpr std::array quantiles{std::pair{.5, std::string_view("0.5")},
                               std::pair{.95, std::string_view("0.95")}};

}  // namespace

void collect_feed(Page& page, const FeedRow& row) {
  const auto& f = row.figures;
  const auto counter = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    page.counter(name, help, value, {{"seller", row.seller}, {"source", row.source}, {"feed", row.feed}});
  };
  const auto gauge = [&](std::string_view name, std::string_view help, double value) {
    page.gauge(name, help, value, {{"seller", row.seller}, {"source", row.source}, {"feed", row.feed}});
  };
  counter("forestall_poll_rounds_total", "Polls that came to the end of what there was.", f.rounds);
  counter("forestall_poll_pages_total", "Pages that were read.", f.pages);
  counter("forestall_poll_received_bytes_total", "Bytes of the answers.", f.bytes);
  counter("forestall_poll_observations_total", "Observations in the pages that were read.", f.observations);
  counter("forestall_poll_applied_total", "Observations that changed something in the ledger.", f.applied);
  counter("forestall_poll_unmapped_total", "Orders applied with a line that no SKU is known for.",
          f.unmapped);
  counter("forestall_poll_set_aside_total", "Entities that could not be read, or make no sense.",
          f.set_aside);
  counter("forestall_poll_restarts_total", "Times that a cursor was refused and the feed read anew.",
          f.restarts);
  counter("forestall_poll_failures_total", "Polls that failed.", f.failures);
  gauge("forestall_poll_failing", "1 while the last attempt failed.", f.error ? 1 : 0);
  gauge("forestall_poll_last_success_timestamp_seconds",
        "When a page was last applied or found to hold nothing, in seconds since 1970.",
        unix_seconds(f.last_success));
}

void collect_account(Page& page, const AccountRow& row) {
  const auto gauge = [&](std::string_view name, std::string_view help, double value) {
    page.gauge(name, help, value, {{"seller", row.seller}, {"account", row.account}});
  };
  gauge("forestall_account_connected", "1 where a connector of the account's kind could be made.",
        row.connected ? 1 : 0);
  gauge("forestall_backfill_done", "1 once past orders and all listings have been read.",
        row.backfilled ? 1 : 0);
  gauge("forestall_backfill_ratio", "Share of the past orders that has been read, by time of placing.",
        row.backfill_share);
  gauge("forestall_orders_complete_before_timestamp_seconds",
        "Every order placed before it has been applied, in seconds since 1970.",
        unix_seconds(row.orders_complete_before));
  gauge("forestall_listings_read_timestamp_seconds",
        "When the last complete reading of all listings began, in seconds since 1970.",
        unix_seconds(row.listings_read_at));
  gauge("forestall_contradicted_entities", "Entities that contradict themselves and are read again.",
        static_cast<double>(row.contradicted));
  gauge("forestall_clock_skew_seconds", "The channel's clock minus ours; 0 while it is not known.",
        row.skew ? seconds(*row.skew) : 0);
  gauge("forestall_clock_skew_too_large", "1 while writes are stopped because the clocks disagree.",
        row.skew_too_large ? 1 : 0);
  for (const auto& [q, word] : quantiles) {
    for (const auto& [leg, name] : legs)
      page.gauge("forestall_blind_window_leg_seconds", "A leg of the blind window.",
                 seconds(row.blind_window.quantile(leg, q)),
                 {{"seller", row.seller}, {"account", row.account}, {"stage", name}, {"quantile", word}});
    page.gauge("forestall_blind_window_seconds",
               "From an order being placed to the last listing reflecting it.",
               seconds(row.blind_window.quantile(q)),
               {{"seller", row.seller}, {"account", row.account}, {"quantile", word}});
  }
  for (const auto& [leg, name] : legs)
    page.counter("forestall_blind_window_measurements_total", "Measurements that a leg was learned from.",
                 row.blind_window.measured(leg),
                 {{"seller", row.seller}, {"account", row.account}, {"stage", name}});
}

void collect_stock(Page& page, const StockRow& row) {
  page.gauge("forestall_stock_true_timestamp_seconds",
             "The latest time that the source spoke of, in seconds since 1970.", unix_seconds(row.true_at),
             {{"seller", row.seller}, {"source", row.source}});
  page.gauge("forestall_stock_stale", "1 while the source said nothing newer for longer than stale_after.",
             std::uint64_t{row.stale}, {{"seller", row.seller}, {"source", row.source}});
  page.gauge("forestall_stock_suspect", "1 while a reading that cannot be believed as a whole is not taken.",
             std::uint64_t{row.suspect}, {{"seller", row.seller}, {"source", row.source}});
}

void collect_calls(
    Page& page, const std::map<std::pair<std::string, scheduling::Purpose>, scheduling::TurnFigures>& calls) {
  std::map<scheduling::Purpose, scheduling::TurnFigures> by_purpose;
  for (std::size_t i = 0; i < scheduling::purpose_count; ++i)
    by_purpose.try_emplace(static_cast<scheduling::Purpose>(i));
  for (const auto& [key, f] : calls) {
    const std::string_view account = key.first;
    const auto purpose = scheduling::purpose_name(key.second);
    page.gauge("forestall_calls_waiting", "Calls that wait for their turn.", f.waiting,
               {{"account", account}, {"purpose", purpose}});
    page.gauge("forestall_calls_longest_wait_seconds", "How long the first of them has been waiting.",
               seconds(f.longest_wait), {{"account", account}, {"purpose", purpose}});
    page.counter("forestall_calls_granted_total", "Calls whose turn came.", f.granted,
                 {{"account", account}, {"purpose", purpose}});
    page.counter("forestall_calls_given_up_total", "Calls whose deadline came before their turn.", f.given_up,
                 {{"account", account}, {"purpose", purpose}});
    auto& sum = by_purpose[key.second];
    for (std::size_t i = 0; i < f.waits.size(); ++i) sum.waits[i] += f.waits[i];
    sum.waited_seconds += f.waited_seconds;
  }
  for (const auto& [purpose, f] : by_purpose)
    page.histogram("forestall_call_wait_seconds", "How long calls waited for their turn.",
                   {.bounds = scheduling::wait_bounds, .counts = f.waits, .sum = f.waited_seconds},
                   {{"purpose", scheduling::purpose_name(purpose)}});
}

}  // namespace forestall::metrics
