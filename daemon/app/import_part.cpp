// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/import_part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>
#include <vector>

#include "config/base/text.hpp"
#include "connectors/model/words.hpp"
#include "daemon/importing/import_text.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;
namespace json = boost::json;

constexpr std::size_t rows_a_step = 250;  // read in one turn, applied in one call
constexpr std::size_t most_body = std::size_t{1} << 20;
constexpr std::size_t most_bad_told = 1000;

constexpr std::string_view import_schema = R"({
  "type": "object", "required": ["seller", "kind", "dry_run", "rows", "applied", "known", "older", "bad_count", "bad"],
  "properties": {
    "seller": {"type": "string"}, "kind": {"type": "string"}, "dry_run": {"type": "boolean"},
    "rows": {"type": "integer", "description": "read, good or bad"},
    "applied": {"type": "integer", "description": "changed what is known; in a dry run: could be applied"},
    "known": {"type": "integer", "description": "were known already"},
    "older": {"type": "integer", "description": "older than what is known, or contradicting it: changed nothing"},
    "bad_count": {"type": "integer"},
    "bad": {"type": "array", "items": {"type": "object", "properties": {
      "line": {"type": "integer"}, "reason": {"type": "string"}}}}}})";

struct Outcomes {
  std::uint64_t applied = 0, known = 0, older = 0;
  void add(ledger::Outcome outcome) {
    if (ledger::changed(outcome))
      ++applied;
    else if (outcome == ledger::Outcome::known)
      ++known;
    else
      ++older;
  }
};

bool is_stock(tables::Kind kind) {
  return std::ranges::find(tables::stock_kinds, kind) != tables::stock_kinds.end();
}

template <class Enum>
std::optional<Enum> word_of(std::string_view text) {
  for (const auto& [word, value] : config::words(std::type_identity<Enum>{}))
    if (word == text) return value;
  return std::nullopt;
}

class Imports {
 public:
  Imports(Context& context, std::shared_ptr<flow::Flow> flow) : context_(context), flow_(std::move(flow)) {}

  awaitable<web::Response> take(const web::Request& request) {
    auto* const seller = flow_->find_seller(request.parameter("seller"));
    if (seller == nullptr) co_return web::problem(404, ErrorCode::not_found, "no such seller");
    const auto kind = tables::kind_of(request.parameter("kind"));
    if (!kind)
      co_return web::problem(404, ErrorCode::not_found, "no such kind of table; see config/import.md");
    auto given = given_by(request, *seller, *kind);
    if (!given) co_return web::problem(given.error());
    const bool dry_run = request.query_value("dry_run").value_or("false") == "true";
    if (!seller->open && !dry_run)
      co_return web::problem(503, ErrorCode::unavailable, "the seller's ledger is not open; see /readyz");
    auto text = importing::ImportText::open(*kind, request.body, std::move(*given));
    if (!text) co_return web::problem(400, text.error().code, text.error().detail);
    Outcomes outcomes;
    auto ok = co_await apply(*seller, *text, outcomes, dry_run);
    if (!ok) co_return web::problem(ok.error());
    context_.log.notice("imported", {{"seller", seller->settings.id},
                                     {"kind", tables::kind_name(*kind)},
                                     {"rows", text->rows()},
                                     {"applied", outcomes.applied},
                                     {"bad", text->bad().size()},
                                     {"dry_run", dry_run},
                                     {"by", request.caller.name}});
    co_return web::json(json::serialize(told(*seller, *kind, dry_run, *text, outcomes)));
  }

 private:
  // What the rows do not say: from the query, else from the configuration.
  Result<tables::Given> given_by(const web::Request& request, const flow::Seller& seller,
                                 tables::Kind kind) const {
    tables::Given given;
    given.now = given.file_time = context_.clock.now();
    given.source = SourceId::literal("import");
    given.zone = seller.settings.time_zone;
    if (is_stock(kind))
      if (auto ok = take_source(given, request.query_value("source"), seller); !ok)
        return std::unexpected(std::move(ok.error()));
    auto& accounts = given.accounts.emplace();
    for (const auto& account : context_.settings.accounts)
      if (account.seller == seller.settings.id) accounts[account.id.str()] = account.currency;
    if (const auto name = request.query_value("time_zone")) {
      const auto zone = TimeZone::find(*name);
      if (!zone) return fail(ErrorCode::invalid_argument, "time_zone: " + zone.error().detail);
      given.zone = *zone;
    }
    if (const auto word = request.query_value("decimal_mark")) {
      const auto mark = word_of<config::DecimalMark>(*word);
      if (!mark) return fail(ErrorCode::invalid_argument, "decimal_mark: expected auto, point or comma");
      given.decimal_mark = *mark;
    }
    if (const auto text = request.query_value("as_of")) {
      const auto instant = parse_instant(*text);
      if (!instant) return fail(ErrorCode::invalid_argument, "as_of: " + instant.error().detail);
      given.file_time = *instant;
    }
    return given;
  }

