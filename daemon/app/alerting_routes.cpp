// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/alerting_routes.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <span>
#include <utility>

#include "config/base/text.hpp"

namespace forestall::app {
namespace {

using alerting::SellerAlerts;
using alerting::Standing;
using boost::asio::awaitable;
using web::Access;
using web::Method;
namespace json = boost::json;

constexpr std::size_t most_shown = 1000;
constexpr std::size_t rows_a_turn = 50;
constexpr Millis longest_snooze = std::chrono::days(90);

constexpr std::string_view alerts_schema = R"({
  "type": "object", "required": ["seller", "standing", "shown", "alerts", "snoozes", "sinks"],
  "properties": {
    "seller": {"type": "string"},
    "standing": {"type": "integer"}, "shown": {"type": "integer"},
    "alerts": {"type": "array", "description": "the most severe first",
      "items": {"type": "object", "properties": {
      "id": {"type": "string"}, "kind": {"type": "string"}, "severity": {"type": "string"},
      "account": {"type": "string"}, "about": {"type": "string"}, "headline": {"type": "string"},
      "first": {"type": "string", "description": "what to do first"},
      "numbers": {"type": "array", "items": {"type": "string"}},
      "begun": {"type": "string"}, "act_by": {"type": "string"}, "resolved": {"type": "string"},
      "acknowledged": {"type": "string"}, "acknowledged_by": {"type": "string"},
      "sinks": {"type": "object", "description": "for each [[notify]]: told, or why not"}}}},
    "snoozes": {"type": "array", "items": {"type": "object"}},
    "sinks": {"type": "array", "items": {"type": "object"}}}})";

constexpr std::string_view acknowledged_schema = R"({
  "type": "object", "required": ["acknowledged"],
  "properties": {"acknowledged": {"type": "array", "items": {"type": "string"}}}})";

constexpr std::string_view snoozed_schema = R"({
  "type": "object", "required": ["snooze", "until"],
  "properties": {"snooze": {"type": "string"}, "until": {"type": "string"}}})";

json::object alert_json(const alerting::Explainer& explainer, const Standing& s) {
  json::object sinks;
  for (const auto& [sink, why] : explainer.of(s)) sinks[sink] = why;
  const auto& a = s.alert;
  json::object o{{"id", s.id},
                 {"kind", alerting::word(a.identity.kind)},
                 {"severity", alerting::word(a.severity)},
                 {"account", a.identity.account.str()},
                 {"about", a.identity.about},
                 {"headline", a.headline},
                 {"first", a.first},
                 {"numbers", json::array(a.numbers.begin(), a.numbers.end())},
                 {"lasting", a.lasting},
                 {"begun", to_string(s.begun)},
                 {"sinks", std::move(sinks)}};
  if (a.act_by) o["act_by"] = to_string(*a.act_by);
  if (s.resolved) o["resolved"] = to_string(*s.resolved);
  if (s.acked) {
    o["acknowledged"] = to_string(*s.acked);
    o["acknowledged_by"] = s.acked_by;
  }
  return o;
}

json::object silence_json(const alerting::Silence& s) {
  return {{"snooze", s.id},
          {"alert", s.alert},
          {"kind", s.kind ? alerting::word(*s.kind) : ""},
          {"account", s.account.str()},
          {"until", to_string(s.until)},
          {"by", s.by},
          {"why", s.why}};
}

struct Waiting {
  std::uint64_t messages = 0;
  std::optional<Instant> oldest{};
};
Waiting waiting_of(const SellerAlerts& alerts, std::string_view sink) {
  Waiting waiting;
  for (const auto& [id, message] : alerts.state().outbox) {
    if (message.sink != sink) continue;
    ++waiting.messages;
    if (!waiting.oldest || message.notice.made < *waiting.oldest) waiting.oldest = message.notice.made;
  }
  return waiting;
}

// Of a sink that is gone from the configuration only what still waits is worth a word.
bool shown(const SellerAlerts& alerts, const alerting::Postman& postman) {
  return !postman.retired() || waiting_of(alerts, postman.settings().id).messages > 0;
}

json::object sink_json(const SellerAlerts& alerts, const alerting::Postman& postman) {
  const auto& f = postman.figures();
  const auto waiting = waiting_of(alerts, postman.settings().id);
  json::object o{{"sink", postman.settings().id},
                 {"kind", postman.settings().kind},
                 {"sent", f.sent},
                 {"waiting", waiting.messages},
                 {"given_up", f.given_up},
                 {"last_error", postman.why_not().empty() ? f.last_error : postman.why_not()}};
  if (waiting.oldest) o["oldest_unsent"] = to_string(*waiting.oldest);
  if (f.last_sent) o["last_sent"] = to_string(*f.last_sent);
  return o;
}

