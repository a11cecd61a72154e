// SPDX-License-Identifier: Apache-2.0
// Through a proxy: TLS in a tunnel it cannot look into, plain requests by their whole URL.
#include "client_fixture.hpp"
#include "tests/support/http/connect_proxy.hpp"

namespace forestall::http {
namespace {

using testing::HasSubstr;

struct ProxyTest : testing::Test {
  test::TestCa ca;
  boost::asio::io_context unused;
  static ClientSettings with(const BaseUrl& proxy, const test::TestCa& authority) {
    ClientSettings settings;
    settings.ca_file = authority.ca_file();
    settings.proxy = ProxySettings{.url = proxy, .user = "user", .password = Secret("pass")};
    return settings;
  }
};

// The proxy's loop must be the client's, and the client's settings need the proxy's port.
struct Proxied {
  explicit Proxied(const test::TestCa& ca, int status = 200, std::vector<std::string> except = {})
      : proxy(f.io.get_executor(), status) {
    f.client->close();
    auto settings = ProxyTest::with(proxy.url(), ca);
    settings.proxy->except = std::move(except);
    auto made = make_http_client(f.io.get_executor(), f.clock, Logger(f.sink, LogLevel::debug), settings);
    f.client = std::move(*made);
  }
  ClientFixture f;
  test::ConnectProxy proxy;
};

TEST_F(ProxyTest, TlsGoesThroughATunnelAndIsVerifiedEndToEnd) {
  Proxied p(ca);
  test::ScriptedServer server(p.f.io.get_executor(), p.f.clock, {}, ca.issue({"shop.example.com"}));
  EXPECT_EQ(word(p.f.send(p.f.get(server.url("shop.example.com")))), "200");
  EXPECT_EQ(word(p.f.send(p.f.get(server.url("shop.example.com")))), "200");
  ASSERT_EQ(p.proxy.heads().size(), 1u) << "the tunnel is kept";
  EXPECT_THAT(p.proxy.heads()[0], HasSubstr("CONNECT shop.example.com:"));
  EXPECT_THAT(p.proxy.heads()[0], HasSubstr("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n"));
  EXPECT_EQ(server.requests().at(0).sni, "shop.example.com");
  EXPECT_EQ(find_header(server.requests().at(0).headers, "proxy-authorization"), std::nullopt);
  EXPECT_EQ(word(p.f.send(p.f.get(server.url("other.example.com")))), "unavailable") << "wrong host name";
}

TEST_F(ProxyTest, ARefusalIsNamedAndHarmlessToRepeat) {
  for (const auto& [status, expected] : std::vector<std::pair<int, std::string>>{
           {407, "unauthenticated"}, {403, "unavailable"}, {502, "unavailable?"}}) {
    Proxied p(ca, status);
    const auto result = p.f.send(p.f.post(parse_base_url("https://shop.example.com").value()));
    EXPECT_EQ(word(result), expected);
    EXPECT_THAT(result.error().detail, HasSubstr(std::to_string(status)));
    EXPECT_EQ(p.f.sink.count("pass"), 0u);
  }
}

TEST_F(ProxyTest, PlainRequestsNameTheWholeUrl) {
  Proxied p(ca);
  const auto url = parse_base_url("http://warehouse.internal:8080", PlainHttp::anywhere).value();
  const auto response = p.f.send(p.f.get(url, "/stock"));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "proxied");
  EXPECT_THAT(p.proxy.heads().at(0),
              testing::StartsWith("GET http://warehouse.internal:8080/stock HTTP/1.1\r\n"));
}

TEST_F(ProxyTest, ExceptionsGoStraight) {
  Proxied p(ca, 200, {"127.0.0.1"});
  test::ScriptedServer server(p.f.io.get_executor(), p.f.clock);
  EXPECT_EQ(word(p.f.send(p.f.get(server.url()))), "200");
  EXPECT_TRUE(p.proxy.heads().empty());
}

TEST_F(ProxyTest, AProxyMustBeSpokenToInTheClear) {
  ManualClock clock;
  MemoryLogSink sink;
  ClientSettings settings;
  settings.proxy = ProxySettings{.url = parse_base_url("https://proxy.example.com").value()};
  EXPECT_FALSE(make_http_client(unused.get_executor(), clock, Logger(sink), settings));
}

}  // namespace
}  // namespace forestall::http
