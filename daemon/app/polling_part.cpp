// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/polling_part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <deque>
#include <map>
#include <utility>

#include "connectors/model/words.hpp"
#include "connectors/net/sleep.hpp"
#include "connectors/registry/registry.hpp"
#include "daemon/app/polling_status.hpp"
#include "daemon/metrics/polling_families.hpp"
#include "daemon/polling/account_observer.hpp"
#include "daemon/polling/stock_poller.hpp"
#include "daemon/runtime/task_group.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;
namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::string_view reconcile_schema = R"({
  "type": "object", "required": ["account", "feeds", "from_start"],
  "properties": {
    "account": {"type": "string"},
    "feeds": {"type": "array", "items": {"type": "string"}},
    "from_start": {"type": "boolean"}}})";

constexpr std::string_view accept_schema = R"({
  "type": "object", "required": ["source"], "properties": {"source": {"type": "string"}}})";

// The conditions of one account, and what is observed of it.
struct AccountSeat {
  std::unique_ptr<polling::AccountObserver> observer;
  Conditions::Row* orders;
  Conditions::Row* backfill;
  Conditions::Row* clock;
};

struct SellerSeat {
  flow::Seller* seller;
  Conditions::Row* stock;
  std::vector<polling::StockPoller*> sources;
};

void show(Conditions::Row& row, std::string missing) {
  if (missing.empty())
    row.met();
  else
    row.missing(std::move(missing));
}

class Polling {
 public:
  Polling(Context& context, http::HttpClient& http, std::shared_ptr<flow::Flow> flow)
      : context_(context),
        flow_(std::move(flow)),
        calls_(context.clock),
        door_(*flow_),
        tools_{context.clock, context.machine_clock, context.random, context.log, door_,
               calls_,        context.activity},
        connectors_{http, context.clock, context.random, context.log, sessions_},
        tasks_(context.executor, context.log, "polling", context.fatal) {
    for (const auto& account : context.settings.accounts) add(account);
    for (auto& seller : flow_->sellers()) add(seller);
  }

  scheduling::CallScheduler& calls() { return calls_; }

  awaitable<Status> start() {
    for (auto& account : accounts_) account.observer->start(tasks_);
    for (auto& stock : stocks_)
      tasks_.spawn("stock " + stock.settings().id.str(), runtime::OnFailure::stop_daemon, stock.run());
    tasks_.spawn("conditions", runtime::OnFailure::stop_daemon, watch());
    co_return Status{};
  }
  awaitable<void> stop() { co_await tasks_.stop(); }

  void reload(const config::Settings& settings) {
    for (const auto& account : settings.accounts)
      if (auto* known = flow_->find_account(account.id.str())) known->settings = account;
    for (const auto& stock : settings.stocks)
      for (auto& poller : stocks_)
        if (poller.settings().id == stock.id) poller.adopt(stock);
    for (auto& account : accounts_) account.observer->look_again();
  }

  void collect(metrics::Page& page) const;
  json::value accounts() const {
    json::array all;
    for (const auto& account : accounts_) all.push_back(status_of(*account.observer));
    return all;
  }
  json::value stock() const {
    json::array all;
    for (const auto& poller : stocks_)
      all.push_back(status_of(poller, poller.settings().seller, context_.clock.now()));
    return all;
  }
  web::Response reconcile(const web::Request& request);
  web::Response accept(const web::Request& request);

 private:
  void add(const config::AccountSettings& settings);
  void add(flow::Seller& seller);
  awaitable<void> watch();
  void look();

  Context& context_;
  std::shared_ptr<flow::Flow> flow_;
  ports::Sessions sessions_;
  scheduling::CallScheduler calls_;
  polling::FlowDoor door_;
  polling::Tools tools_;
  ports::Context connectors_;
  std::deque<AccountSeat> accounts_;
  std::deque<polling::StockPoller> stocks_;
  std::deque<SellerSeat> sellers_;
  runtime::TaskGroup tasks_;
};

void Polling::add(const config::AccountSettings& settings) {
  auto& account = flow_->add(settings);
  auto& seller = *flow_->find_seller(settings.seller.str());
  auto connector = connectors::make(connectors::registry(), settings, connectors_);
  const auto& id = settings.id.str();
  accounts_.push_back(
      {.observer = std::make_unique<polling::AccountObserver>(
           tools_, seller, account, connector ? std::move(*connector) : nullptr,
           connector ? std::string() : connector.error().detail),
       .orders = &context_.conditions.declare("orders " + id, "the orders have not been read yet"),
       .backfill = &context_.conditions.declare("backfill " + id, "past orders have not been read yet"),
       .clock = &context_.conditions.declare("clock " + id, "nothing was heard from the channel yet")});
}

