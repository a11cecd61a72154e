// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/acting_routes.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "config/base/text.hpp"
#include "connectors/model/words.hpp"
#include "daemon/journal/steps.hpp"

namespace forestall::app {
namespace {

using acting::AccountDesk;
using acting::Done;
using acting::SellerActs;
using boost::asio::awaitable;
using web::Access;
using web::Method;
namespace json = boost::json;
using Selection = SellerActs::Selection;

constexpr std::size_t most_listings = 1000;  // shown by one question

json::value units(const std::optional<Units>& u) {
  return u ? json::value(u->count()) : json::value(nullptr);
}

json::object record_json(const AccountId& account, const ListingId& listing, const journal::Record& r) {
  json::object o{{"account", account.str()},
                 {"listing", listing.str()},
                 {"epoch", r.epoch},
                 {"state", word(r.state)},
                 {"target", units(r.target)},
                 {"write", journal::text_of(journal::way_of(r.command), r.target)},
                 {"before", units(r.before.quantity)},
                 {"reason", r.reason},
                 {"origin", word(r.origin)},
                 {"requested_at", to_string(r.requested_at)},
                 {"moved_at", to_string(r.moved_at)},
                 {"detail", r.detail}};
  if (r.sent_at) o["sent_at"] = to_string(*r.sent_at);
  if (!r.late.empty()) o["late_writes"] = r.late.size();
  return o;
}

json::object listing_json(SellerActs& acts, const AccountDesk& desk, const ledger::StoredListing& listing,
                          SellerActs::Explained& kept) {
  auto& floor = acts.floor();
  const auto explained = acts.explain(desk, listing, kept);
  json::object o{{"account", listing.account.str()},
                 {"listing", listing.listing.str()},
                 {"mode", acting::word(floor.mode_of(desk, listing))},
                 {"pool", model::word(listing.pool)},
                 {"decision", json::parse(guard::to_json(explained))},
                 {"text", guard::to_text(explained)}};
  if (const auto last = floor.custody.last(journal::field_of(listing.account, listing.listing))) {
    o["read"] = units(last->quantity);
    o["read_at"] = to_string(last->at);
    o["activity"] = model::word(last->activity);
  }
  if (const auto hold = floor.hold_of(listing)) o["hold"] = guard::to_text(*hold);
  if (const auto missing = desk.missing()) o["not_fit"] = *missing;
  if (const auto* record = floor.journal.find(listing.account, listing.listing))
    o["intent"] = record_json(listing.account, listing.listing, *record);
  return o;
}

// What happened to it lately: of a few listings, so that a page of a thousand asks Redis for none.
constexpr std::size_t most_told = 20;  // listings
constexpr std::size_t most_steps = 6;  // of each
constexpr std::size_t most_entries = 24;

json::array steps_json(const std::vector<journal::Entry>& entries) {
  json::array all;
  for (const auto& step : journal::steps_of(entries, most_steps)) {
    json::object o{{"at", to_string(step.at)}, {"from", units(step.from)}, {"to", units(step.to)},
                   {"state", step.state},      {"reason", step.reason},    {"who", step.who}};
    if (step.epoch != 0) o["epoch"] = step.epoch;
    if (!step.detail.empty()) o["detail"] = step.detail;
    if (const auto text = guard::retell(step.explanation)) o["text"] = *text;
    all.push_back(std::move(o));
  }
  return all;
}

Result<Selection> selection_of(const web::Request& request) {
  Selection s;
  if (const auto text = request.query_value("account")) {
    auto id = AccountId::parse(*text);
    if (!id) return std::unexpected(id.error());
    s.account = std::move(*id);
  }
  if (const auto text = request.query_value("listing")) {
    auto id = ListingId::parse(*text);
    if (!id) return std::unexpected(id.error());
    s.listing = std::move(*id);
  }
  if (const auto text = request.query_value("sku")) {
    auto id = SkuId::parse(*text);
    if (!id) return std::unexpected(id.error());
    s.sku = std::move(*id);
  }
  return s;
}

web::Response done_json(const SellerActs& acts, const Result<std::vector<Done>>& done) {
  if (!done) return web::problem(done.error());
  json::array all;
  for (const auto& one : *done)
    all.push_back({{"account", one.account.str()}, {"listing", one.listing.str()}, {"what", one.what}});
  return web::json(
      json::serialize(json::object{{"seller", acts.seller().str()}, {"listings", std::move(all)}}));
}

class Pages {
 public:
  explicit Pages(FindActs find) : find_(std::move(find)) {}

