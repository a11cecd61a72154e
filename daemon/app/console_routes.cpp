// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/console_routes.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "config/base/text.hpp"
#include "connectors/model/words.hpp"
#include "daemon/console/deeds.hpp"

namespace forestall::app {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;
using web::Access;
using web::Method;

constexpr std::size_t most_rows = 200;        // of one answer
constexpr std::size_t lines_a_deed = 6;       // of the journal: an intent and its moves
constexpr std::size_t names_a_slice = 2'000;  // looked at in one turn of the loop

web::Response no_seller() { return web::problem(404, ErrorCode::not_found, "no such seller"); }

Result<std::size_t> limit_of(const web::Request& request, std::string_view usual) {
  const auto limit = parse_integer<std::size_t>(request.query_value("limit").value_or(usual));
  if (!limit || *limit == 0 || *limit > most_rows)
    return fail(ErrorCode::invalid_argument, "limit: 1 to " + std::to_string(most_rows));
  return *limit;
}

json::array sellers(const config::Settings& settings, const web::Caller& caller) {
  json::array all;
  for (const auto& seller : settings.sellers) {
    if (caller.seller && *caller.seller != seller.id) continue;
    json::array accounts;
    for (const auto& account : settings.accounts)
      if (account.seller == seller.id) accounts.emplace_back(account.id.str());
    all.push_back({{"id", seller.id.str()},
                   {"name", seller.name.value_or(seller.id.str())},
                   {"time_zone", seller.time_zone.name()},
                   {"accounts", std::move(accounts)}});
  }
  return all;
}

// Conditions are named after what they are of: those of other sellers and their accounts are none of this
// one's business.
bool concerns(const config::Settings& settings, std::string_view condition, const SellerId& seller) {
  const auto words = split(condition, ' ');
  if (words.size() < 2) return true;
  const auto last = words.back();
  for (const auto& other : settings.sellers)
    if (other.id.str() == last) return other.id == seller;
  for (const auto& account : settings.accounts)
    if (account.id.str() == last) return account.seller == seller;
  return true;
}

// What /api/v1/status says, as far as it is about this seller.
json::object overview(const Context& context, const ConsoleSeat& seat) {
  const auto& seller = seat.acts.seller();
  json::object all{{"seller", seller.str()},
                   {"version", context.version},
                   {"phase", runtime::phase_name(context.life.phase())},
                   {"now", to_string(context.clock.now())}};
  json::array conditions;
  bool ready = true;
  const auto stated = json::parse(context.conditions.json());
  for (const auto& condition : stated.at("conditions").as_array()) {
    if (!concerns(context.settings, condition.at("name").as_string(), seller)) continue;
    ready = ready && condition.at("ok").as_bool();
    conditions.push_back(condition);
  }
  all["ready"] = ready;
  all["conditions"] = std::move(conditions);
  for (const auto& [name, section] : context.status) {
    auto rows = section();
    if (!rows.is_array()) continue;
    json::array ours;
    for (auto& row : rows.as_array()) {
      if (!row.is_object()) continue;
      auto& object = row.as_object();
      const auto* whose = object.if_contains("seller");
      if (whose == nullptr || !whose->is_string() || whose->as_string() != seller.str()) continue;
      object.erase("feeds");  // long, and /api/v1/status has them
      ours.push_back(std::move(row));
    }
    all[name] = std::move(ours);
  }
  all["survey"] = seat.survey.summary();
  return all;
}

class ConsolePages {
 public:
  ConsolePages(Context& context, FindSeat find) : context_(context), find_(std::move(find)) {}

  web::Response sellers_of(const web::Request& request) const {
    return web::json(json::serialize(json::object{{"sellers", sellers(context_.settings, request.caller)}}));
  }
  web::Response overview_of(const web::Request& request) const {
    const auto* seat = find_(request.parameter("seller"));
    return seat == nullptr ? no_seller() : web::json(json::serialize(overview(context_, *seat)));
  }
  web::Response stock_at_risk(const web::Request& request) const {
    const auto* seat = find_(request.parameter("seller"));
    if (seat == nullptr) return no_seller();
    const auto limit = limit_of(request, "100");
    return limit ? web::json(json::serialize(seat->survey.json(*limit))) : web::problem(limit.error());
  }
  awaitable<web::Response> deeds(const web::Request& request) const {
    auto* const seat = find_(request.parameter("seller"));
    if (seat == nullptr) co_return no_seller();
    const auto limit = limit_of(request, "30");
    if (!limit) co_return web::problem(limit.error());
    if (!seat->acts.open())
      co_return web::problem(503, ErrorCode::unavailable, "the journal is not open; see /readyz");
    const auto lines = *limit * lines_a_deed;
    const auto entries = co_await seat->acts.floor().journal.history({}, lines, lines);
    if (!entries) co_return web::problem(entries.error());
    co_return web::json(json::serialize(
        json::object{{"seller", seat->acts.seller().str()}, {"deeds", console::deeds(*entries, *limit)}}));
  }
  awaitable<web::Response> skus(const web::Request& request) const;
  std::expected<std::unique_ptr<web::EventReader>, web::Response> events(const web::Request& request) const {
    auto* const seat = find_(request.parameter("seller"));
    if (seat == nullptr) return std::unexpected(no_seller());
    return seat->feed.read();
  }