  Status take_source(tables::Given& given, std::optional<std::string_view> wanted,
                     const flow::Seller& seller) const {
    const config::StockSettings* found = nullptr;
    std::size_t count = 0;
    for (const auto& stock : context_.settings.stocks) {
      if (stock.seller != seller.settings.id || (wanted && stock.id.str() != *wanted)) continue;
      found = &stock;
      ++count;
    }
    if (count != 1)
      return fail(ErrorCode::invalid_argument,
                  wanted ? fmt::format("source: the seller has no [[stock]] \"{}\"", printable(*wanted, 60))
                  : count == 0 ? "the seller has no [[stock]]; stock is only known where a source says which "
                                 "place it speaks of"
                               : "source: the seller has several [[stock]], name one");
    given.source = found->id;
    given.location = found->location;
    given.pool = model::parse_word<model::Pool>(found->pool).value_or(model::Pool::own);
    given.only_location = true;
    if (found->time_zone) given.zone = *found->time_zone;
    return {};
  }

  awaitable<Status> apply(flow::Seller& seller, importing::ImportText& text, Outcomes& outcomes,
                          bool dry_run) {
    std::vector<model::Observation> step;
    for (bool more = true; more;) {
      step.clear();
      const auto read = text.next(step, rows_a_step);
      if (!read) co_return std::unexpected(read.error());
      more = *read;
      if (dry_run) {
        outcomes.applied += step.size();
        co_await boost::asio::post(context_.executor, boost::asio::use_awaitable);
        continue;
      }
      if (step.empty()) continue;
      const auto applied = co_await flow_->apply(seller, step);
      if (!applied) co_return std::unexpected(applied.error());
      for (const auto outcome : applied->outcomes) outcomes.add(outcome);
    }
    co_return Status{};
  }

  static json::object told(const flow::Seller& seller, tables::Kind kind, bool dry_run,
                           const importing::ImportText& text, const Outcomes& outcomes) {
    json::array bad;
    for (const auto& row : text.bad()) {
      if (bad.size() == most_bad_told) break;
      bad.push_back(json::object{{"line", row.line}, {"reason", row.reason}});
    }
    return {{"seller", seller.settings.id.str()},
            {"kind", tables::kind_name(kind)},
            {"dry_run", dry_run},
            {"rows", text.rows()},
            {"applied", outcomes.applied},
            {"known", outcomes.known},
            {"older", outcomes.older},
            {"bad_count", text.bad().size()},
            {"bad", std::move(bad)}};
  }

  Context& context_;
  std::shared_ptr<flow::Flow> flow_;
};

}  // namespace

void add_import_route(Context& context, std::shared_ptr<flow::Flow> flow) {
  const auto self = std::make_shared<Imports>(context, std::move(flow));
  context.routes.push_back(
      {.method = web::Method::post,
       .pattern = "/api/v1/sellers/{seller}/import/{kind}",
       .access = web::Access::change,
       .summary = "Take over rows of a documented CSV table (the body, text/csv); bad rows change nothing",
       .handler = [self](const web::Request& request) { return self->take(request); },
       .query =
           {{"source",
             "stock, counts, failed-picks, receipts: under which [[stock]]; needed where there are several"},
            {"dry_run", "true: only say what is wrong"},
            {"as_of", "when rows that do not say so were true; else now"},
            {"time_zone", "of times without an offset; else the source's or the seller's"},
            {"decimal_mark", "auto, point or comma"}},
       .response_schema = import_schema,
       .max_body = most_body});
}

}  // namespace forestall::app
