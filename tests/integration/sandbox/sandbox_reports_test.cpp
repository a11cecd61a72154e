// SPDX-License-Identifier: Apache-2.0
// Reports and FBA inventory: slow answers, links and page tokens that expire.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "tests/integration/sandbox/running_sandbox.hpp"

namespace forestall::test {
namespace {

std::string gunzip(const std::string& packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string text(std::size_t{64} << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

const std::string reports = "/reports/2021-06-30/reports";

std::string report_request(std::string_view type) {
  return fmt::format(R"({{"reportType":"{}","marketplaceIds":["ATVPDKIKX0DER"]}})", type);
}

TEST(SandboxReports, ListingsReportIsDoneLaterAndItsLinkExpires) {
  RunningSandbox sandbox({"--skus", "50"});
  const auto made = sandbox.amazon(reports, "POST", report_request("GET_MERCHANT_LISTINGS_ALL_DATA"));
  EXPECT_EQ(made.status(), 202);
  const std::string one = reports + "/" + made.text("/reportId");
  EXPECT_EQ(sandbox.amazon(one).text("/processingStatus"), "IN_QUEUE");
  sandbox.advance("30s");
  EXPECT_EQ(sandbox.amazon(one).text("/processingStatus"), "IN_PROGRESS");
  sandbox.advance("30s");
  ASSERT_EQ(sandbox.amazon(one).text("/processingStatus"), "DONE");
  const auto document =
      sandbox.amazon("/reports/2021-06-30/documents/" + sandbox.amazon(one).text("/reportDocumentId"));
  EXPECT_EQ(document.text("/compressionAlgorithm"), "GZIP");
  const std::string url = document.text("/url");
  const std::string path = url.substr(url.find('/', 8));
  const std::string table = gunzip(sandbox.raw({.target = path}).reply.body);
  EXPECT_EQ(std::ranges::count(table, '\n'), 1 + 50 + 20);
  EXPECT_NE(table.find("\tGröße-L\t"), std::string::npos);
  EXPECT_NE(table.find("\tAMAZON_NA\t"), std::string::npos);
  sandbox.advance("5m");
  EXPECT_EQ(sandbox.raw({.target = path}).status(), 403);
  EXPECT_EQ(sandbox.amazon(one, "GET", "", 2).status(), 404) << "another account's report";
}

TEST(SandboxReports, PerformanceReportTellsTheOrdersOwnStory) {
  RunningSandbox sandbox({"--rate", "4", "--pick-after", "1h"});
  sandbox.advance("7d");
  const auto made = sandbox.amazon(reports, "POST", report_request("GET_V2_SELLER_PERFORMANCE_REPORT"));
  sandbox.advance("2m");
  const auto report = sandbox.amazon(reports + "/" + made.text("/reportId"));
  const auto document = sandbox.amazon("/reports/2021-06-30/documents/" + report.text("/reportDocumentId"));
  const std::string url = document.text("/url");
  const auto content = sandbox.raw({.target = url.substr(url.find('/', 8))});
  EXPECT_EQ(content.text("/performanceMetrics/0/marketplaceId"), "ATVPDKIKX0DER");
  const std::string rate = "/performanceMetrics/0/preFulfillmentCancellationRate";
  EXPECT_EQ(content.at(rate + "/targetValue").as_double(), 0.025);
  EXPECT_GT(content.number(rate + "/orderCount"), 1000);
  EXPECT_GT(content.number(rate + "/cancellationCount"), 0);
}

TEST(SandboxReports, UnknownTypesAreRefused) {
  RunningSandbox sandbox;
  EXPECT_EQ(sandbox.amazon(reports, "POST", report_request("GET_NOTHING")).status(), 400);
  EXPECT_EQ(sandbox.amazon(reports, "POST", "{}").status(), 400);
  EXPECT_EQ(sandbox.amazon(reports).status(), 400);
}

TEST(SandboxFba, PageTokensLiveThirtySeconds) {
  RunningSandbox sandbox({"--fba", "120"});
  const std::string target =
      "/fba/inventory/v1/summaries?granularityType=Marketplace&granularityId=ATVPDKIKX0DER"
      "&marketplaceIds=ATVPDKIKX0DER&details=true";
  std::size_t seen = 0;
  std::string next;
  do {
    sandbox.advance("1s");
    const auto page = sandbox.amazon(target + next);
    ASSERT_EQ(page.status(), 200) << page.reply.body;
    seen += page.at("/payload/inventorySummaries").as_array().size();
    EXPECT_TRUE(page.at("/payload/inventorySummaries/0/inventoryDetails/fulfillableQuantity").is_int64());
    const auto* pagination = page.json.as_object().if_contains("pagination");
    next = pagination == nullptr
               ? ""
               : "&nextToken=" + percent_encoded(std::string(pagination->at("nextToken").as_string()));
  } while (!next.empty());
  EXPECT_EQ(seen, 120U);
  const auto first = sandbox.amazon(target);
  sandbox.advance("30s");
  EXPECT_EQ(
      sandbox.amazon(target + "&nextToken=" + percent_encoded(first.text("/pagination/nextToken"))).status(),
      400);
  EXPECT_EQ(sandbox.amazon("/fba/inventory/v1/summaries?granularityType=Region").status(), 400);
}

}  // namespace
}  // namespace forestall::test
