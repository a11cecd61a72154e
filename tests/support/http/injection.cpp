// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http/injection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <set>

namespace forestall::test {
namespace bj = boost::json;

namespace {

// Calls `change` on a copy of the document at the first field called `name`.
using Change = std::function<void(bj::object&, const bj::string&)>;

bool change_first(bj::value& value, std::string_view name, const Change& change) {
  if (auto* object = value.if_object()) {
    if (object->contains(bj::string_view(name.data(), name.size()))) {
      change(*object, bj::string(name.data(), name.size()));
      return true;
    }
    for (auto& member : *object)
      if (change_first(member.value(), name, change)) return true;
  } else if (auto* array = value.if_array()) {
    for (auto& element : *array)
      if (change_first(element, name, change)) return true;
  }
  return false;
}

void collect_names(const bj::value& value, std::set<std::string>& names) {
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      names.insert(std::string(member.key().data(), member.key().size()));
      collect_names(member.value(), names);
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) collect_names(element, names);
  }
}

void add_unknown_fields(bj::value& value) {
  if (auto* object = value.if_object()) {
    for (auto& member : *object) add_unknown_fields(member.value());
    object->emplace("xUnknownField", bj::object{{"deep", bj::array{1, "two", nullptr}}});
  } else if (auto* array = value.if_array()) {
    for (auto& element : *array) add_unknown_fields(element);
  }
}

Injection with_body(std::string name, std::string body) {
  return {std::move(name), [body = std::move(body)](Reply good) {
            good.body = body;
            std::erase_if(good.headers, [](const auto& h) { return h.name == "Content-Encoding"; });
            return good;
          }};
}

Injection with_fault(std::string name, Fault fault, std::size_t at = 0) {
  return {std::move(name), [fault, at](Reply good) {
            if (good.body.size() < 2) good.body = "{ }";
            good.fault = fault;
            good.at = at;
            return good;
          }};
}

Injection instead(std::string name, Reply reply) {
  return {std::move(name), [reply = std::move(reply)](const Reply&) { return reply; }};
}

}  // namespace

std::vector<Injection> transport_injections() {
  Reply limited =
      json_reply(R"({"errors":[{"code":"QuotaExceeded","message":"You exceeded your quota"}]})", 429);
  Reply limited_long = limited;
  limited_long.headers.push_back({"Retry-After", "2"});
  Reply html_200 = html_reply(200);
  return {
      with_fault("hang", Fault::hang),
      with_fault("close", Fault::close_unanswered),
      with_fault("lost answer", Fault::reset_unanswered),
      with_fault("cut body", Fault::cut_body, 1),
      with_fault("reset body", Fault::reset_body, 1),
      with_fault("stalled body", Fault::stall_body, 1),
      with_fault("length too long", Fault::length_too_long, 7),
      with_fault("length too short", Fault::length_too_short, 1),
      with_fault("not HTTP", Fault::not_http),
      with_fault("endless body", Fault::endless_body),
      instead("huge body", json_reply("[" + std::string(40'000'000, ' ') + "]")),
      instead("gzip bomb", gzip_bomb_reply(40'000'000)),
      instead("400", json_reply(R"({"errors":[{"code":"InvalidInput","message":"no"}]})", 400)),
      instead("401", json_reply("{}", 401)),
      instead("403", json_reply(R"({"errors":[{"code":"Unauthorized","message":"no"}]})", 403)),
      instead("404", json_reply("{}", 404)),
      instead("429", limited),
      instead("429 with Retry-After", limited_long),
      instead("500", json_reply(R"({"errors":[{"code":"InternalFailure","message":"no"}]})", 500)),
      instead("503 HTML", html_reply(503)),
      instead("HTML as 200", html_200),
      instead("redirect", redirect_reply("https://elsewhere.example.com/")),
      instead("empty body", json_reply("")),
      with_body("invalid JSON", "{\"orders\": [}"),
      with_body("JSON of another shape", "[]"),
      with_body("JSON null", "null"),
      with_body("empty object", "{}"),
      with_body("deep JSON", std::string(10'000, '[')),
  };
}

std::vector<Injection> json_injections(std::string_view good_body) {
  boost::system::error_code ec;
  const bj::value good = bj::parse(bj::string_view(good_body.data(), good_body.size()), ec);
  if (ec) return {};
  std::vector<Injection> all;
  bj::value unknown = good;
  add_unknown_fields(unknown);
  all.push_back(with_body("unknown fields", bj::serialize(unknown)));
  std::set<std::string> names;
  collect_names(good, names);
  const std::vector<std::pair<std::string, Change>> changes = {
      {"without", [](bj::object& o, const bj::string& n) { o.erase(n); }},
      {"null", [](bj::object& o, const bj::string& n) { o[n] = nullptr; }},
      {"of another type",
       [](bj::object& o, const bj::string& n) {
         if (o[n].is_string())
           o[n] = 7;
         else
           o[n] = "not this";
       }},
      {"negative", [](bj::object& o, const bj::string& n) { o[n] = -1; }},
      {"out of range", [](bj::object& o, const bj::string& n) { o[n] = 1e300; }},
      {"huge", [](bj::object& o, const bj::string& n) { o[n] = std::string(200'000, 'x'); }},
      {"empty", [](bj::object& o, const bj::string& n) { o[n] = ""; }},
      {"with control characters", [](bj::object& o, const bj::string& n) { o[n] = "a\r\n\0b"; }},
  };
  for (const auto& name : names) {
    for (const auto& [what, change] : changes) {
      bj::value changed = good;
      change_first(changed, name, change);
      all.push_back(with_body(fmt::format("{} {}", name, what), bj::serialize(changed)));
    }
  }
  return all;
}

std::string Broken::to_string() const { return fmt::format("call {}: {}", call, injection); }

std::size_t inject_everywhere(ScriptedServer& server, const ScriptedServer::Handler& good,
                              const std::function<void(const Broken*)>& scenario) {
  std::vector<std::string> bodies;
  server.set_handler([&](const SeenRequest& request) {
    Reply reply = good(request);
    bodies.push_back(reply.body);
    return reply;
  });
  scenario(nullptr);
  const auto calls = bodies;
  std::size_t runs = 0;
  for (std::size_t call = 0; call < calls.size(); ++call) {
    auto injections = transport_injections();
    for (auto& injection : json_injections(calls[call])) injections.push_back(std::move(injection));
    for (const auto& injection : injections) {
      std::size_t seen = 0;
      server.set_handler([&](const SeenRequest& request) {
        Reply reply = good(request);
        return seen++ == call ? injection.apply(std::move(reply)) : reply;
      });
      const Broken broken{injection.name, call};
      scenario(&broken);
      server.drop_connections();
      ++runs;
    }
  }
  server.set_handler(good);
  return runs;
}

}  // namespace forestall::test