 private:
  static json::object sku_json(const ledger::Mirror& mirror, ledger::SkuRef ref);

  Context& context_;
  FindSeat find_;
};

json::object ConsolePages::sku_json(const ledger::Mirror& mirror, ledger::SkuRef ref) {
  json::object one{{"sku", mirror.name(ref)}, {"listings", mirror.listings_of(ref).size()}};
  if (const auto state = mirror.state(ref, model::Pool::own)) {
    one["certainty"] = model::word(state->certainty);
    if (state->certainty != model::Certainty::unknown) one["available"] = state->available.count();
  }
  return one;
}

// Names that begin with what was typed come first. A million names are looked through in slices.
awaitable<web::Response> ConsolePages::skus(const web::Request& request) const {
  const auto* seat = find_(request.parameter("seller"));
  if (seat == nullptr) co_return no_seller();
  const auto limit = limit_of(request, "20");
  if (!limit) co_return web::problem(limit.error());
  const auto typed = to_lower(trim(request.query_value("query").value_or("")));
  const auto& seller = seat->acts.floor().seller;
  const auto closed = [&] { return !seller.open || seller.ledger == nullptr; };
  if (closed()) co_return web::problem(503, ErrorCode::unavailable, "the ledger is not open; see /readyz");
  const auto generation = seller.ledger->mirror().generation();
  std::vector<ledger::SkuRef> first;
  std::vector<ledger::SkuRef> others;
  for (std::size_t next = 0; next < seller.ledger->mirror().skus() && first.size() < *limit;) {
    const auto& mirror = seller.ledger->mirror();
    const auto end = std::min(mirror.skus(), next + names_a_slice);
    for (; next < end && first.size() < *limit; ++next) {
      const auto ref = static_cast<ledger::SkuRef>(next);
      const auto at = to_lower(mirror.name(ref)).find(typed);
      if (at == 0) first.push_back(ref);
      if (at != 0 && at != std::string::npos && others.size() < *limit) others.push_back(ref);
    }
    co_await boost::asio::post(context_.executor, boost::asio::use_awaitable);
    if (closed() || seller.ledger->mirror().generation() != generation)
      co_return web::problem(503, ErrorCode::unavailable, "the ledger was opened anew; ask again");
  }
  first.insert(first.end(), others.begin(), others.end());
  if (first.size() > *limit) first.resize(*limit);
  json::array found;
  for (const auto ref : first) found.push_back(sku_json(seller.ledger->mirror(), ref));
  co_return web::json(json::serialize(
      json::object{{"seller", seller.settings.id.str()}, {"query", typed}, {"skus", std::move(found)}}));
}

}  // namespace

void add_console_routes(Context& context, FindSeat find) {
  const auto pages = std::make_shared<ConsolePages>(context, std::move(find));
  const web::QueryParameter limit{"limit", "at most so many, 1 to 200"};
  auto& routes = context.routes;
  routes.push_back(
      {.method = Method::get,
       .pattern = "/api/v1/sellers",
       .access = Access::own,
       .summary = "The sellers that the token covers, with their accounts",
       .handler = web::immediate([pages](const web::Request& r) { return pages->sellers_of(r); })});
  routes.push_back(
      {.method = Method::get,
       .pattern = "/api/v1/sellers/{seller}/overview",
       .access = Access::read,
       .summary = "A seller's accounts, stock sources and listings: how everything stands",
       .handler = web::immediate([pages](const web::Request& r) { return pages->overview_of(r); })});
  routes.push_back(
      {.method = Method::get,
       .pattern = "/api/v1/sellers/{seller}/stock/at-risk",
       .access = Access::read,
       .summary = "Listings that show more than the stock behind them, and those that wait for a person",
       .handler = web::immediate([pages](const web::Request& r) { return pages->stock_at_risk(r); }),
       .query = {limit}});
  routes.push_back({.method = Method::get,
                    .pattern = "/api/v1/sellers/{seller}/deeds",
                    .access = Access::read,
                    .summary = "What was done last, why, and what became of it",
                    .handler = [pages](const web::Request& r) { return pages->deeds(r); },
                    .query = {limit}});
  routes.push_back({.method = Method::get,
                    .pattern = "/api/v1/sellers/{seller}/skus",
                    .access = Access::read,
                    .summary = "SKUs whose name holds a text; those that begin with it first",
                    .handler = [pages](const web::Request& r) { return pages->skus(r); },
                    .query = {{"query", "part of the name"}, limit}});
  routes.push_back({.method = Method::get,
                    .pattern = "/api/v1/sellers/{seller}/events",
                    .access = Access::read,
                    .summary =
                        "Server-sent events: overview, stock, deeds, orders and budget whenever they change, "
                        "each as {status, body} of its route",
                    .handler = {},
                    .media_type = "text/event-stream",
                    .events = [pages](const web::Request& r) { return pages->events(r); }});
}

}  // namespace forestall::app
