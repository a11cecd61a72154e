// SPDX-License-Identifier: Apache-2.0
// The connector against a server that answers as Amazon, from made-up bodies, until a test breaks it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <set>
#include <string>

#include "connectors/amazon/connector.hpp"
#include "connectors/http/asio_client.hpp"
#include "connectors/net/system_clock.hpp"
#include "tests/support/amazon/bodies.hpp"
#include "tests/support/http/injection.hpp"
#include "tests/support/http/run.hpp"

namespace forestall::amazon {

inline test::Reply good_amazon(const test::SeenRequest& request, const std::string& base) {
  const auto has = [&](std::string_view text) { return request.target.find(text) != std::string::npos; };
  if (has("/auth/o2/token"))
    return test::json_reply(
        R"({"access_token":"Atza|x","refresh_token":"y","token_type":"bearer","expires_in":3600})");
  if (request.method == "PATCH")
    return test::json_reply(test::patch_body(has("VALIDATION_PREVIEW") ? "VALID" : "ACCEPTED"));
  if (has("/orders/2026-01-01/orders/")) return test::json_reply(test::order_body());
  if (has("/orders/2026-01-01/orders?"))
    return test::json_reply(test::orders_body(has("paginationToken=2") ? "" : "2"));
  if (has("/items/A1SELLER/FBA-1"))
    return test::json_reply(
        test::listing_body("FBA-1", R"({"fulfillmentChannelCode":"AMAZON_NA","quantity":40})"));
  if (has("/items/A1SELLER/A%2FB%2050%25"))
    return test::json_reply(
        test::listing_body("A/B 50%", R"({"fulfillmentChannelCode":"DEFAULT","quantity":7})"));
  if (has("/items/A1SELLER/TEA"))
    return test::json_reply(
        test::listing_body("TEA", R"({"fulfillmentChannelCode":"DEFAULT","quantity":7})"));
  if (has("/items/A1SELLER?")) {
    if (has("pageToken=2")) return test::json_reply(test::listings_body());
    return test::json_reply(test::listings_body("2"));
  }
  if (has("/fba/inventory/")) return test::json_reply(test::inventory_body(has("nextToken=2") ? "" : "2"));
  if (request.method == "POST" && has("/reports/2021-06-30/reports"))
    return test::json_reply(R"({"reportId":"R1"})", 202);
  if (has("/reports/2021-06-30/reports/"))
    return test::json_reply(R"({"reportId":"R1","processingStatus":"DONE","reportDocumentId":"D1"})");
  if (has("/reports/2021-06-30/reports?")) return test::json_reply(R"({"reports":[]})");
  if (has("/reports/2021-06-30/documents/"))
    return test::json_reply(R"({"reportDocumentId":"D1","url":")" + base +
                            R"(/download?X-Amz-Signature=s"})");
  if (has("/download")) return test::json_reply(test::performance_body());
  if (has("/sellers/v1/")) return test::json_reply(test::participation_body());
  return test::json_reply(R"({"errors":[{"code":"Unauthorized","message":"no"}]})", 403);
}

struct ScriptedAmazon {
  // Answers that never come, or are worth another attempt, are given up soon; the others have the time that a
  // busy machine needs.
  std::chrono::milliseconds patience_with(const test::Broken* broken) {
    const bool slow = broken != nullptr && transport.contains(broken->injection);
    return std::chrono::milliseconds(slow ? 150 : 10'000);
  }

  ScriptedAmazon() : system(io.get_executor()), server(io.get_executor(), system) {
    client = http::make_http_client(io.get_executor(), system, Logger(sink, LogLevel::error), {}).value();
    base = http::to_string(server.url());
    server.set_handler(good());
  }
  ~ScriptedAmazon() {
    client->close();
    for (int i = 0; i < 100; ++i) io.poll();
  }
  test::ScriptedServer::Handler good() {
    return [this](const test::SeenRequest& request) {
      patches += request.method == "PATCH";
      return good_amazon(request, base);
    };
  }
  config::AccountSettings settings() {
    config::AccountSettings made;
    made.id = AccountId::literal("amazon-us");
    made.kind = "amazon";
    made.marketplace = "ATVPDKIKX0DER";
    made.merchant_id = "A1SELLER";
    made.client_id = "client";
    made.client_secret.value = Secret("client-secret");
    made.refresh_token.value = Secret("refresh-secret");
    const auto url = server.url();
    made.base_url = config::Url{"http", url.host, url.port, ""};
    made.token_url = made.base_url;
    made.pools = {"own", "fba"};
    for (const auto* name :
         {"searchOrders", "getOrder", "getListingsItem", "searchListingsItems", "patchListingsItem",
          "getInventorySummaries", "createReport", "getReport", "getReports", "getReportDocument",
          "downloadReport", "getMarketplaceParticipations"})
      made.rates[name] = {1e6, 1e6};
    return made;
  }
  // A new connector with nothing remembered: no token, no breaker, no readings.
  std::unique_ptr<ports::Marketplace> make() {
    sessions.emplace();
    return make_marketplace(settings(), {*client, system, random, Logger(sink, LogLevel::error), *sessions})
        .value();
  }
  template <class T>
  T run(boost::asio::awaitable<T> work) {
    const auto begun = system.monotonic();
    T result = test::run(io, std::move(work));
    EXPECT_LT(system.monotonic() - begun, std::chrono::seconds(20));
    return result;
  }

  boost::asio::io_context io{1};
  net::SystemClock system;
  MemoryLogSink sink;
  SeededRandom random{3};
  std::optional<ports::Sessions> sessions;
  test::ScriptedServer server;
  std::unique_ptr<http::AsioHttpClient> client;
  std::string base;
  const std::set<std::string> transport = [] {
    std::set<std::string> names;
    for (const auto& injection : test::transport_injections()) names.insert(injection.name);
    return names;
  }();
  int patches = 0;  // carried out by the server
};

}  // namespace forestall::amazon
