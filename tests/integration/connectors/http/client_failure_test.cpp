// SPDX-License-Identifier: Apache-2.0
// Every way a server fails, for a request that may be repeated and for one that may not, in the clear and
// under TLS: a typed error, and nothing left open.
#include "client_fixture.hpp"

namespace forestall::http {
namespace {

using test::Fault;
using testing::HasSubstr;

struct Case {
  const char* name;
  test::Reply reply;
  const char* for_get;
  const char* for_post;
};

std::vector<Case> cases() {
  auto gzip_broken = test::gzip_reply("{\"a\":1}");
  gzip_broken.body.resize(gzip_broken.body.size() - 4);
  auto unknown_coding = test::json_reply("x");
  unknown_coding.headers.push_back({"Content-Encoding", "br"});
  auto many_headers = test::json_reply("{}");
  many_headers.headers.push_back({"X-Long", std::string(70'000, 'x')});
  auto chunked = test::json_reply(std::string(5000, ' '));
  chunked.chunked = true;
  auto chunked_cut = chunked;
  chunked_cut.fault = Fault::cut_body;
  chunked_cut.at = 3000;
  return {
      {"ok", test::json_reply("{}"), "200", "200"},
      {"chunked", chunked, "200", "200"},
      {"gzip", test::gzip_reply("{\"a\":1}"), "200", "200"},
      {"status 503", test::html_reply(503), "503", "503"},
      {"redirect", test::redirect_reply("https://evil.example.com/"), "302", "302"},
      {"close unread", test::fault_reply(Fault::close_unread), "unavailable?", "outcome_unknown"},
      {"close unanswered", test::fault_reply(Fault::close_unanswered), "unavailable?", "outcome_unknown"},
      {"reset unanswered", test::fault_reply(Fault::reset_unanswered), "unavailable?", "outcome_unknown"},
      {"cut body", test::fault_reply(Fault::cut_body, 10), "unavailable?", "outcome_unknown"},
      {"cut before body", test::fault_reply(Fault::cut_body, 0), "unavailable?", "outcome_unknown"},
      {"cut chunk", chunked_cut, "unavailable?", "outcome_unknown"},
      {"reset body", test::fault_reply(Fault::reset_body, 10), "unavailable?", "outcome_unknown"},
      {"length too long", test::fault_reply(Fault::length_too_long, 5), "unavailable?", "outcome_unknown"},
      {"length too short", test::fault_reply(Fault::length_too_short, 5), "200", "200"},
      {"not http", test::fault_reply(Fault::not_http), "parse", "outcome_unknown"},
      {"endless body", test::fault_reply(Fault::endless_body), "too_large", "outcome_unknown"},
      {"huge body", test::json_reply(std::string(3'000'000, ' ')), "too_large", "outcome_unknown"},
      {"gzip bomb", test::gzip_bomb_reply(50'000'000), "too_large", "outcome_unknown"},
      {"broken gzip", gzip_broken, "parse", "outcome_unknown"},
      {"unknown coding", unknown_coding, "unsupported", "outcome_unknown"},
      {"huge header", many_headers, "too_large", "outcome_unknown"},
  };
}

class ClientFailure : public testing::TestWithParam<bool> {};

TEST_P(ClientFailure, IsATypedErrorAndLeavesNothingOpen) {
  test::TestCa ca;
  ClientSettings settings;
  settings.ca_file = ca.ca_file();
  ClientFixture f(settings);
  const auto certificate =
      GetParam() ? std::optional(ca.issue({"localhost"})) : std::optional<test::CertificateFiles>();
  test::ScriptedServer server(f.io.get_executor(), f.clock, {}, certificate);
  for (const auto& c : cases()) {
    for (const bool post : {false, true}) {
      SCOPED_TRACE(std::string(c.name) + (post ? " POST" : " GET"));
      server.then(c.reply);
      Request request = post ? f.post(server.url("localhost")) : f.get(server.url("localhost"));
      request.options.max_body_bytes = 1'000'000;
      const auto before = server.request_count();
      const auto result = f.send(std::move(request));
      EXPECT_EQ(word(result), post ? c.for_post : c.for_get)
          << (result ? std::string() : result.error().detail);
      EXPECT_LE(server.request_count(), before + 1) << "sent once only";
      EXPECT_EQ(f.client->stats().in_use, 0u);
      // Each case gets connections of its own.
      server.drop_connections();
      f.run_until([&] { return server.open() == 0; });
    }
  }
  EXPECT_EQ(f.client->stats().stale_retries, 0u);
}

INSTANTIATE_TEST_SUITE_P(PlainAndTls, ClientFailure, testing::Bool(),
                         [](const auto& p) { return p.param ? "Tls" : "Plain"; });

TEST(ClientFailureDetail, SaysWhatHappened) {
  ClientFixture f;
  test::ScriptedServer server(f.io.get_executor(), f.clock);
  const auto error_of = [&](test::Reply reply, bool post) {
    server.then(std::move(reply));
    const auto result = f.send(post ? f.post(server.url()) : f.get(server.url()));
    server.drop_connections();
    f.run_until([&] { return server.open() == 0; });
    return result ? std::string() : result.error().detail;
  };
  EXPECT_EQ(error_of(test::fault_reply(Fault::cut_body, 10), false),
            "the answer was cut short after 10 bytes of its body");
  EXPECT_EQ(error_of(test::fault_reply(Fault::close_unanswered), true),
            "sent, but unavailable: the connection was closed without an answer");
}

TEST(ClientFailureDetail, NobodyListening) {
  ClientFixture f;
  BaseUrl url{false, "127.0.0.1", test::free_port(), ""};
  const auto result = f.send(f.post(url));
  EXPECT_EQ(word(result), "unavailable?") << "nothing was sent";
  EXPECT_THAT(result.error().detail, HasSubstr("connecting to 127.0.0.1"));
}

TEST(ClientFailureDetail, ARequestThatCannotBeWrittenIsRefused) {
  ClientFixture f;
  test::ScriptedServer server(f.io.get_executor(), f.clock);
  EXPECT_EQ(word(f.send(f.get(server.url(), "no slash"))), "invalid_argument");
  EXPECT_EQ(server.accepted(), 0u);
}

TEST(ClientLog, NamesTheCallAndKeepsTheSecrets) {
  ClientFixture f;
  test::ScriptedServer server(f.io.get_executor(), f.clock);
  auto reply = test::json_reply("{\"answer\":\"body-secret\"}");
  reply.headers.push_back({"x-amzn-RequestId", "r-17"});
  server.then(reply);
  server.then(test::fault_reply(Fault::reset_unanswered));
  for (int i = 0; i < 2; ++i) {
    Request request = f.post(server.url(), "grant=body-secret");
    request.query = {{"access_token", "query-secret"}, {"sku", "A 1"}};
    request.secret_headers.push_back({"Authorization", Secret("header-secret")});
    request.headers = {{"Cookie", "header-secret"}};
    request.options.request_id_headers = {"x-amzn-requestid"};
    f.send(std::move(request));
  }
  EXPECT_EQ(f.sink.count("secret"), 0u) << testing::PrintToString(f.sink.lines());
  ASSERT_EQ(f.sink.lines().size(), 2u);
  EXPECT_THAT(f.sink.lines()[0], HasSubstr("http_call"));
  EXPECT_THAT(f.sink.lines()[0], HasSubstr("r-17"));
  EXPECT_THAT(f.sink.lines()[0], HasSubstr("sku=A%201"));
  EXPECT_THAT(f.sink.lines()[1], HasSubstr("http_call_failed"));
  EXPECT_THAT(f.sink.lines()[1], HasSubstr("outcome_unknown"));
}

}  // namespace
}  // namespace forestall::http