void Polling::add(flow::Seller& seller) {
  const auto& id = seller.settings.id;
  SellerSeat seat{.seller = &seller, .stock = nullptr, .sources = {}};
  std::map<std::string, int> sources_of_pool;
  for (const auto& settings : context_.settings.stocks)
    if (settings.seller == id) ++sources_of_pool[settings.pool];
  for (const auto& settings : context_.settings.stocks) {
    if (settings.seller != id) continue;
    auto source = connectors::make(connectors::registry(), settings, connectors_);
    if (!source)
      context_.log.error("stock_without_connector", {{"source", settings.id}, {"reason", source.error()}});
    auto& poller = stocks_.emplace_back(tools_, seller, settings, source ? std::move(*source) : nullptr,
                                        source ? std::string() : source.error().detail, [this] { look(); });
    const auto pool = model::parse_word<model::Pool>(settings.pool);
    if (pool) poller.speaks_for(*pool, sources_of_pool[settings.pool] == 1);
    seat.sources.push_back(&poller);
  }
  // Who sells nowhere needs no stock.
  if (!seller.accounts.empty())
    seat.stock = &context_.conditions.declare("stock " + id.str(), "no stock has been read yet");
  sellers_.push_back(std::move(seat));
}

// On this machine's clock: what is shown must not move a world in lock-step.
awaitable<void> Polling::watch() {
  for (;;) {
    look();
    co_await net::sleep_for(context_.machine_clock, 1s);
  }
}

void Polling::look() {
  const auto now = context_.clock.now();
  for (auto& account : accounts_) {
    account.observer->check_clock(context_.settings.daemon.max_clock_skew);
    show(*account.orders, account.observer->orders_missing());
    show(*account.backfill, account.observer->backfill_missing());
    show(*account.clock, account.observer->clock_missing());
  }
  for (auto& seat : sellers_) {
    std::string missing = seat.sources.empty() ? "no [[stock]] of this seller is configured" : "";
    bool stale = false;
    seat.seller->sources.clear();
    for (const auto* source : seat.sources) {
      const auto& id = source->settings().id.str();
      const auto& error = source->figures().error;
      std::string why;
      if (!source->why_not().empty())
        why = source->why_not();
      else if (!source->true_at())
        why = error ? error->detail : "nothing was read yet";
      else if (source->doubted())
        why = error ? error->detail : "the feed is suspect";
      else if (source->stale(now))
        why = fmt::format("nothing newer than {}{}", to_string(*source->true_at()),
                          error ? " (" + error->detail + ")" : std::string());
      std::optional<Instant> silent_since;
      if (!why.empty() && source->settings().authority)
        silent_since = source->true_at().value_or(Instant::max());
      seat.seller->sources.push_back({source->settings().id, why, source->doubted(), silent_since});
      if (why.empty()) continue;
      stale = true;
      missing += fmt::format("{}{}: {}", missing.empty() ? "" : "; ", id, why);
    }
    if (stale != seat.seller->stock_stale && seat.seller->stock_read) {
      if (stale)
        context_.log.warning("stock_stale", {{"seller", seat.seller->settings.id}, {"reason", missing}});
      else
        context_.log.notice("stock_fresh", {{"seller", seat.seller->settings.id}});
    }
    seat.seller->stock_stale = stale;
    if (seat.stock != nullptr) show(*seat.stock, std::move(missing));
  }
}

web::Response Polling::reconcile(const web::Request& request) {
  const auto id = request.parameter("account");
  const auto found = std::ranges::find_if(accounts_, [&](const AccountSeat& seat) {
    const auto& settings = seat.observer->account().settings;
    return settings.id.str() == id && settings.seller.str() == request.parameter("seller");
  });
  if (found == accounts_.end()) return web::problem(404, ErrorCode::not_found, "no such account");
  auto& observer = *found->observer;
  if (observer.account().marketplace == nullptr)
    return web::problem(503, ErrorCode::unavailable, observer.account().why_not);
  const bool from_start = request.query_value("from_start").value_or("false") == "true";
  observer.reconcile(from_start);
  for (auto& stock : stocks_)
    if (stock.settings().seller == observer.account().settings.seller) stock.ask(from_start);
  context_.log.notice("reconcile_asked",
                      {{"account", id}, {"from_start", from_start}, {"by", request.caller.name}});
  json::array feeds;
  for (const auto& feed : observer.feeds()) feeds.emplace_back(ports::feed_name(feed.feed()));
  return web::json(
      json::serialize(json::object{{"account", id}, {"feeds", std::move(feeds)}, {"from_start", from_start}}),
      202);
}

