// SPDX-License-Identifier: Apache-2.0
#include "tests/support/acting/acting_room.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace forestall::test {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

awaitable<Status> at_once(flow::Account&, ports::CallKind, scheduling::Purpose, double) {
  co_return Status{};
}

}  // namespace

ActingRoom::ActingRoom(config::Mode mode, bool durable, bool breakable)
    : server(RedisOptions{.durable = durable}), take_turn(at_once) {
  redis::ClientConfig config;
  if (breakable) link = std::make_unique<TcpProxy>(server.socket());
  config.endpoint =
      redis::parse_endpoint(link ? fmt::format("redis://127.0.0.1:{}", link->port()) : server.url()).value();
  config.backoff.base = 5ms;
  client = std::make_unique<redis::Client>(loop.io.get_executor(), config, loop.clock, loop.random, loop.log);
  loop.spawn(client->run());
  ledger = std::make_unique<ledger::Ledger>(
      *client, machine, loop.log,
      ledger::LedgerOptions{.seller = seller_id, .owner = "test", .lease_ttl = Millis(3'600'000)});
  must(loop.run(ledger->open()));
  must(loop.run(ledger->configure({{SourceId::literal("wms"), LocationId::literal("berlin"), model::Pool::own,
                                    model::DeductsAt::ship, true}})));
  config::SellerSettings seller_settings;
  seller_settings.id = seller_id;
  seller = &flow.add(seller_settings);
  seller->ledger = ledger.get();
  seller->open = seller->mapped = seller->stock_read = true;
  config::AccountSettings account_settings;
  account_settings.id = shop;
  account_settings.seller = seller_id;
  account_settings.mode = mode;
  account_settings.breaker.listings = 1000;
  account_settings.breaker.share = 1;
  account_settings.breaker.units = Units(1'000'000);
  account_settings.breaker.canary = 0;
  account = &flow.add(account_settings);
  account->marketplace = &channel;
  account->backfilled = true;
  flow.listen([this](const flow::Fresh& fresh) {
    if (acts) acts->heard(fresh);
  });
}

ActingRoom::~ActingRoom() {
  if (std::getenv("FORESTALL_SHOW_LOG") != nullptr)
    for (const auto& line : loop.lines.lines()) std::fprintf(stderr, "%s\n", line.c_str());
  if (tasks_) crash();
  client->stop();
  loop.join();
}

void ActingRoom::make() {
  acts = std::make_unique<acting::SellerActs>(acting::SellerActsPorts{
      .flow = flow,
      .seller = *seller,
      .redis = *client,
      .executor = loop.io.get_executor(),
      .clock = clock,
      .machine = machine,
      .random = loop.random,
      .log = loop.log,
      .take_turn = [this](flow::Account& a, ports::CallKind kind, scheduling::Purpose purpose,
                          double value) { return take_turn(a, kind, purpose, value); },
      .fatal = [](std::string_view task) { throw std::runtime_error("ended: " + std::string(task)); },
      .times = times});
}

void ActingRoom::start() {
  make();
  tasks_ = std::make_unique<runtime::TaskGroup>(loop.io.get_executor(), loop.log, "room", [](auto task) {
    throw std::runtime_error("ended: " + std::string(task));
  });
  tasks_->spawn("acts", runtime::OnFailure::stop_daemon, acts->run(nullptr));
  if (!until([&] { return acts->open(); })) throw std::runtime_error("the journal does not open");
}

void ActingRoom::stop() {
  loop.run(acts->stop(5s));
  loop.run(tasks_->stop());
  tasks_.reset();
  acts.reset();
}

void ActingRoom::crash() {
  loop.run(acts->stop(0s));
  loop.run(tasks_->stop());
  tasks_.reset();
  acts.reset();
}

void ActingRoom::apply(std::vector<model::Observation> observations) {
  must(loop.run(flow.apply(*seller, observations)));
}

void ActingRoom::list(const std::string& name, std::int64_t shown, std::int64_t in_stock) {
  channel.offers[name] = {.quantity = Units(shown)};
  std::vector<ledger::Mapping> mappings = {
      {shop, ListingId::literal(name), {{SkuId::literal(name), Units(1)}}, model::Pool::own}};
  must(loop.run(ledger->map(mappings)));
  stock(name, in_stock);
  poll_listing(name);
}