Result<alerting::Silence> wish_of(const web::Request& request) {
  alerting::Silence wish{.alert = std::string(request.query_value("alert").value_or("")),
                         .by = request.caller.name,
                         .why = printable(request.query_value("why").value_or(""), 200)};
  if (const auto kind = request.query_value("kind")) {
    wish.kind = alerting::parse_kind(*kind);
    if (!wish.kind) return fail(ErrorCode::invalid_argument, "kind: no such kind of alert");
  }
  if (const auto account = request.query_value("account")) {
    auto id = AccountId::parse(*account);
    if (!id) return fail_in("account", id.error());
    wish.account = std::move(*id);
  }
  return wish;
}

// Which alerts a request is about: how many, and the ids of those that are shown, the most severe first.
struct Wanted {
  std::size_t matching = 0;
  std::vector<std::string> ids{};
};
Wanted wanted_of(const web::Request& request, const alerting::Book& book) {
  const bool all = request.query_value("all").value_or("false") == "true";
  const auto kind = request.query_value("kind");
  const auto account = request.query_value("account");
  std::vector<const Standing*> found;
  for (const auto& [id, one] : book.all())
    if ((all || one.stands()) && (!kind || alerting::word(one.alert.identity.kind) == *kind) &&
        (!account || one.alert.identity.account.str() == *account))
      found.push_back(&one);
  const auto key = [](const Standing* s) {
    return std::tuple(!s->stands(), -static_cast<int>(s->alert.severity),
                      s->alert.act_by.value_or(Instant::max()), s->begun, std::string_view(s->id));
  };
  const auto most = static_cast<std::ptrdiff_t>(std::min(found.size(), most_shown));
  std::ranges::partial_sort(found, found.begin() + most, {}, key);
  Wanted wanted{.matching = found.size()};
  for (const auto* one : std::span(found).first(static_cast<std::size_t>(most)))
    wanted.ids.push_back(one->id);
  return wanted;
}

class Routes {
 public:
  explicit Routes(std::function<SellerAlerts*(std::string_view)> find) : find_(std::move(find)) {}

  awaitable<web::Response> list(const web::Request& request) const {
    const auto* alerts = find_(request.parameter("seller"));
    if (alerts == nullptr) co_return no_seller();
    const auto wanted = wanted_of(request, alerts->state().book);
    // A little in each turn of the loop. What is forgotten in between is left out.
    json::array rows, snoozes, sinks;
    for (std::size_t next = 0; next < wanted.ids.size();) {
      const auto explainer = alerts->explainer();
      for (const auto end = std::min(wanted.ids.size(), next + rows_a_turn); next < end; ++next)
        if (const auto* one = alerts->state().book.find(wanted.ids[next]); one != nullptr)
          rows.push_back(alert_json(explainer, *one));
      co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
    }
    for (const auto& [id, silence] : alerts->state().silences) snoozes.push_back(silence_json(silence));
    for (const auto& postman : alerts->postmen())
      if (shown(*alerts, postman)) sinks.push_back(sink_json(*alerts, postman));
    const auto shown = rows.size();
    co_return web::json(json::serialize(json::object{{"seller", alerts->seller().str()},
                                                     {"standing", alerts->state().book.standing()},
                                                     {"matching", wanted.matching},
                                                     {"shown", shown},
                                                     {"alerts", std::move(rows)},
                                                     {"snoozes", std::move(snoozes)},
                                                     {"sinks", std::move(sinks)}}));
  }

  awaitable<web::Response> acknowledge(const web::Request& request) const {
    auto* const alerts = find_(request.parameter("seller"));
    if (alerts == nullptr) co_return no_seller();
    std::vector<std::string> which;
    for (const auto one : split(request.query_value("alert").value_or(""), ','))
      if (!one.empty()) which.emplace_back(one);
    if (which.empty())
      co_return web::problem(400, ErrorCode::invalid_argument,
                             "alert: the first digits of its id are needed");
    auto done = co_await alerts->acknowledge(std::move(which), request.caller.name);
    if (!done) co_return web::problem(done.error());
    co_return web::json(
        json::serialize(json::object{{"acknowledged", json::array(done->begin(), done->end())}}));
  }

