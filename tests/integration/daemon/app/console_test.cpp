// SPDX-License-Identifier: Apache-2.0
// What the console reads of a running daemon: routes, limits, the stream.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

#include "tests/integration/daemon/app/filled_daemon.hpp"

namespace forestall::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ConsoleRoutes : public FilledDaemon {
 protected:
  ConsoleRoutes() {
    daemon_.rewrite(
        {.api_table = "token_file = \"./token\"", .more = tables_of(server_) + account_table("amazon")});
    write("");
  }
  boost::json::value json(const std::string& rest) const {
    const auto answer = get("/api/v1/sellers" + rest);
    EXPECT_EQ(answer->status, 200) << answer->body;
    return boost::json::parse(answer->body);
  }
};

TEST_F(ConsoleRoutes, ShowTheSellerItsStockAndItsSkus) {
  auto process = start();
  ASSERT_TRUE(process.wait_for_err("event=ledger_opened")) << process.err();
  EXPECT_EQ(json("").at_pointer("/sellers/0/id"), "acme");
  const auto overview = json("/acme/overview");
  EXPECT_EQ(overview.at("seller"), "acme");
  EXPECT_EQ(overview.at_pointer("/accounts/0/id"), "amazon");
  EXPECT_FALSE(overview.at("ready").as_bool()) << "its channel does not answer";
  EXPECT_EQ(get("/api/v1/sellers/nobody/overview")->status, 404);

  EXPECT_EQ(json("/acme/skus?query=sku-").at("skus").as_array().size(), 2u);
  EXPECT_EQ(json("/acme/skus?query=3").at_pointer("/skus/0/sku"), "L-3");
  EXPECT_EQ(json("/acme/skus?query=KU-1").at_pointer("/skus/0/available"), 10);
  EXPECT_EQ(json("/acme/skus?query=nothing").at("skus").as_array().size(), 0u);
  EXPECT_EQ(json("/acme/skus?limit=1").at("skus").as_array().size(), 1u);
  for (const char* wrong : {"0", "201", "many", "-1"})
    EXPECT_EQ(get(std::string("/api/v1/sellers/acme/skus?limit=") + wrong)->status, 400) << wrong;

  ASSERT_TRUE(eventually([&] { return !json("/acme/stock/at-risk").at("at").is_null(); }))
      << "all listings are looked at";
  EXPECT_EQ(json("/acme/stock/at-risk").at("listings"), 3u);
  EXPECT_EQ(json("/acme/deeds").at("deeds").as_array().size(), 0u);
  EXPECT_EQ(daemon_.metric(R"(forestall_listings{seller="acme",account="amazon",reason="listing_unread"})") +
                daemon_.metric(R"(forestall_listings{seller="acme",account="amazon",reason="unmapped"})"),
            3);
}

TEST_F(ConsoleRoutes, StreamWhatChangesWhileSomebodyReads) {
  auto process = start();
  ASSERT_TRUE(process.wait_for_err("event=ledger_opened")) << process.err();
  EXPECT_EQ(get("/api/v1/sellers/nobody/events")->status, 404);
  {
    TcpClient reader(daemon_.port);
    reader.send("GET /api/v1/sellers/acme/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(reader.read_until("\r\n\r\n"), HasSubstr("Content-Type: text/event-stream"));
    for (const char* topic : {"overview", "stock", "deeds", "orders"})
      EXPECT_THAT(reader.read_until(std::string("event: ") + topic + "\n"), Not(testing::IsEmpty())) << topic;
    EXPECT_THAT(reader.read_until(R"(data: {"status":200,"body":{"seller":"acme")"), Not(testing::IsEmpty()));
    EXPECT_THAT(reader.read_until("event: overview\n"), Not(testing::IsEmpty()))
        << "and again, with a later time";
    EXPECT_EQ(daemon_.metric("forestall_http_connections{phase=\"streaming\"}"), 1);
  }
  EXPECT_TRUE(
      eventually([&] { return daemon_.metric("forestall_http_connections{phase=\"streaming\"}") == 0; }));
}

TEST_F(ConsoleRoutes, ServeThePageUnderItsPolicy) {
  auto process = start();
  ASSERT_TRUE(process.wait_for_err("event=ledger_opened")) << process.err();
  for (const auto& [path, type] : {std::pair("/", "text/html;charset=utf-8"),
                                   {"/console.js", "text/javascript;charset=utf-8"},
                                   {"/console.css", "text/css;charset=utf-8"},
                                   {"/icon.svg", "image/svg+xml"}}) {
    const auto answer = get(path);
    ASSERT_EQ(answer->status, 200) << path;
    EXPECT_THAT(answer->head, HasSubstr(std::string("Content-Type: ") + type)) << path;
    EXPECT_THAT(answer->head, HasSubstr("Content-Security-Policy: default-src 'none'; script-src 'self'"));
    EXPECT_THAT(answer->head, HasSubstr("Cache-Control: no-cache"));
  }
  const auto source = FORESTALL_SOURCE_DIR "/daemon/web/page/";
  EXPECT_EQ(get("/console.js")->body, read_file(std::string(source) + "console.js"));
  EXPECT_EQ(get("/")->body, read_file(std::string(source) + "index.html"));
}

}  // namespace
}  // namespace forestall::test