void ActingRoom::stock(const std::string& sku, std::int64_t units) {
  apply({model::StockLevel{{SourceId::literal("wms"), model::Version(++version_), clock.now()},
                           SkuId::literal(sku),
                           LocationId::literal("berlin"),
                           Units(units),
                           false}});
}

void ActingRoom::poll_listing(const std::string& name) {
  model::ListingState state;
  state.from = {SourceId::literal(shop.str()), model::Version(++version_ + 1'000'000), clock.now()};
  state.account = shop;
  state.listing = ListingId::literal(name);
  state.quantity = Units(channel.shown(name));
  state.activity = channel.offers.at(name).activity;
  apply({state});
}

model::OrderUpsert ActingRoom::order(const std::string& name, std::int64_t units, bool counted,
                                     std::optional<Instant> placed, model::OrderState state) {
  pass(1ms);
  model::OrderUpsert order;
  order.from = {SourceId::literal(shop.str()), model::Version(++version_), clock.now()};
  order.account = shop;
  order.id = OrderId::literal(fmt::format("o-{}", ++orders_));
  order.placed_at = placed.value_or(clock.now());
  order.placed_day = std::chrono::year{2026} / 1 / 5;
  model::OrderLine line;
  line.id = OrderLineId::literal("1");
  line.listing = ListingId::literal(name);
  line.ordered = Units(units);
  order.state = state;
  if (state == model::OrderState::shipped) {
    order.closed_at = clock.now();
    line.portions.push_back({Units(units), {}, {}, order.closed_at});
  }
  order.lines.push_back(line);
  if (counted) channel.set(name, channel.shown(name) - units);
  apply({order});
  return order;
}

void ActingRoom::watermark() { account->orders_complete_before = clock.now() + 1ms; }

void ActingRoom::turn() {
  loop.io.restart();
  loop.io.run_one_for(std::chrono::microseconds(250));
  loop.io.restart();
  loop.io.poll();
}

// Redis answers in the machine's time: the world's stands still until it has, however busy the machine is.
bool ActingRoom::waits_for_redis() const { return client->state().connected && client->unanswered() > 0; }

bool ActingRoom::until(const std::function<bool()>& holds, Millis at_most) {
  const auto end = clock.now() + at_most;
  const auto step = std::max<Millis>(2s, at_most / 500);
  const auto give_up = std::chrono::steady_clock::now() + patience;
  for (;;) {
    for (int i = 0; i < 12; ++i) {
      if (holds()) return true;
      turn();
    }
    while (waits_for_redis() && std::chrono::steady_clock::now() < give_up) {
      if (holds()) return true;
      turn();
    }
    if (clock.now() >= end || std::chrono::steady_clock::now() >= give_up) return holds();
    clock.advance(step);
  }
}

void ActingRoom::pass(Millis time) {
  const auto end = clock.now() + time;
  const std::chrono::nanoseconds step = std::max<Millis>(5s, time / 300);
  for (bool last = false; !last;) {
    last = clock.now() >= end;
    const auto give_up = std::chrono::steady_clock::now() + patience;
    for (int i = 0; i < 10 || (waits_for_redis() && std::chrono::steady_clock::now() < give_up); ++i) turn();
    if (!last) clock.advance(std::min<std::chrono::nanoseconds>(step, end - clock.now()));
  }
}

std::string ActingRoom::state(const std::string& listing) {
  const auto* record = acts->floor().journal.find(shop, ListingId::literal(listing));
  return record == nullptr ? "none" : std::string(word(record->state));
}

std::string ActingRoom::hold(const std::string& listing) {
  const auto stored = acts->floor().listing(shop, ListingId::literal(listing));
  const auto hold = stored ? acts->floor().hold_of(*stored) : std::nullopt;
  return hold ? std::string(guard::word(hold->kind)) : "none";
}

acting::SellerActs::Selection ActingRoom::one(const std::string& listing) const {
  return {.account = shop, .listing = ListingId::literal(listing)};
}

std::size_t ActingRoom::open_intents() const {
  std::size_t n = 0;
  const auto& by_state = acts->floor().journal.by_state();
  for (std::size_t s = 0; s < by_state.size(); ++s)
    if (is_open(static_cast<journal::State>(s))) n += by_state[s];
  return n;
}

}  // namespace forestall::test