web::Response Polling::accept(const web::Request& request) {
  for (auto& stock : stocks_) {
    const auto& settings = stock.settings();
    if (settings.id.str() != request.parameter("source") ||
        settings.seller.str() != request.parameter("seller"))
      continue;
    stock.accept_zeros();
    context_.log.notice("stock_accepted",
                        {{"seller", settings.seller}, {"source", settings.id}, {"by", request.caller.name}});
    return web::json(json::serialize(json::object{{"source", settings.id.str()}}), 202);
  }
  return web::problem(404, ErrorCode::not_found, "no such source of stock");
}

void Polling::collect(metrics::Page& page) const {
  for (const auto& seat : accounts_) {
    const auto& observer = *seat.observer;
    const auto& account = observer.account();
    const auto& seller = account.settings.seller.str();
    const auto& id = account.settings.id.str();
    const auto* skew = account.marketplace == nullptr ? nullptr : account.marketplace->skew();
    const auto bounds = skew == nullptr ? std::nullopt : skew->bounds();
    metrics::collect_account(
        page, {.seller = seller,
               .account = id,
               .connected = account.marketplace != nullptr,
               .backfilled = account.backfilled,
               .backfill_share = observer.backfill_share(),
               .orders_complete_before = account.orders_complete_before,
               .listings_read_at = account.listings_read_at,
               .skew_too_large = account.skew_too_large,
               .skew = bounds ? std::optional((bounds->least + bounds->most) / 2) : std::nullopt,
               .contradicted = observer.rereader().waiting(),
               .blind_window = observer.blind_window()});
    for (const auto& feed : observer.feeds())
      metrics::collect_feed(page, {seller, id, ports::feed_name(feed.feed()), feed.figures()});
    metrics::collect_feed(page, {seller, id, "read_again", observer.rereader().figures()});
  }
  for (const auto& poller : stocks_) {
    const auto& settings = poller.settings();
    metrics::collect_feed(page, {settings.seller.str(), settings.id.str(), "stock", poller.figures()});
    metrics::collect_stock(page, {.seller = settings.seller.str(),
                                  .source = settings.id.str(),
                                  .true_at = poller.true_at(),
                                  .stale = poller.stale(context_.clock.now()),
                                  .suspect = poller.doubted()});
  }
  metrics::collect_calls(page, calls_.figures());
}

}  // namespace

PollingPart make_polling(Context& context, http::HttpClient& http, std::shared_ptr<flow::Flow> flow) {
  const auto self = std::make_shared<Polling>(context, http, std::move(flow));
  context.metrics.add([self](metrics::Page& page) { self->collect(page); });
  context.status.emplace_back("accounts", [self] { return self->accounts(); });
  context.status.emplace_back("stock", [self] { return self->stock(); });
  context.routes.push_back(
      {.method = web::Method::post,
       .pattern = "/api/v1/sellers/{seller}/accounts/{account}/reconcile",
       .access = web::Access::change,
       .summary = "Read everything of an account and its stock again, beginning now",
       .handler = web::immediate([self](const web::Request& request) { return self->reconcile(request); }),
       .query = {{"from_start", "true: from the beginning, not from where reading was left"}},
       .response_schema = reconcile_schema});
  context.routes.push_back(
      {.method = web::Method::post,
       .pattern = "/api/v1/sellers/{seller}/stock/{source}/accept",
       .access = web::Access::change,
       .summary = "Take the next reading of a source as it is, however many SKUs it says are gone",
       .handler = web::immediate([self](const web::Request& request) { return self->accept(request); }),
       .response_schema = accept_schema});
  return {.part = {.name = "polling",
                   .start = [self] { return self->start(); },
                   .stop = [self] { return self->stop(); },
                   .reload = [self](const config::Settings& settings) { self->reload(settings); }},
          .calls = self->calls()};
}

}  // namespace forestall::app
