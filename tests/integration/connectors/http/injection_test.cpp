// SPDX-License-Identifier: Apache-2.0
// The whole way from a page to values, through caller, client and reader, with every call broken in every
// way: a typed error or the right values, within the deadline; an act is never sent twice.
#include <map>

#include "client_fixture.hpp"
#include "connectors/http/api_caller.hpp"
#include "connectors/json/document.hpp"
#include "tests/support/http/injection.hpp"

namespace forestall::http {
namespace {

using namespace std::chrono_literals;

constexpr Operation list_items{.name = "listItems", .documented = {.per_second = 1e6, .burst = 1e6}};
constexpr Operation pause_item{
    .name = "pauseItem", .documented = {.per_second = 1e6, .burst = 1e6}, .idempotent = false, .act = true};

// Two pages of items, then one act.
test::Reply shop(const test::SeenRequest& request) {
  if (request.method == "PATCH") return test::json_reply(R"({"sku":"A","status":"ACCEPTED"})");
  if (request.target.contains("page=2")) return test::json_reply(R"({"items":[{"sku":"C","quantity":3}]})");
  return test::json_reply(R"({"items":[{"sku":"A","quantity":1},{"sku":"B","quantity":2}],"next":"2"})");
}

// The smallest connector: quantities by SKU, or an error.
boost::asio::awaitable<Result<std::map<std::string, std::int64_t>>> read_all(ApiCaller& caller, BaseUrl base,
                                                                             Millis patience) {
  std::map<std::string, std::int64_t> quantities;
  std::string page;
  for (int pages = 0; pages < 5; ++pages) {
    Request request;
    request.base = base;
    request.path = "/items";
    if (!page.empty()) request.query.add("page", page);
    auto response = co_await caller.call(list_items, "", std::move(request), patience);
    if (!response) co_return std::unexpected(response.error());
    auto document = json::Document::parse(response->body);
    if (!document) co_return std::unexpected(document.error());
    for (const auto item : document->root()["items"].array())
      quantities[item["sku"].id<SkuId>().str()] = item["quantity"].integer(0, 1000);
    page = document->root()["next"].maybe_text().value_or("");
    if (auto bad = document->take_error()) co_return std::unexpected(*bad);
    if (page.empty()) co_return quantities;
  }
  co_return fail(ErrorCode::parse, "pages without end");
}

boost::asio::awaitable<Result<Response>> pause(ApiCaller& caller, BaseUrl base, Millis patience) {
  Request request;
  request.method = Method::patch;
  request.base = base;
  request.path = make_path({"items", "A"});
  request.body = R"({"quantity":0})";
  co_return co_await caller.call(pause_item, "", std::move(request), patience);
}

TEST(Injection, EveryBreakOfEveryCallIsATypedErrorOrTheTruth) {
  ClientFixture f;
  test::ScriptedServer server(f.io.get_executor(), f.clock);
  SeededRandom random(1);
  MemoryLogSink quiet;
  const std::map<std::string, std::int64_t> truth = {{"A", 1}, {"B", 2}, {"C", 3}};
  std::map<std::string, int> outcomes;
  const auto runs = test::inject_everywhere(server, shop, [&](const test::Broken* broken) {
    SCOPED_TRACE(broken != nullptr ? broken->to_string() : "unbroken");
    CallerSettings settings;
    settings.retry = {.attempts = 3, .base = 1ms, .cap = 5ms};
    ApiCaller caller(*f.client, f.clock, random, Logger(quiet, LogLevel::error), nullptr, settings);
    // Short where silence is what is waited out; what must succeed may take as long as the machine needs.
    const Millis patience = broken == nullptr || broken->injection == "unknown fields" ? 30s : 400ms;
    const auto begun = f.clock.monotonic();
    auto read = test::run(f.io, read_all(caller, server.url(), patience));
    EXPECT_LT(f.clock.monotonic() - begun, 30s);
    if (read) {
      // A field may be set to another value of the right kind; nothing may be missing, or made up.
      EXPECT_LE(read->size(), truth.size());
      for (const auto& [sku, quantity] : *read)
        EXPECT_TRUE(sku.empty() || truth.contains(sku) || broken != nullptr);
      if (broken == nullptr || broken->injection == "unknown fields") EXPECT_EQ(*read, truth);
      ++outcomes["read"];
    } else {
      EXPECT_TRUE(broken != nullptr && broken->injection != "unknown fields");
      EXPECT_FALSE(read.error().detail.empty());
      EXPECT_NE(read.error().code, ErrorCode::internal);
      EXPECT_NE(read.error().code, ErrorCode::outcome_unknown) << "a read has no outcome";
      ++outcomes[std::string(code_name(read.error().code))];
    }
    const auto before = server.request_count();
    auto paused = test::run(f.io, pause(caller, server.url(), patience));
    const auto sent = server.request_count() - before;
    if (!paused) {
      EXPECT_NE(broken, nullptr);
      ++outcomes["act " + std::string(code_name(paused.error().code))];
      EXPECT_EQ(sent, 1u);
    } else {
      EXPECT_TRUE(sent == 1 || broken->injection.starts_with("429")) << sent;
    }
    EXPECT_EQ(f.client->stats().in_use, 0u);
  });
  EXPECT_GT(runs, 100u);
  EXPECT_GT(outcomes["act outcome_unknown"], 10);
  EXPECT_GT(outcomes["parse"], 10);
  EXPECT_GT(outcomes["read"], 10);
  for (const auto& [what, count] : outcomes) RecordProperty(what, count);
}

}  // namespace
}  // namespace forestall::http