  awaitable<web::Response> explain(const web::Request& request) const {
    auto* const acts = find_(request.parameter("seller"));
    if (acts == nullptr) co_return no_seller();
    const auto selection = selection_of(request);
    if (!selection) co_return web::problem(selection.error());
    if (!selection->listing && !selection->sku)
      co_return web::problem(400, ErrorCode::invalid_argument, "say which: listing or sku");
    json::object answer{{"seller", acts->seller().str()}};
    json::array listings;
    SellerActs::Explained kept;
    for (const auto& listing : acts->select(*selection)) {
      if (listings.size() == most_listings) break;
      if (const auto* desk = acts->floor().desk(listing.account.str()))
        listings.push_back(listing_json(*acts, *desk, listing, kept));
    }
    if (selection->sku) {
      answer["sku"] = selection->sku->str();
      answer["pools"] = pools(*acts, *selection->sku);
      if (answer["pools"].as_array().empty() && listings.empty())
        co_return web::problem(404, ErrorCode::not_found, "no such SKU");
    } else if (listings.empty()) {
      co_return web::problem(404, ErrorCode::not_found, "no such listing");
    }
    if (acts->open() && listings.size() <= most_told)
      for (auto& one : listings) {
        auto& o = one.as_object();
        const auto field =
            std::string(o.at("account").as_string()) + " " + std::string(o.at("listing").as_string());
        const auto entries = co_await acts->floor().journal.history(field, most_entries, 0);
        if (entries) o["moves"] = steps_json(*entries);
      }
    answer["listings"] = std::move(listings);
    co_return web::json(json::serialize(answer));
  }

  awaitable<web::Response> intents(const web::Request& request) const {
    auto* const acts = find_(request.parameter("seller"));
    if (acts == nullptr) co_return no_seller();
    const auto selection = selection_of(request);
    if (!selection) co_return web::problem(selection.error());
    const auto most = parse_integer<std::size_t>(request.query_value("limit").value_or("100"));
    if (!most || *most == 0 || *most > 1000)
      co_return web::problem(400, ErrorCode::invalid_argument, "limit: 1 to 1000");
    if (!acts->open())
      co_return web::problem(503, ErrorCode::unavailable, "the journal is not open; see /readyz");
    if (request.query_value("history").value_or("false") == "true")
      co_return co_await history(*acts, *selection, *most);
    const auto state = request.query_value("state");
    json::array all;
    std::size_t found = 0;
    for (const auto& [field, record] : acts->floor().journal.records()) {
      const auto& account = journal::account_of(record.command);
      const auto& listing = journal::listing_of(record.command);
      if (selection->account && *selection->account != account) continue;
      if (selection->listing && *selection->listing != listing) continue;
      if (state && *state != "all" && *state != word(record.state)) continue;
      if (!state && !is_open(record.state)) continue;
      if (++found <= *most) all.push_back(record_json(account, listing, record));
    }
    co_return web::json(json::serialize(
        json::object{{"seller", acts->seller().str()}, {"found", found}, {"intents", std::move(all)}}));
  }

  awaitable<web::Response> change(const web::Request& request, std::string verb) const {
    auto* const acts = find_(request.parameter("seller"));
    if (acts == nullptr) co_return no_seller();
    const auto selection = selection_of(request);
    if (!selection) co_return web::problem(selection.error());
    if (verb != "release" && !selection->listing && !selection->sku)
      co_return web::problem(400, ErrorCode::invalid_argument, "say which: listing or sku");
    if (verb != "release" && acts->select(*selection).empty())
      co_return web::problem(404, ErrorCode::not_found, "no such listing");
    const auto who = request.caller.name;
    const std::string why(request.query_value("why").value_or(""));
    if (verb == "pause") co_return done_json(*acts, co_await acts->pause(*selection, who, why));
    if (verb == "resume") co_return done_json(*acts, co_await acts->resume(*selection, who));
    if (verb == "release") co_return done_json(*acts, co_await acts->release(*selection, who));
    std::optional<Millis> length;
    if (const auto text = request.query_value("for")) {
      const auto parsed = parse_duration(*text);
      if (!parsed) co_return web::problem(parsed.error());
      length = *parsed;
    }
    co_return done_json(*acts, co_await acts->hold(*selection, length, who, why));
  }

