// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/ledger_keeper.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ranges>

#include "config/base/file.hpp"
#include "connectors/mapping/mapping.hpp"
#include "connectors/model/words.hpp"
#include "connectors/net/sleep.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;

constexpr Millis lease_ttl = 15s;
constexpr Millis renew_every = 4s;
constexpr Millis takeover_ask = 2s;  // at most, between two questions for a lease that is held
constexpr Millis first_pause = 250ms;
constexpr Millis longest_pause = 5s;
constexpr Millis sweep_every = std::chrono::hours(6);
constexpr std::size_t max_mapping_bytes = std::size_t{1} << 30;
constexpr std::size_t problems_shown = 20;

// Who holds the lease, for people: host, process, and a number so that a reused pid is not taken for us.
std::string owner_name(Random& random) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return fmt::format("{}:{}:{:08x}", host.data(), getpid(), random.bits() & 0xffffffffU);
}

}  // namespace

std::vector<ledger::Feed> feeds_of(const config::Settings& settings, const SellerId& seller) {
  std::vector<ledger::Feed> feeds;
  for (const auto& stock : settings.stocks)
    if (stock.seller == seller)
      feeds.push_back({.source = stock.id,
                       .location = stock.location,
                       .pool = model::parse_word<model::Pool>(stock.pool).value_or(model::Pool::own),
                       .deducts_at = static_cast<model::DeductsAt>(stock.deducts_at),
                       .authority = stock.authority});
  return feeds;
}

LedgerKeeper::LedgerKeeper(Context& context, redis::Client& client, flow::Seller& seller)
    : context_(context),
      row_(seller),
      log_(context.log.with({{"seller", row_.settings.id}})),
      ledger_(client, context.machine_clock, log_,
              {.seller = row_.settings.id, .owner = owner_name(context.random), .lease_ttl = lease_ttl}),
      ready_(context.conditions.declare("ledger " + row_.settings.id.str(), "the ledger is not open yet")) {
  row_.ledger = &ledger_;
  opening_.emplace(context.activity);
}

awaitable<void> LedgerKeeper::run() {
  for (unsigned failures = 0;;) {
    const auto opened = co_await open();
    if (opened) {
      failures = 0;
      row_.open = true;
      opening_.reset();
      ++figures_.opens;
      figures_.last_renewed = context_.machine_clock.now();
      ready_.met();
      log_.notice("ledger_opened", {{"skus", ledger_.mirror().skus()},
                                    {"listings", ledger_.mirror().listings()},
                                    {"open_orders", ledger_.mirror().open_orders()}});
      const auto lost = co_await hold();
      row_.open = false;
      opening_.emplace(context_.activity);
      ++figures_.lease_losses;
      ready_.missing("the lease was lost: " + lost.error().detail);
      log_.error("ledger_lost", {{"reason", lost.error()}});
    } else {
      ++figures_.open_failures;
      ready_.missing(opened.error().detail);
      // Once when it begins and then rarely: a Redis that is away for an hour is one fact, not a thousand.
      if (failures % 32 == 0) log_.warning("ledger_not_open", {{"reason", opened.error()}});
      ++failures;
    }
    // A lease that somebody else holds runs out within its time: ask often enough to take over at once.
    const bool held = !opened && opened.error().code == ErrorCode::conflict;
    const Millis most =
        held ? takeover_ask : std::min<Millis>(longest_pause, first_pause * (1 << std::min(failures, 8U)));
    // Full jitter: daemons that lost the same Redis do not come back together.
    const double share = context_.random.unit();
    co_await net::sleep_for(
        context_.machine_clock,
        Millis(20 + static_cast<std::int64_t>(share * static_cast<double>(most.count()))));
  }
}

awaitable<Status> LedgerKeeper::open() {
  if (auto ok = co_await ledger_.open(); !ok) co_return ok;
  if (auto ok = co_await ledger_.configure(feeds_of(context_.settings, row_.settings.id)); !ok)
    co_return std::unexpected(ok.error());
  co_return co_await map_listings();
}

// A file that cannot be read keeps the mapping that is stored: nothing already known is lost.
awaitable<Status> LedgerKeeper::map_listings() {
  if (!row_.settings.mapping_file) co_return Status{};
  const auto bytes = read_file(*row_.settings.mapping_file, max_mapping_bytes);
  if (!bytes) {
    log_.error("mapping_refused", {{"reason", bytes.error()}});
    co_return Status{};
  }
  std::vector<AccountId> accounts;
  for (const auto& account : context_.settings.accounts)
    if (account.seller == row_.settings.id) accounts.push_back(account.id);
  const auto file = mapping::parse_mapping(*bytes, accounts);
  if (!file) {
    log_.error("mapping_refused", {{"file", row_.settings.mapping_file->string()}, {"reason", file.error()}});
    co_return Status{};
  }
  for (const auto& problem : file->problems | std::views::take(problems_shown))
    log_.warning("mapping_row", {{"file", row_.settings.mapping_file->string()},
                                 {"line", problem.line},
                                 {"problem", problem.reason}});
  if (file->unattributed > 0) {
    log_.error("mapping_refused", {{"file", row_.settings.mapping_file->string()},
                                   {"reason", "rows whose listing cannot be read"},
                                   {"rows", file->unattributed}});
    co_return Status{};
  }
  std::vector<ledger::Mapping> mappings;
  for (const auto& entry : file->mapping.entries()) {
    const auto& account = file->mapping.accounts().at(entry.account);
    if (mappings.empty() || mappings.back().account != account || mappings.back().listing != entry.listing)
      mappings.push_back({.account = account, .listing = entry.listing, .components = {}});
    mappings.back().components.push_back({entry.component.sku, entry.component.units});
  }
  const auto count = mappings.size();
  if (auto ok = co_await ledger_.map(std::move(mappings)); !ok) co_return std::unexpected(ok.error());
  log_.info("mapping_loaded", {{"file", row_.settings.mapping_file->string()},
                               {"listings", count},
                               {"problems", file->problem_count}});
  co_return Status{};
}

// Returns only with the reason why the lease is no longer ours.
awaitable<Status> LedgerKeeper::hold() {
  auto sweep_at = context_.machine_clock.monotonic();
  for (;;) {
    co_await net::sleep_for(context_.machine_clock, renew_every);
    if (auto ok = co_await ledger_.renew(); ok)
      figures_.last_renewed = context_.machine_clock.now();
    else if (ok.error().code == ErrorCode::conflict ||
             context_.machine_clock.monotonic() >= ledger_.lease_until())
      co_return std::unexpected(ok.error());
    if (context_.machine_clock.monotonic() < sweep_at) continue;
    if (auto swept = co_await ledger_.sweep(); swept)
      sweep_at = context_.machine_clock.monotonic() + sweep_every;
    else
      log_.warning("sweep_failed", {{"reason", swept.error()}});
  }
}

awaitable<void> LedgerKeeper::close() {
  if (!row_.open) co_return;
  row_.open = false;
  ready_.missing("the daemon is stopping");
  if (auto ok = co_await ledger_.close(); !ok) log_.warning("lease_kept", {{"reason", ok.error()}});
}

metrics::LedgerFigures LedgerKeeper::figures() const {
  auto figures = figures_;
  const auto& mirror = ledger_.mirror();
  figures.open = row_.open;
  figures.skus = mirror.skus();
  figures.listings = mirror.listings();
  figures.unmapped_listings = mirror.unmapped().size();
  figures.open_orders = mirror.open_orders();
  figures.mirror_bytes = mirror.bytes();
  return figures;
}

}  // namespace forestall::app
