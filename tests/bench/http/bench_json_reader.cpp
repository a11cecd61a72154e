// SPDX-License-Identifier: Apache-2.0
// A page of 100 orders (the shape of Amazon's Orders 2026-01-01) through the reader, beside
// boost::json::parse alone on the same bytes.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <string>
#include <vector>

#include "connectors/json/document.hpp"

namespace {
using namespace forestall;

std::string page(int orders) {
  std::string text = R"({"orders":[)";
  for (int i = 0; i < orders; ++i) {
    if (i > 0) text += ',';
    text += fmt::format(
        R"({{"orderId":"701-{:07}-{:07}","orderAliases":[{{"aliasId":"S{:06}","aliasType":"SELLER_ORDER_ID"}}],)"
        R"("createdTime":"2026-11-2{}T0{}:{:02}:30Z","lastUpdatedTime":"2026-11-23T04:{:02}:11.123Z",)"
        R"("programs":["PRIME"],"salesChannel":{{"channelName":"AMAZON","marketplaceId":"ATVPDKIKX0DER",)"
        R"("marketplaceName":"Amazon.com"}},"fulfillment":{{"fulfillmentStatus":"UNSHIPPED","fulfilledBy":"MERCHANT",)"
        R"("fulfillmentServiceLevel":"STANDARD","shipByWindow":{{"earliestDateTime":"2026-11-24T08:00:00Z",)"
        R"("latestDateTime":"2026-11-25T07:59:59Z"}},"deliverByWindow":{{"earliestDateTime":"2026-11-27T08:00:00Z",)"
        R"("latestDateTime":"2026-12-01T07:59:59Z"}}}},"orderItems":[)",
        i * 7919 % 10'000'000, i * 104'729 % 10'000'000, i, i % 4, i % 10, i % 60, i % 60);
    for (int line = 0; line <= i % 3; ++line) {
      if (line > 0) text += ',';
      text += fmt::format(
          R"({{"orderItemId":"{:014}","quantityOrdered":{},"product":{{"asin":"B0{:08}","title":"A thing of some length, )"
          R"(in a colour and a size, pack of {}","sellerSku":"SKU/{:05}-{}","condition":{{"conditionType":"NEW"}},)"
          R"("price":{{"unitPrice":{{"currencyCode":"USD","amount":"{}.99"}}}}}},"fulfillment":{{"quantityFulfilled":0,)"
          R"("quantityUnfulfilled":{}}}}})",
          i * 31 + line, 1 + i % 4, i * 97 + line, 1 + i % 4, i, line, 10 + i, 1 + i % 4);
    }
    text += "]}";
  }
  return text +
         R"(],"pagination":{"nextToken":"abcdefghijklmnop"},"lastUpdatedBefore":"2026-11-23T04:05:00Z"})";
}

struct Line {
  OrderLineId id;
  SkuId sku;
  Units ordered;
  Units open;
  std::optional<Money> price;
};
struct Order {
  OrderId id;
  Instant created, updated;
  std::string status;
  std::optional<Instant> ship_by, deliver_by;
  std::vector<Line> lines;
};

std::vector<Order> read(std::string_view text) {
  auto document = json::Document::parse(text);
  if (!document) return {};
  const auto dollar = Currency::literal("USD");
  std::vector<Order> orders;
  for (const json::Node order : document->root()["orders"].array()) {
    const auto fulfillment = order["fulfillment"];
    Order read{.id = order["orderId"].id<OrderId>(),
               .created = order["createdTime"].instant(),
               .updated = order["lastUpdatedTime"].instant(),
               .status = std::string(fulfillment["fulfillmentStatus"].maybe_text().value_or("")),
               .ship_by = fulfillment["shipByWindow"]["latestDateTime"].maybe_instant(),
               .deliver_by = fulfillment["deliverByWindow"]["latestDateTime"].maybe_instant(),
               .lines = {}};
    for (const json::Node item : order["orderItems"].array())
      read.lines.push_back({item["orderItemId"].id<OrderLineId>(), item["product"]["sellerSku"].id<SkuId>(),
                            item["quantityOrdered"].units(),
                            item["fulfillment"]["quantityUnfulfilled"].units(),
                            item["product"]["price"]["unitPrice"]["amount"].maybe_money(dollar)});
    if (document->take_error()) continue;
    orders.push_back(std::move(read));
  }
  return orders;
}

void count(benchmark::State& state, const std::string& text) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void boost_parse_alone(benchmark::State& state) {
  const auto text = page(100);
  for (auto _ : state) benchmark::DoNotOptimize(boost::json::parse(text));
  count(state, text);
}
void boost_parse_alone_in_an_arena(benchmark::State& state) {
  const auto text = page(100);
  for (auto _ : state) {
    boost::json::monotonic_resource arena(text.size() * 2);
    benchmark::DoNotOptimize(boost::json::parse(text, &arena));
  }
  count(state, text);
}
void document_parse(benchmark::State& state) {
  const auto text = page(100);
  for (auto _ : state) benchmark::DoNotOptimize(json::Document::parse(text));
  count(state, text);
}
void document_parse_and_read_every_order(benchmark::State& state) {
  const auto text = page(100);
  if (read(text).size() != 100) state.SkipWithError("the page is not read");
  for (auto _ : state) benchmark::DoNotOptimize(read(text));
  count(state, text);
}

}  // namespace

BENCHMARK(boost_parse_alone);
BENCHMARK(boost_parse_alone_in_an_arena);
BENCHMARK(document_parse);
BENCHMARK(document_parse_and_read_every_order);
BENCHMARK_MAIN();
