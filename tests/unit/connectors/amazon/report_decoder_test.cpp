// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/report_decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/amazon/api_error.hpp"
#include "connectors/amazon/participation_decoder.hpp"
#include "connectors/amazon/session.hpp"
#include "tests/support/amazon/bodies.hpp"

namespace forestall::amazon {
namespace {

TEST(ReportDecoder, ReadsEachStage) {
  EXPECT_EQ(decode_created_report(R"({"reportId":"ID323"})").value(), "ID323");
  EXPECT_EQ(decode_report_status(R"({"processingStatus":"IN_QUEUE"})")->stage, ReportStage::waiting);
  EXPECT_EQ(decode_report_status(R"({"processingStatus":"NEW_WORD"})")->stage, ReportStage::waiting);
  EXPECT_EQ(decode_report_status(R"({"processingStatus":"CANCELLED"})")->stage, ReportStage::nothing);
  EXPECT_EQ(decode_report_status(R"({"processingStatus":"FATAL"})")->stage, ReportStage::failed);
  const auto done = decode_report_status(R"({"processingStatus":"DONE","reportDocumentId":"D1"})");
  EXPECT_EQ(done->document, "D1");
  EXPECT_FALSE(decode_report_status(R"({"processingStatus":"DONE"})"));
  const auto document =
      decode_report_document(R"({"url":"https://x.example/a?b=c","compressionAlgorithm":"GZIP"})");
  EXPECT_TRUE(document->gzip);
  EXPECT_EQ(decode_report_document(R"({"url":"u","compressionAlgorithm":"ZSTD"})").error().code,
            ErrorCode::unsupported);
  for (const auto* body : {"", "{}", "[]", R"({"reportId":7,"processingStatus":7,"url":7})"}) {
    EXPECT_FALSE(decode_created_report(body)) << body;
    EXPECT_FALSE(decode_report_status(body)) << body;
    EXPECT_FALSE(decode_report_document(body)) << body;
  }
  EXPECT_FALSE(decode_created_report(R"({"reportId":""})"));
}

TEST(ReportDecoder, ALinkIsTakenApartAndItsParametersAreSecret) {
  const auto request = request_of_link(
      "https://bucket.s3.amazonaws.com/NinetyDays/a%20b/x.txt?X-Amz-Signature=5e%2Fcret&X-Amz-Date=1");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->base.host, "bucket.s3.amazonaws.com");
  EXPECT_EQ(request->path, "/NinetyDays/a%20b/x.txt");
  EXPECT_EQ(request->query.encoded(), "X-Amz-Signature=5e%2Fcret&X-Amz-Date=1");
  EXPECT_THAT(http::loggable_target(*request), testing::Not(testing::HasSubstr("cret")));
  for (const auto* link : {"", "x", "http://elsewhere.example.com/x", "ftp://x.example/",
                           "https://u:p@x.example/a", "https://x.example/a#b", "//x.example/a"})
    EXPECT_FALSE(request_of_link(link)) << link;
  EXPECT_TRUE(request_of_link("http://127.0.0.1:8080/x"));
}

TEST(ReportDecoder, ReadsWhereTheSellerSells) {
  EXPECT_TRUE(decode_participation(test::participation_body(), "ATVPDKIKX0DER").value());
  EXPECT_FALSE(decode_participation(test::participation_body(), "A2EUQ1WTGCTBG2").value());
  EXPECT_FALSE(decode_participation("{}", "x"));
}

TEST(ApiErrorText, ShowsTheFirstErrorOnOneLine) {
  const auto of = [](std::string body) {
    return explain({.status = 400, .headers = {}, .body = std::move(body)});
  };
  EXPECT_EQ(of(R"({"errors":[{"code":"InvalidInput","message":"no\nway"}]})"), "InvalidInput: no\\x0away");
  EXPECT_EQ(of(R"({"errors":[{"code":"400"}]})"), "400");
  for (const auto* body :
       {"", "<html>", "[]", "{}", R"({"errors":[]})", R"({"errors":7})", R"({"errors":[{"code":7}]})"})
    EXPECT_LE(of(body).size(), 3u) << body;
}

}  // namespace
}  // namespace forestall::amazon