  awaitable<web::Response> snooze(const web::Request& request) const {
    auto* const alerts = find_(request.parameter("seller"));
    if (alerts == nullptr) co_return no_seller();
    auto wish = wish_of(request);
    if (!wish) co_return web::problem(400, wish.error().code, wish.error().detail);
    const auto length = parse_duration(request.query_value("for").value_or("4h"));
    if (!length || *length <= Millis(0) || *length > longest_snooze)
      co_return web::problem(400, ErrorCode::invalid_argument,
                             "for: expected a duration like 4h, at most 90d");
    auto done = co_await alerts->snooze(std::move(*wish), *length);
    if (!done) co_return web::problem(done.error());
    co_return web::json(json::serialize(silence_json(*done)));
  }

  awaitable<web::Response> unsnooze(const web::Request& request) const {
    auto* const alerts = find_(request.parameter("seller"));
    if (alerts == nullptr) co_return no_seller();
    const std::string id(request.query_value("snooze").value_or(""));
    if (auto ok = co_await alerts->unsnooze(id); !ok) co_return web::problem(ok.error());
    co_return web::json(json::serialize(json::object{{"snooze", id}}));
  }

  awaitable<web::Response> test(const web::Request& request) const {
    auto* const alerts = find_(request.parameter("seller"));
    if (alerts == nullptr) co_return no_seller();
    const std::string sink(request.query_value("sink").value_or(""));
    if (auto ok = co_await alerts->send_test(sink, request.caller.name); !ok)
      co_return web::problem(ok.error());
    co_return web::json(json::serialize(json::object{{"sink", sink}}), 202);
  }

  awaitable<web::Response> history(const web::Request& request) const {
    auto* const alerts = find_(request.parameter("seller"));
    if (alerts == nullptr) co_return no_seller();
    const auto limit = parse_integer<std::size_t>(request.query_value("limit").value_or("100"));
    if (!limit || *limit == 0 || *limit > most_shown)
      co_return web::problem(400, ErrorCode::invalid_argument, "limit: expected a number from 1 to 1000");
    const auto lines = co_await alerts->history(*limit);
    if (!lines) co_return web::problem(lines.error());
    json::array rows;
    for (const auto& line : *lines) {
      json::error_code ec;
      auto particulars = json::parse(line.text, ec);
      rows.push_back(json::object{{"at", to_string(line.at)},
                                  {"what", line.what},
                                  {"particulars", ec ? json::value(line.text) : std::move(particulars)}});
    }
    co_return web::json(json::serialize(json::object{{"history", std::move(rows)}}));
  }

 private:
  static web::Response no_seller() { return web::problem(404, ErrorCode::not_found, "no such seller"); }

  std::function<SellerAlerts*(std::string_view)> find_;
};

struct SinkSum {
  alerting::SinkFigures figures{};
  Waiting waiting{};
  bool works = true;
};

double unix_seconds(const std::optional<Instant>& at) {
  return at ? std::chrono::duration<double>(at->time_since_epoch()).count() : 0;
}

}  // namespace

void add_alerting_routes(std::vector<web::Route>& routes,
                         std::function<SellerAlerts*(std::string_view)> find) {
  const auto self = std::make_shared<Routes>(std::move(find));
  const auto add = [&](Method method, std::string_view pattern, std::string_view summary,
                       web::Handler handler, std::vector<web::QueryParameter> query,
                       std::string_view schema = {}) {
    routes.push_back({.method = method,
                      .pattern = pattern,
                      .access = method == Method::get ? Access::read : Access::change,
                      .summary = summary,
                      .handler = std::move(handler),
                      .query = std::move(query),
                      .response_schema = schema});
  };
  add(
      Method::get, "/api/v1/sellers/{seller}/alerts",
      "What people should know: alerts that stand, whom they were told to, snoozes, sinks",
      [self](const web::Request& request) { return self->list(request); },
      {{"kind", "only of this kind"},
       {"account", "only of this account"},
       {"all", "true: also what is over"}},
      alerts_schema);
  add(Method::get, "/api/v1/sellers/{seller}/alerts/history", "What was sent, acknowledged and snoozed",
      [self](const web::Request& request) { return self->history(request); },
      {{"limit", "at most so many (100)"}});
  add(
      Method::post, "/api/v1/sellers/{seller}/alerts/ack",
      "Acknowledge: no reminder and no escalation until it is over or becomes worse",
      [self](const web::Request& request) { return self->acknowledge(request); },
      {{"alert", "the first digits of ids, with commas between", true}}, acknowledged_schema);
  add(
      Method::post, "/api/v1/sellers/{seller}/alerts/snooze", "Be told nothing of it for a while",
      [self](const web::Request& request) { return self->snooze(request); },
      {{"alert", "the first digits of an id"},
       {"kind", "every alert of a kind"},
       {"account", "every alert of an account"},
       {"for", "how long, like 4h"},
       {"why", "for the record"}},
      snoozed_schema);
  add(Method::post, "/api/v1/sellers/{seller}/alerts/unsnooze", "End a snooze now",
      [self](const web::Request& request) { return self->unsnooze(request); }, {{"snooze", "its id", true}});
  add(Method::post, "/api/v1/sellers/{seller}/alerts/test", "Send a test message to one [[notify]]",
      [self](const web::Request& request) { return self->test(request); },
      {{"sink", "the id of the [[notify]]", true}});
}

