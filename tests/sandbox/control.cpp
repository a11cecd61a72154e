// SPDX-License-Identifier: Apache-2.0
// The endpoints below /sandbox/.
#include "tests/sandbox/control.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "config/base/text.hpp"
#include "tests/sandbox/amazon/answers.hpp"
#include "tests/sandbox/truth_json.hpp"

namespace forestall::sandbox {

namespace {
using boost::json::array;
using boost::json::object;

Answer no(std::string_view message) { return json_answer(object{{"error", message}}, 400); }

Result<object> read_body(const Request& request) {
  if (request.body.empty()) return object{};
  boost::system::error_code broken;
  const auto body = boost::json::parse(request.body, broken);
  if (broken || !body.is_object()) return fail(ErrorCode::parse, "the body is no JSON object");
  return body.as_object();
}
std::string text_at(const object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}
}  // namespace

Answer Control::answer(const Request& request) {
  const std::string what = request.method + " " + (request.path.size() > 1 ? request.path[1] : "");
  if (what == "GET clock") return clock();
  if (what == "POST advance") return advance(request);
  if (what == "GET truth") return json_answer(market_truth_json(market_));
  if (what == "GET baseline") return baseline(request);
  if (what == "GET lines") return {.body = lines_csv(market_), .content_type = "text/csv"};
  if (what == "GET writes") return writes(request);
  if (what == "GET accounts") return accounts();
  if (what == "POST edit") return edit(request);
  if (what == "POST write") return write(request);
  if (what == "POST cancel-request") return cancel_request(request);
  if (what == "GET parcels") return {.body = parcels_.parcels_json()};
  if (what == "GET requests") return requests();
  if (what == "GET parcel-event")
    return {.body = parcels_.event_json(request.parameter("tracking").value_or(""))};
  if (what == "POST parcel") return parcel(request);
  if (what == "POST missed-collection") return missed_collection(request);
  if (what == "POST hub-outage") return hub_outage(request);
  if (what == "POST faults") return script(request);
  if (what == "DELETE faults") {
    faults_.clear();
    return json_answer(object{});
  }
  if (what == "POST finish") {
    if (!clock_.lock_step()) return no("only in lock-step: elsewhere time runs by itself");
    market_.finish();
    clock_.set(market_.now());
    return json_answer(market_truth_json(market_));
  }
  if (what == "POST stop") {
    stopping_ = true;
    return json_answer(market_truth_json(market_));
  }
  return json_answer(
      object{
          {"error",
           "GET clock truth baseline lines writes accounts parcels requests parcel-event; POST advance edit "
           "write cancel-request parcel missed-collection hub-outage faults finish stop; DELETE faults"}},
      404);
}

Answer Control::clock() const {
  object json{{"now", to_string(market_.now())},
              {"lock_step", clock_.lock_step()},
              {"speed", clock_.speed()},
              {"seed", std::to_string(market_.options().seed)},  // text: a double does not hold every seed
              {"anchor", object{{"machine_ns", std::to_string(clock_.anchor().machine.count())},
                                {"at", to_string(clock_.anchor().world)}}},
              {"end", to_string(market_.setting().scenario.end)},
              {"in_flight", in_flight_()}};
  const Instant next = market_.next_event();
  json["next_event"] =
      next == Instant::max() ? boost::json::value(nullptr) : boost::json::value(to_string(next));
  return json_answer(json);
}

// {"to":"2026-02-02T10:00:00Z"} | {"by":"15m"} | {"next":true}
Answer Control::advance(const Request& request) {
  if (!clock_.lock_step()) return no("only in lock-step");
  const auto body = read_body(request);
  if (!body) return no(body.error().detail);
  Instant to = market_.now();
  if (const std::string by = text_at(*body, "by"); !by.empty()) {
    const auto length = parse_duration(by);
    if (!length) return no(length.error().detail);
    to += *length;
  } else if (const std::string until = text_at(*body, "to"); !until.empty()) {
    const auto instant = parse_instant(until);
    if (!instant) return no(instant.error().detail);
    if (*instant < to) return no("time does not go back");
    to = *instant;
  } else if (body->contains("next")) {
    const Instant next = market_.next_event();
    if (next != Instant::max()) to = std::max(to, next);
  } else {
    return no("expected to, by or next");
  }
  market_.advance_to(to);
  clock_.set(to);
  return clock();
}

Answer Control::baseline(const Request& request) const {
  const auto every = parse_duration(request.parameter("every").value_or("15m"));
  if (!every || *every <= Millis{0}) return no("every: a duration such as 15m");
  const auto buffer = parse_integer<int>(request.parameter("buffer").value_or("0"));
  if (!buffer || *buffer < 0 || *buffer > 1000) return no("buffer: 0 to 1000");
  object json = truth_json(market_.baseline(*every, *buffer));
  json["now"] = to_string(market_.now());
  return json_answer(json);
}

Answer Control::writes(const Request& request) const {
  const auto from = parse_integer<std::size_t>(request.parameter("from").value_or("0"));
  if (!from) return no("from: the number of writes already read");
  array list;
  for (std::size_t i = *from; i < market_.writes().size(); ++i) {
    const WriteRecord& write = market_.writes()[i];
    object json{{"at", to_string(write.at)},
                {"account", market_.accounts()[write.account].name},
                {"sku", write.sku},
                {"op", write.op},
                {"fulfillment_channel_code", write.channel_code},
                {"status", write.status},
                {"submission", write.submission},
                {"preview", write.preview}};
    if (write.quantity) json["quantity"] = *write.quantity;
    if (write.price_minor) json["price_minor"] = *write.price_minor;
    if (write.live_at) json["live_at"] = to_string(*write.live_at);
    list.push_back(json);
  }
  return json_answer(object{{"total", market_.writes().size()}, {"writes", list}});
}

// Everything a daemon's configuration needs; the secrets are the sandbox's own and open nothing else.
Answer Control::accounts() const {
  array list;
  for (const Account& account : market_.accounts())
    list.push_back(object{{"account", account.name},
                          {"seller_id", account.seller},
                          {"marketplace_id", account.marketplace},
                          {"currency", account.currency},
                          {"client_id", account.client},
                          {"client_secret", account.secret},
                          {"refresh_token", account.refresh_token}});
  return json_answer(object{{"accounts", list}, {"tokens_issued", amazon_.tokens_issued()}});
}

// A person at the channel:
// {"account":"amazon-us","sku":"SKU-1","quantity":3,"price_minor":1299,"active":false}
Answer Control::edit(const Request& request) {
  const auto body = read_body(request);
  if (!body) return no(body.error().detail);
  const auto account = std::ranges::find(market_.accounts(), text_at(*body, "account"), &Account::name);
  if (account == market_.accounts().end()) return no("unknown account");
  const auto index = account->listings.find(text_at(*body, "sku"));
  if (!index) return no("unknown sku");
  Listing& listing = account->listings.at(*index);
  if (const auto* quantity = body->if_contains("quantity"); quantity != nullptr) {
    if (!listing.in_world || !quantity->is_int64() || quantity->as_int64() < 0 ||
        quantity->as_int64() > 99'999'999)
      return no("quantity: 0 to 99,999,999, of a seller-fulfilled listing");
    market_.world().edit(*listing.in_world, static_cast<std::int32_t>(quantity->as_int64()));
    listing.zeroed_by_api = false;
  }
  if (const auto* price = body->if_contains("price_minor"); price != nullptr) {
    if (!price->is_int64() || price->as_int64() <= 0) return no("price_minor: above 0");
    listing.price_minor = price->as_int64();
  }
  if (const auto* active = body->if_contains("active"); active != nullptr) {
    if (!active->is_bool()) return no("active: true or false");
    listing.active = active->as_bool();
  }
  listing.updated = market_.now();
  account->listings.tell(*index, market_.world());
  return json_answer(object{});
}

// The ways of writing that Amazon does not have: a seller's tool asks for "so many more" or for "so many, if
// you have so many now". {"account":"amazon-us","sku":"SKU-1","by":-2} | {..., "quantity":3,"expected":5}
// 409: compared, and not equal; nothing is done. Compared with what is there when it is taken: a sale between
// then and its going live counts down the new number, as it counts down the old one. So both are a
// difference.
Answer Control::write(const Request& request) {
  const auto body = read_body(request);
  if (!body) return no(body.error().detail);
  const auto account = std::ranges::find(market_.accounts(), text_at(*body, "account"), &Account::name);
  if (account == market_.accounts().end()) return no("unknown account");
  const auto index = account->listings.find(text_at(*body, "sku"));
  if (!index || !account->listings.at(*index).in_world) return no("unknown sku, or none of the world's");
  const auto number = [&](std::string_view name, std::int64_t least) -> std::optional<std::int32_t> {
    const auto* value = body->if_contains(name);
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    const auto n = value->as_int64();
    return n < least || n > 99'999'999 ? std::nullopt : std::optional(static_cast<std::int32_t>(n));
  };
  auto by = number("by", -99'999'999);
  const auto quantity = number("quantity", 0), expected = number("expected", 0);
  if (by.has_value() == (quantity && expected)) return no("by, or quantity and expected; whole numbers");
  const auto listing = *account->listings.at(*index).in_world;
  if (!by && market_.world().listed(listing) != *expected)
    return json_answer(object{{"error", "it is not what was expected"}}, 409);
  if (!by) by = *quantity - *expected;
  market_.world().write({.listing = listing, .kind = world::WriteKind::relative, .value = *by});
  return json_answer(object{});
}

// A buyer: {"account":"amazon-us","order":"100-1234567-0000001"}
Answer Control::cancel_request(const Request& request) {
  const auto body = read_body(request);
  if (!body) return no(body.error().detail);
  const auto account = std::ranges::find(market_.accounts(), text_at(*body, "account"), &Account::name);
  if (account == market_.accounts().end()) return no("unknown account");
  if (!account->orders.request_cancellation(text_at(*body, "order"), market_.now()))
    return no("unknown order");
  return json_answer(object{});
}

// The buyers who asked to cancel by themselves (--cancel-requests).
Answer Control::requests() const {
  array list;
  for (const Account& account : market_.accounts())
    for (const auto& asked : account.orders.asked())
      list.push_back(object{{"account", account.name}, {"order", asked.order}, {"at", to_string(asked.at)}});
  return json_answer(object{{"requests", list}});
}

// {"order":"100-1234567-0000001","fate":"lost"}
Answer Control::parcel(const Request& request) {
  const auto body = read_body(request);
  if (!body) return no(body.error().detail);
  const auto fate = parse_fate(text_at(*body, "fate"));
  if (!fate) return no("fate: moving, stuck, lost, never_scanned, returned or detoured");
  if (const auto ok = parcels_.set_fate(text_at(*body, "order"), *fate); !ok) return no(ok.error().detail);
  return json_answer(object{});
}

// The labels of a day (UTC) are collected later: {"day":"2026-02-03","late":"72h"}
Answer Control::missed_collection(const Request& request) {
  const auto body = read_body(request);
  if (!body) return no(body.error().detail);
  const auto day = parse_civil_date(text_at(*body, "day"));
  const auto late = parse_duration(text_at(*body, "late"));
  if (!day || !late) return no("day: 2026-02-03, late: 72h");
  parcels_.miss_collection(*day, *late);
  return json_answer(object{});
}

// A hub stands still: {"hub":"MEMPHIS","from":"2026-02-03T00:00:00Z","until":"2026-02-07T00:00:00Z"}
Answer Control::hub_outage(const Request& request) {
  const auto body = read_body(request);
  if (!body) return no(body.error().detail);
  const auto from = parse_instant(text_at(*body, "from")), until = parse_instant(text_at(*body, "until"));
  if (!from || !until || text_at(*body, "hub").empty()) return no("hub, from and until are needed");
  parcels_.stop_hub(text_at(*body, "hub"), *from, *until);
  return json_answer(object{});
}

Answer Control::script(const Request& request) {
  boost::system::error_code broken;
  const auto body = boost::json::parse(request.body, broken);
  if (broken) return no("the body is no JSON");
  if (const auto ok = faults_.add(body); !ok) return no(ok.error().detail);
  return json_answer(object{});
}

}  // namespace forestall::sandbox
