// SPDX-License-Identifier: Apache-2.0
// Settings, holds, history, retention.
#include <array>
#include <chrono>
#include <utility>

#include "config/base/text.hpp"
#include "daemon/ledger/entity_codec.hpp"
#include "daemon/ledger/ledger.hpp"
#include "daemon/ledger/observation_codec.hpp"
#include "daemon/ledger/pack.hpp"

namespace forestall::ledger {
namespace {

using redis::Repeat;

// "3:20580:1:2" as numbers; empty where a part is none.
std::vector<std::int64_t> numbers(std::string_view field) {
  std::vector<std::int64_t> values;
  for (const auto part : split(field, ':')) {
    const auto value = parse_integer<std::int64_t>(part);
    if (!value) return {};
    values.push_back(*value);
  }
  return values;
}

// Entries of the demand stream that are kept for a forecast that never says how far it is.
constexpr int most_events = 2'000'000;

// Orders first: what they counted moves to the base counters before those are looked at.
constexpr std::array<std::string_view, 9> swept = {"order",  "receipt",  "pick",        "entity", "day",
                                                   "cancel", "day_base", "cancel_base", "history"};

CivilDate day_of(std::int64_t number) {
  return std::chrono::sys_days(std::chrono::days(static_cast<int>(number)));
}

}  // namespace

Task<bool> Ledger::configure(std::vector<Feed> feeds) {
  if (auto ok = co_await ready(); !ok) co_return std::unexpected(ok.error());
  std::vector<std::string> missing;
  for (const auto& feed : feeds) {
    add_name(names_, NameKind::feed, feed_name(feed.source, feed.location), missing);
    add_name(names_, NameKind::location, feed.location.str(), missing);
    if (feed.pool == model::Pool::preorder)
      co_return fail(ErrorCode::invalid_argument, "feed " + feed_name(feed.source, feed.location) +
                                                      ": nobody can have pre-orders on hand");
  }
  if (auto ok = co_await intern(std::move(missing)); !ok) co_return std::unexpected(ok.error());
  auto reply = co_await fcall("forestall_configure", leased({encode_feeds(feeds, names_)}), Repeat::harmless);
  if (!reply) co_return std::unexpected(reply.error());
  if (*reply != "1") co_return false;
  auto differences = co_await rebuild_with("2");
  if (!differences) co_return std::unexpected(differences.error());
  if (auto ok = co_await load_mirror(); !ok) co_return std::unexpected(ok.error());
  co_return true;
}

Task<Change> Ledger::set_reserve(SkuId sku, model::Pool pool, Units units) {
  if (auto ok = co_await ready(); !ok) co_return std::unexpected(ok.error());
  if (units < Units{} || !in_range(units))
    co_return fail(ErrorCode::invalid_argument, "reserve is out of range");
  Packer p;
  p.text("reserve").text(sku.str()).integer(static_cast<std::int64_t>(pool)).integer(units.count());
  auto reply = co_await fcall("forestall_set", leased({p.take()}), Repeat::never);
  if (!reply) co_return std::unexpected(reply.error());
  auto change = decode_set(*reply);
  if (change) feed(change->skus, change->sequence);
  co_return change;
}

Task<Change> Ledger::set_hold(AccountId account, ListingId listing, std::string hold) {
  if (auto ok = co_await ready(); !ok) co_return std::unexpected(ok.error());
  std::vector<std::string> missing;
  add_name(names_, NameKind::account, account.str(), missing);
  if (auto ok = co_await intern(std::move(missing)); !ok) co_return std::unexpected(ok.error());
  Packer p;
  p.text("hold").text(account_field(account, listing.str(), names_));
  if (hold.empty())
    p.integer(0);
  else
    p.text(hold);
  auto reply = co_await fcall("forestall_set", leased({p.take()}), Repeat::never);
  if (!reply) co_return std::unexpected(reply.error());
  StoredListing stored;
  if (const auto ref = mirror_.find_listing(account, listing.str())) stored = mirror_.listing(*ref);
  stored.account = account;
  stored.listing = listing;
  stored.hold = hold;
  mirror_.put(stored);
  co_return decode_set(*reply);
}

Task<Change> Ledger::set_mode(AccountId account, ListingId listing, std::int64_t mode) {
  if (auto ok = co_await ready(); !ok) co_return std::unexpected(ok.error());
  if (mode < 0 || mode > 255) co_return fail(ErrorCode::invalid_argument, "mode is out of range");
  std::vector<std::string> missing;
  add_name(names_, NameKind::account, account.str(), missing);
  if (auto ok = co_await intern(std::move(missing)); !ok) co_return std::unexpected(ok.error());
  Packer p;
  p.text("mode").text(account_field(account, listing.str(), names_)).integer(mode);
  auto reply = co_await fcall("forestall_set", leased({p.take()}), Repeat::never);
  if (!reply) co_return std::unexpected(reply.error());
  StoredListing stored;
  if (const auto ref = mirror_.find_listing(account, listing.str())) stored = mirror_.listing(*ref);
  stored.account = account;
  stored.listing = listing;
  stored.mode = mode;
  mirror_.put(stored);
  co_return decode_set(*reply);
}

Task<BudgetCounts> Ledger::budget() {
  auto placed = co_await hash("day");
  if (!placed) co_return std::unexpected(placed.error());
  auto cancelled = co_await hash("cancel");
  if (!cancelled) co_return std::unexpected(cancelled.error());
  BudgetCounts counts;
  for (const auto& [field, orders] : *placed) {
    const auto n = numbers(field);
    auto account =
        n.size() == 2 ? AccountId::parse(names_.name(NameKind::account, n[0])) : Result<AccountId>{};
    if (n.size() != 2 || !account)
      co_return fail(ErrorCode::parse, "ledger: counter " + printable(field, 80));
    counts.placed.push_back({*account, day_of(n[1]), parse_integer<std::int64_t>(orders).value_or(0)});
  }
  for (const auto& [field, orders] : *cancelled) {
    const auto n = numbers(field);
    auto account =
        n.size() == 4 ? AccountId::parse(names_.name(NameKind::account, n[0])) : Result<AccountId>{};
    if (n.size() != 4 || !account)
      co_return fail(ErrorCode::parse, "ledger: counter " + printable(field, 80));
    counts.cancelled.push_back({*account, day_of(n[1]), static_cast<model::CancelReason>(n[2]),
                                static_cast<model::CancelledBy>(n[3]),
                                parse_integer<std::int64_t>(orders).value_or(0)});
  }
  co_return counts;
}

Task<std::vector<model::Observation>> Ledger::kept() {
  std::vector<model::Observation> all;
  const auto keep = [&all](const model::Observation& one) { all.push_back(one); };
  if (auto ok = co_await visit_kept(keep); !ok) co_return std::unexpected(ok.error());
  co_return all;
}

Task<void> Ledger::visit_kept(std::function<void(const model::Observation&)> see) {
  std::string cursor = "0";
  do {
    auto reply = co_await fcall("forestall_load", {"entity", cursor, std::to_string(options_.slice)},
                                Repeat::harmless);
    if (!reply) co_return std::unexpected(reply.error());
    auto slice = decode_record_slice(*reply);
    if (!slice) co_return std::unexpected(slice.error());
    for (const auto& [field, record] : slice->records) {
      auto observation = decode_entity(field, record);
      if (!observation) co_return std::unexpected(observation.error());
      see(*observation);
    }
    cursor = slice->cursor;
  } while (cursor != "0");
  co_return Result<void>{};
}

Task<void> Ledger::visit_orders(std::function<void(const model::OrderUpsert&)> see) {
  const auto size = std::to_string(std::max(1, options_.slice / 5));
  std::string cursor = "0";
  do {
    auto reply = co_await fcall("forestall_load", {"order", cursor, size}, Repeat::harmless);
    if (!reply) co_return std::unexpected(reply.error());
    auto slice = decode_record_slice(*reply);
    if (!slice) co_return std::unexpected(slice.error());
    for (const auto& [field, record] : slice->records) {
      auto order = decode_order(field, record, names_);
      if (!order) co_return std::unexpected(order.error());
      see(order->order);
    }
    cursor = slice->cursor;
  } while (cursor != "0");
  co_return Result<void>{};
}

Task<std::vector<HistoryEvent>> Ledger::history(SkuId sku) {
  auto reply = co_await command(redis::Request("HGET", key("history"), sku.str()), Repeat::harmless);
  if (!reply) co_return std::unexpected(reply.error());
  auto text = reply->expect_text_or_nil("HGET history");
  if (!text) co_return std::unexpected(text.error());
  if (!*text) co_return std::vector<HistoryEvent>{};
  co_return decode_history(sku.str(), **text);
}

Task<Replay> Ledger::events_since(std::uint64_t sequence) {
  Replay replay;
  replay.sequence = sequence;
  auto forgotten = co_await command(redis::Request("GET", key("forgotten")), Repeat::harmless);
  if (!forgotten) co_return std::unexpected(forgotten.error());
  if (const auto* text = forgotten->text())
    replay.complete = parse_integer<std::uint64_t>(*text).value_or(0) <= sequence;
  for (;;) {
    auto reply =
        co_await command(redis::Request("XRANGE", key("demand"), std::to_string(replay.sequence + 1) + "-0",
                                        "+", "COUNT", options_.slice),
                         Repeat::harmless);
    if (!reply) co_return std::unexpected(reply.error());
    if (reply->items().empty()) co_return replay;
    for (const auto& entry : reply->items()) {
      const auto parts = entry.items();
      const auto* id = parts.size() == 2 ? parts[0].text() : nullptr;
      const auto* packed =
          id != nullptr && parts[1].items().size() == 2 ? parts[1].items()[1].text() : nullptr;
      if (packed == nullptr) co_return fail(ErrorCode::parse, "XRANGE demand: " + entry.describe());
      auto events = decode_events(*packed);
      if (!events) co_return std::unexpected(events.error());
      const auto n = parse_integer<std::uint64_t>(std::string_view(*id).substr(0, id->find('-')));
      if (!n) co_return fail(ErrorCode::parse, "XRANGE demand: entry " + printable(*id, 40));
      for (auto& event : *events) replay.events.emplace_back(*n, std::move(event));
      replay.sequence = *n;
    }
  }
}

Task<std::int64_t> Ledger::forget_events(std::uint64_t through) {
  auto reply = co_await fcall(
      "forestall_trim", leased({std::to_string(through), std::to_string(most_events)}), Repeat::harmless);
  if (!reply) co_return std::unexpected(reply.error());
  co_return parse_integer<std::int64_t>(*reply).value_or(0);
}

Task<Change> Ledger::sweep(std::function<void(const Change&)> told) {
  Change all;
  for (const auto what : swept) {
    std::string cursor = "0";
    do {
      // Between two slices a rebuild may have begun.
      if (auto ok = co_await ready(); !ok) co_return std::unexpected(ok.error());
      auto reply =
          co_await fcall("forestall_sweep",
                         leased({std::string(what), cursor, std::to_string(options_.slice)}), Repeat::never);
      if (!reply) co_return std::unexpected(reply.error());
      auto slice = decode_swept(*reply);
      if (!slice) co_return std::unexpected(slice.error());
      feed(slice->skus, slice->sequence);
      cursor = slice->cursor;
      if (told) told(*slice);
      append(all, std::move(*slice));
    } while (cursor != "0");
  }
  if (auto ok = co_await forget_events(0); !ok) co_return std::unexpected(ok.error());
  co_return all;
}

}  // namespace forestall::ledger