void collect_alerting(metrics::Page& page, const std::deque<SellerAlerts>& sellers, std::uint64_t dropped) {
  std::map<std::string, SinkSum> sinks;
  for (const auto& alerts : sellers) {
    for (const auto& [kind, value] : config::words(std::type_identity<alerting::AlertKind>{}))
      page.gauge("forestall_alerts_standing", "Alerts that stand, by kind.",
                 alerts.state().book.standing_of(value).size(),
                 {{"seller", alerts.seller().str()}, {"kind", kind}});
    page.counter("forestall_alerts_refused_total", "Alerts that were not taken because too many stand.",
                 alerts.state().book.refused(), {{"seller", alerts.seller().str()}});
    page.counter("forestall_alerts_overtaken_total",
                 "Changes of listings that not every sink was told of, because too many newer ones waited.",
                 alerts.state().book.overtaken(), {{"seller", alerts.seller().str()}});
    for (const auto& postman : alerts.postmen()) {
      if (postman.retired()) continue;
      auto& sum = sinks[postman.settings().id];
      const auto& f = postman.figures();
      sum.figures.sent += f.sent;
      sum.figures.refused += f.refused;
      sum.figures.not_reached += f.not_reached;
      sum.figures.unknown += f.unknown;
      sum.figures.given_up += f.given_up;
      if (f.last_sent)
        sum.figures.last_sent = std::max(sum.figures.last_sent.value_or(*f.last_sent), *f.last_sent);
      const auto waiting = waiting_of(alerts, postman.settings().id);
      sum.waiting.messages += waiting.messages;
      if (waiting.oldest)
        sum.waiting.oldest = std::min(sum.waiting.oldest.value_or(*waiting.oldest), *waiting.oldest);
    }
  }
  page.counter("forestall_alerts_dropped_total",
               "Alerts that were lost because they could not be stored for long.", dropped);
  for (const auto& [id, sum] : sinks) {
    const auto& f = sum.figures;
    page.counter("forestall_alert_messages_sent_total", "Messages delivered.", f.sent, {{"sink", id}});
    page.counter("forestall_alert_messages_given_up_total", "Messages that were never delivered.", f.given_up,
                 {{"sink", id}});
    constexpr std::string_view attempts = "Attempts to deliver a message, by what became of them.";
    page.counter("forestall_alert_attempts_total", attempts, f.sent,
                 {{"sink", id}, {"outcome", "delivered"}});
    page.counter("forestall_alert_attempts_total", attempts, f.refused,
                 {{"sink", id}, {"outcome", "refused"}});
    page.counter("forestall_alert_attempts_total", attempts, f.not_reached,
                 {{"sink", id}, {"outcome", "not_reached"}});
    page.counter("forestall_alert_attempts_total", attempts, f.unknown,
                 {{"sink", id}, {"outcome", "unknown"}});
    page.gauge("forestall_alert_messages_waiting", "Messages that are not delivered yet.",
               sum.waiting.messages, {{"sink", id}});
    page.gauge("forestall_alert_oldest_unsent_timestamp_seconds",
               "When the oldest message that is not delivered was made; 0: none.",
               unix_seconds(sum.waiting.oldest), {{"sink", id}});
    page.gauge("forestall_alert_last_sent_timestamp_seconds",
               "When the last message was delivered; 0: never.", unix_seconds(f.last_sent), {{"sink", id}});
  }
}

json::value status_of_alerting(const std::deque<SellerAlerts>& sellers) {
  json::array all;
  for (const auto& alerts : sellers) {
    json::array sinks;
    for (const auto& postman : alerts.postmen())
      if (shown(alerts, postman)) sinks.push_back(sink_json(alerts, postman));
    all.push_back(json::object{{"seller", alerts.seller().str()},
                               {"open", alerts.open()},
                               {"standing", alerts.state().book.standing()},
                               {"sinks", std::move(sinks)}});
  }
  return all;
}

}  // namespace forestall::app