  // Every account of the seller where none is named.
  awaitable<web::Response> mode(const web::Request& request) const {
    auto* const acts = find_(request.parameter("seller"));
    if (acts == nullptr) co_return no_seller();
    const auto mode = acting::parse_mode(request.query_value("mode").value_or(""));
    if (!mode) co_return web::problem(400, ErrorCode::invalid_argument, "mode: observe, advise or guard");
    const auto named = request.query_value("account");
    json::array all;
    std::optional<Error> failed;
    for (auto& desk : acts->floor().desks) {
      if (named && desk.id().str() != *named) continue;
      if (auto ok = co_await acts->set_mode(desk, *mode, request.caller.name); !ok) failed = ok.error();
      all.push_back(status_of(*acts, desk));
    }
    if (all.empty()) co_return web::problem(404, ErrorCode::not_found, "no such account");
    if (failed) co_return web::problem(*failed);
    co_return web::json(
        json::serialize(json::object{{"seller", acts->seller().str()}, {"accounts", std::move(all)}}));
  }

  awaitable<web::Response> breaker(const web::Request& request) const {
    auto* const acts = find_(request.parameter("seller"));
    if (acts == nullptr) co_return no_seller();
    auto* const desk = acts->floor().desk(request.query_value("account").value_or(""));
    if (desk == nullptr) co_return web::problem(404, ErrorCode::not_found, "no such account");
    if (auto ok = co_await acts->reset_breaker(*desk, request.caller.name); !ok)
      co_return web::problem(ok.error());
    co_return web::json(json::serialize(status_of(*acts, *desk)));
  }

 private:
  static web::Response no_seller() { return web::problem(404, ErrorCode::not_found, "no such seller"); }

  static json::array pools(const SellerActs& acts, const SkuId& sku) {
    json::array all;
    const auto* ledger = acts.floor().seller.ledger;
    if (ledger == nullptr) return all;
    const auto ref = ledger->mirror().find_sku(sku.str());
    if (!ref) return all;
    for (const auto pool : {model::Pool::own, model::Pool::marketplace, model::Pool::preorder})
      if (const auto state = ledger->mirror().state(*ref, pool)) {
        json::object o{{"pool", model::word(pool)}, {"certainty", model::word(state->certainty)}};
        if (state->certainty != model::Certainty::unknown) o["available"] = state->available.count();
        o["on_hand"] = state->on_hand.count();
        o["receipts"] = state->receipts.count();
        o["committed"] = state->committed.count();
        o["quarantined"] = state->quarantined.count();
        o["reserve"] = state->reserve.count();
        if (state->oldest != Instant{}) o["as_of"] = to_string(state->oldest);
        all.push_back(std::move(o));
      }
    return all;
  }

  static awaitable<web::Response> history(SellerActs& acts, Selection selection, std::size_t most) {
    std::optional<std::string> field;
    if (selection.listing) {
      auto account = selection.account;
      if (!account && acts.floor().desks.size() == 1) account = acts.floor().desks.front().id();
      if (!account) co_return web::problem(400, ErrorCode::invalid_argument, "say which account");
      field = journal::field_of(*account, *selection.listing);
    }
    const auto past = co_await acts.floor().journal.past(field, most);
    if (!past) co_return web::problem(past.error());
    json::array all;
    for (const auto& e : past->entries) {
      json::object o{
          {"id", e.id}, {"account", e.account.str()}, {"listing", e.listing.str()}, {"epoch", e.epoch}};
      o["kind"] = e.kind == journal::Entry::Kind::intent ? "intent"
                  : e.kind == journal::Entry::Kind::move ? "move"
                  : e.kind == journal::Entry::Kind::wish ? "wish"
                                                         : "settled";
      if (e.state) o["state"] = word(*e.state);
      if (!e.detail.empty()) o["detail"] = e.detail;
      if (e.intent) {
        const auto target = journal::target_of(*e.intent);
        o["target"] = units(target);
        o["write"] = journal::text_of(journal::way_of(e.intent->command), target);
        o["reason"] = e.intent->reason;
        o["origin"] = word(e.intent->origin);
        o["who"] = e.intent->who;
        o["at"] = to_string(e.intent->requested_at);
        json::error_code ec;
        auto numbers = json::parse(e.intent->explanation, ec);
        if (!ec) o["numbers"] = std::move(numbers);
      }
      all.push_back(std::move(o));
    }
    json::object answer{{"seller", acts.seller().str()}, {"history", std::move(all)}, {"whole", past->whole}};
    // The stream's ids begin with Redis' time.
    const std::string_view looked_to = past->looked_to;
    if (const auto ms = parse_integer<std::int64_t>(looked_to.substr(0, looked_to.find('-')));
        ms && *ms < 253'402'300'800'000)
      answer["looked_back_to"] = to_string(Instant(Millis(*ms)));
    co_return web::json(json::serialize(answer));
  }

