// SPDX-License-Identifier: Apache-2.0
// Nobody is spoken to whose certificate does not prove who they are.
#include "client_fixture.hpp"

namespace forestall::http {
namespace {

using testing::HasSubstr;

struct TlsTest : testing::Test {
  test::TestCa ca;
  ClientSettings trusting() {
    ClientSettings settings;
    settings.ca_file = ca.ca_file();
    return settings;
  }
};

TEST_F(TlsTest, ExchangesOverTlsAndNamesTheHost) {
  ClientFixture f(trusting());
  test::ScriptedServer server(f.io.get_executor(), f.clock, {}, ca.issue({"localhost", "127.0.0.1"}));
  Request request = f.post(server.url("localhost"), R"({"a":1})");
  request.headers = {{"Content-Type", "application/json"}};
  request.secret_headers.push_back({"x-amz-access-token", Secret("Atza|secret")});
  const auto response = f.send(std::move(request));
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "{}");
  ASSERT_EQ(server.requests().size(), 1u);
  const auto& seen = server.requests()[0];
  EXPECT_EQ(seen.sni, "localhost");
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.body, R"({"a":1})");
  EXPECT_EQ(find_header(seen.headers, "x-amz-access-token"), "Atza|secret");
  EXPECT_EQ(find_header(seen.headers, "host"), "localhost:" + std::to_string(server.url().port));
  EXPECT_EQ(find_header(seen.headers, "accept-encoding"), "gzip, deflate");
}

TEST_F(TlsTest, AnAddressIsVerifiedButNotSentAsAName) {
  ClientFixture f(trusting());
  test::ScriptedServer server(f.io.get_executor(), f.clock, {}, ca.issue({"127.0.0.1"}));
  EXPECT_EQ(word(f.send(f.get(server.url()))), "200");
  EXPECT_EQ(server.requests().at(0).sni, "");
}

TEST_F(TlsTest, RefusesCertificatesThatProveNothing) {
  test::TestCa stranger;
  const std::vector<std::pair<test::CertificateFiles, std::string>> cases = {
      {ca.issue({"other.example.com"}), "localhost"},
      {ca.issue({"localhost"}, -1), "expired"},
      {ca.self_signed({"localhost"}), "self-signed"},
      {stranger.issue({"localhost"}), "the certificate is refused"},
  };
  for (const auto& [certificate, why] : cases) {
    ClientFixture f(trusting());
    test::ScriptedServer server(f.io.get_executor(), f.clock, {}, certificate);
    const auto result = f.send(f.get(server.url("localhost")));
    EXPECT_EQ(word(result), "unavailable") << why;  // trying again is useless
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().detail, HasSubstr(why));
    EXPECT_EQ(server.request_count(), 0u);
  }
}

TEST_F(TlsTest, OurOwnAuthorityIsNotTrustedUnlessNamed) {
  ClientFixture f;
  test::ScriptedServer server(f.io.get_executor(), f.clock, {}, ca.issue({"localhost"}));
  EXPECT_EQ(word(f.send(f.get(server.url("localhost")))), "unavailable");
}

TEST_F(TlsTest, APeerThatSpeaksNoTlsIsAnError) {
  ClientFixture f(trusting());
  test::ScriptedServer plain(f.io.get_executor(), f.clock);
  BaseUrl url = plain.url("localhost");
  url.tls = true;
  EXPECT_EQ(word(f.send(f.get(url))), "unavailable?");
}

TEST_F(TlsTest, MissingFilesAreNamed) {
  boost::asio::io_context io;
  ManualClock clock;
  MemoryLogSink sink;
  ClientSettings settings;
  settings.ca_file = "/nonexistent/ca.pem";
  const auto made = make_http_client(io.get_executor(), clock, Logger(sink), settings);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(made.error().detail, HasSubstr("/nonexistent/ca.pem"));
}

}  // namespace
}  // namespace forestall::http
