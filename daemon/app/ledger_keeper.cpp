// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/ledger_keeper.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <exception>
#include <utility>
#include <variant>

#include "connectors/model/words.hpp"
#include "connectors/net/sleep.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;

constexpr Millis lease_ttl = 15s;
constexpr Millis renew_every = 4s;
constexpr Millis takeover_ask = 2s;            // at most, between two questions for a lease that is held
constexpr Millis open_noticed_within = 300ms;  // those who wait for it ask every 100 ms
constexpr Millis first_pause = 250ms;
constexpr Millis longest_pause = 5s;
constexpr Millis sweep_every = std::chrono::hours(6);

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
  // What a channel holds itself is a pool apart. The first account that sells from it speaks for it: accounts
  // of one region report the same units.
  bool spoken_for = false;
  for (const auto& account : settings.accounts) {
    if (account.seller != seller || std::ranges::find(account.pools, "fba") == account.pools.end()) continue;
    feeds.push_back({.source = SourceId::parse(account.id.str()).value(),
                     .location = LocationId::literal("fba"),
                     .pool = model::Pool::marketplace,
                     .deducts_at = model::DeductsAt::order,
                     .authority = !std::exchange(spoken_for, true)});
  }
  return feeds;
}

LedgerKeeper::LedgerKeeper(Context& context, redis::Client& client, flow::Flow& flow, flow::Seller& seller)
    : context_(context),
      flow_(flow),
      row_(seller),
      log_(context.log.with({{"seller", row_.settings.id}})),
      ledger_(
          client, context.machine_clock, log_,
          {.seller = row_.settings.id, .owner = owner_name(context.machine_random), .lease_ttl = lease_ttl}),
      mapping_(context, flow, seller, log_),
      rebuild_(context.machine_clock, flow, seller, log_),
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
      ++figures_.opens;
      figures_.last_renewed = context_.machine_clock.now();
      ready_.met();
      log_.notice("ledger_opened", {{"skus", ledger_.mirror().skus()},
                                    {"listings", ledger_.mirror().listings()},
                                    {"open_orders", ledger_.mirror().open_orders()}});
      const auto lost = co_await hold();
      row_.open = false;
      opening_.emplace(context_.activity);
      mapping_.closed();
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
    const double share = context_.machine_random.unit();
    co_await net::sleep_for(
        context_.machine_clock,
        Millis(20 + static_cast<std::int64_t>(share * static_cast<double>(most.count()))));
  }
}

// Loading and mapping a large seller takes longer than a lease lasts: it is renewed beside.
awaitable<Status> LedgerKeeper::open() {
  using namespace boost::asio::experimental::awaitable_operators;
  try {
    const auto ended = co_await (open_and_map() || renew());
    co_return ended.index() == 0 ? std::get<0>(ended) : std::get<1>(ended);
  } catch (const boost::asio::multiple_exceptions& both) {
    std::rethrow_exception(both.first_exception());  // cancelled, or what made the first of them fail
  }
}

awaitable<Status> LedgerKeeper::open_and_map() {
  if (auto ok = co_await ledger_.open(); !ok) co_return ok;
  if (auto ok = co_await ledger_.configure(feeds_of(context_.settings, row_.settings.id)); !ok)
    co_return std::unexpected(ok.error());
  co_return co_await mapping_.pass();
}

// Once there is a lease. Returns only with the reason why it is no longer ours.
awaitable<Status> LedgerKeeper::renew() {
  for (;;) {
    co_await net::sleep_for(context_.machine_clock, renew_every);
    if (ledger_.lease_until() <= context_.machine_clock.monotonic() && !row_.open) continue;
    if (auto ok = co_await ledger_.renew(); ok)
      figures_.last_renewed = context_.machine_clock.now();
    else if (ok.error().code == ErrorCode::conflict ||
             context_.machine_clock.monotonic() >= ledger_.lease_until())
      co_return std::unexpected(ok.error());
  }
}

// Holds the lease and looks after what is stored; of the two only renew() ends by itself.
awaitable<Status> LedgerKeeper::hold() {
  using namespace boost::asio::experimental::awaitable_operators;
  try {
    co_return std::get<Status>(co_await (renew() || look_after()));
  } catch (const boost::asio::multiple_exceptions& both) {
    std::rethrow_exception(both.first_exception());
  }
}

awaitable<void> LedgerKeeper::look_after() {
  using namespace boost::asio::experimental::awaitable_operators;
  try {
    co_await (sweep() || mapping_.run());
  } catch (const boost::asio::multiple_exceptions& both) {
    std::rethrow_exception(both.first_exception());
  }
}

awaitable<void> LedgerKeeper::sweep() {
  auto sweep_at = context_.machine_clock.monotonic();
  co_await net::sleep_for(context_.machine_clock, open_noticed_within);
  opening_.reset();
  for (;;) {
    co_await net::sleep_for(context_.machine_clock, renew_every);
    mapping_.tick();
    if (context_.machine_clock.monotonic() < sweep_at) continue;
    // Units that come free with what is dropped are decided on like any other change.
    if (auto swept = co_await ledger_.sweep([this](const auto& change) { flow_.tell(row_, change); }); swept)
      sweep_at = context_.machine_clock.monotonic() + sweep_every;
    else
      log_.warning("sweep_failed", {{"reason", swept.error()}});
  }
}

awaitable<void> LedgerKeeper::close() {
  if (!row_.open) co_return;
  row_.open = false;
  mapping_.closed();
  ready_.missing("the daemon is stopping");
  if (auto ok = co_await ledger_.close(); !ok) log_.warning("lease_kept", {{"reason", ok.error()}});
}

void LedgerKeeper::reload(const config::SellerSettings& settings) {
  row_.settings = settings;
  mapping_.reload();
}

metrics::LedgerFigures LedgerKeeper::figures() const {
  auto figures = figures_;
  const auto& mirror = ledger_.mirror();
  figures.open = row_.open;
  figures.skus = mirror.skus();
  figures.listings = mirror.listings();
  figures.unmapped_listings = mirror.unmapped();
  figures.ambiguous_listings = row_.listing_map.file().ambiguous().size();
  figures.mapping_refused = mapping_.refused();
  figures.open_orders = mirror.open_orders();
  figures.mirror_bytes = mirror.bytes();
  return figures;
}

}  // namespace forestall::app