  FindActs find_;
};

}  // namespace

json::object status_of(const SellerActs& acts, const AccountDesk& desk) {
  const auto& f = desk.figures;
  json::object o{{"account", desk.id().str()},
                 {"seller", acts.seller().str()},
                 {"mode", acting::word(desk.mode())},
                 {"wished_mode", acting::word(desk.wished_mode())},
                 {"breaker", desk.tripped.empty() ? "closed" : "open"},
                 {"queued", acts.queued(desk.id())},
                 {"under_way", acts.under_way(desk.id())},
                 {"requested", f.wished},
                 {"sent", f.sent},
                 {"confirmed", f.confirmed},
                 {"failed", f.rejected + f.stuck + f.read_failures + f.write_failures},
                 {"left_to_person", f.persons},
                 {"noted", f.noted}};
  if (!desk.tripped.empty()) o["breaker_why"] = desk.tripped;
  o["breaker_units"] = desk.breaker.moved().count();
  if (const auto& value = desk.account.settings.breaker.value)
    o["breaker_value"] = to_string(Money(desk.breaker.value(), value->currency()));
  if (desk.breaker.unpriced() > 0) o["breaker_unpriced"] = desk.breaker.unpriced();
  if (desk.breaker.waiting() > 0) o["breaker_waiting"] = desk.breaker.waiting();
  if (const auto missing = desk.missing()) o["not_fit"] = *missing;
  if (f.last_confirmed) o["last_confirmed"] = to_string(*f.last_confirmed);
  return o;
}

void add_acting_routes(Context& context, FindActs find) {
  const auto pages = std::make_shared<Pages>(std::move(find));
  const std::vector<web::QueryParameter> which = {{"account", "an account's id; left out: every account"},
                                                  {"listing", "a listing's id"},
                                                  {"sku", "a SKU: every listing that sells it"}};
  auto& routes = context.routes;
  routes.push_back(
      {.method = Method::get,
       .pattern = "/api/v1/sellers/{seller}/explain",
       .access = Access::read,
       .summary = "What is decided for a listing or a SKU, with the numbers and what would change it",
       .handler = [pages](const web::Request& r) { return pages->explain(r); },
       .query = which});
  auto intents_query = which;
  intents_query.push_back({"state", "a state, or all; left out: those that are open"});
  intents_query.push_back({"limit", "at most so many, 1 to 1000 (100)"});
  intents_query.push_back({"history", "true: the journal's entries instead, the newest first"});
  routes.push_back({.method = Method::get,
                    .pattern = "/api/v1/sellers/{seller}/intents",
                    .access = Access::read,
                    .summary = "The current intents, or the history of intents",
                    .handler = [pages](const web::Request& r) { return pages->intents(r); },
                    .query = intents_query});
  const auto add = [&](std::string_view verb, std::string_view pattern, std::string_view summary,
                       std::vector<web::QueryParameter> more) {
    auto query = which;
    query.insert(query.end(), more.begin(), more.end());
    routes.push_back({.method = Method::post,
                      .pattern = pattern,
                      .access = Access::change,
                      .summary = summary,
                      .handler = [pages, verb = std::string(verb)](
                                     const web::Request& r) { return pages->change(r, verb); },
                      .query = query});
  };
  add("pause", "/api/v1/sellers/{seller}/pause", "Puts listings to zero until they are resumed",
      {{"why", "for the record"}});
  add("resume", "/api/v1/sellers/{seller}/resume", "Lifts holds and claims what was found off sale", {});
  add("hold", "/api/v1/sellers/{seller}/hold", "Leaves listings as they are",
      {{"for", "how long, \"2h\"; left out: until resumed"}, {"why", "for the record"}});
  add("release", "/api/v1/sellers/{seller}/release",
      "Decides every pause of ours afresh; says what stays paused and why", {});
  routes.push_back({.method = Method::post,
                    .pattern = "/api/v1/sellers/{seller}/mode",
                    .access = Access::change,
                    .summary = "Sets the mode of one account or all; in force before the next call is sent",
                    .handler = [pages](const web::Request& r) { return pages->mode(r); },
                    .query = {{"mode", "observe, advise or guard", true},
                              {"account", "an account's id; left out: every account of the seller"}}});
  routes.push_back({.method = Method::post,
                    .pattern = "/api/v1/sellers/{seller}/breaker",
                    .access = Access::change,
                    .summary = "Closes an account's breaker: a person has looked",
                    .handler = [pages](const web::Request& r) { return pages->breaker(r); },
                    .query = {{"account", "an account's id", true}}});
}

}  // namespace forestall::app
