// SPDX-License-Identifier: Apache-2.0
// Requests and answers as bytes: cut at every place, limited in every direction.
#include "connectors/http/wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace forestall::http {
namespace {

using testing::HasSubstr;

Request sample() {
  Request request;
  request.base = parse_base_url("https://api.example.com/v1").value();
  request.path = make_path({"items", "A/B"});
  return request;
}

TEST(SerializeRequest, WritesOneRequest) {
  Request request = sample();
  request.method = Method::patch;
  request.query = {{"a", "1 2"}};
  request.headers = {{"Content-Type", "application/json"}};
  request.secret_headers.push_back({"x-amz-access-token", Secret("Atza|x")});
  request.body = "{}";
  EXPECT_EQ(
      serialize_request(request, {}).value(),
      "PATCH /v1/items/A%2FB?a=1%202 HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: Forestall/0.1\r\n"
      "Content-Type: application/json\r\nx-amz-access-token: Atza|x\r\nAccept-Encoding: gzip, deflate\r\n"
      "Content-Length: 2\r\n\r\n{}");
  request = sample();
  EXPECT_THAT(serialize_request(request, {}).value(), Not(HasSubstr("Content-Length")));
  request.method = Method::post;
  EXPECT_THAT(serialize_request(request, {}).value(), HasSubstr("Content-Length: 0\r\n"));
  request.headers = {{"user-agent", "Mine/2"}};
  EXPECT_THAT(serialize_request(request, {}).value(), Not(HasSubstr("Forestall")));
}

TEST(SerializeRequest, LetsNothingBreakOutOfItsPlace) {
  const auto refused = [](auto change) {
    Request request = sample();
    change(request);
    const auto bytes = serialize_request(request, {});
    return bytes ? std::string("accepted") : bytes.error().detail;
  };
  EXPECT_THAT(refused([](auto& r) { r.headers = {{"X", "a\r\nHost: evil"}}; }),
              HasSubstr("control character"));
  EXPECT_THAT(refused([](auto& r) { r.headers = {{"X\r\nY", "a"}}; }), HasSubstr("not a header name"));
  EXPECT_THAT(refused([](auto& r) { r.headers = {{"", "a"}}; }), HasSubstr("not a header name"));
  EXPECT_THAT(refused([](auto& r) { r.headers = {{"Content-Length", "9"}}; }),
              HasSubstr("set by the connection"));
  EXPECT_THAT(refused([](auto& r) { r.headers = {{"host", "x"}}; }), HasSubstr("set by the connection"));
  for (const char* path : {"", "items", "/a b", "/a\r\nX: y", "/a?b=c", "/a#b", "/\x80"})
    EXPECT_THAT(refused([&](auto& r) { r.path = path; }), HasSubstr("not an encoded path")) << path;
  const auto secret = refused([](auto& r) { r.secret_headers.push_back({"X-Key", Secret("hunter2\n")}); });
  EXPECT_THAT(secret, HasSubstr("X-Key"));
  EXPECT_THAT(secret, Not(HasSubstr("hunter2")));
}

TEST(SerializeRequest, SpeaksToProxies) {
  Request request = sample();
  request.base = parse_base_url("http://127.0.0.1:81").value();
  const WireOptions options{.absolute_target = true, .proxy_authorization = "Basic eA=="};
  const auto bytes = serialize_request(request, options).value();
  EXPECT_THAT(bytes,
              testing::StartsWith("GET http://127.0.0.1:81/items/A%2FB HTTP/1.1\r\nHost: 127.0.0.1:81\r\n"));
  EXPECT_THAT(bytes, HasSubstr("Proxy-Authorization: Basic eA==\r\n"));
  EXPECT_EQ(serialize_connect(parse_base_url("https://[::1]:444").value(), {}),
            "CONNECT [::1]:444 HTTP/1.1\r\nHost: [::1]:444\r\n\r\n");
}

// Feeds the bytes in pieces of `step`; the error's detail, or "done", or "open".
std::string feed(ResponseReader& reader, std::string_view bytes, std::size_t step, bool then_close = false) {
  for (std::size_t i = 0; i < bytes.size(); i += step)
    if (auto fed = reader.feed(bytes.substr(i, step)); !fed)
      return std::string(code_name(fed.error().code)) + ": " + fed.error().detail;
  if (then_close)
    if (auto ended = reader.end_of_stream(); !ended)
      return std::string(code_name(ended.error().code)) + ": " + ended.error().detail;
  return reader.done() ? "done" : "open";
}

TEST(ResponseReader, ReadsAnAnswerWhereverItIsCut) {
  const std::string bytes =
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\n";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    ResponseReader reader(Method::get, {});
    ASSERT_EQ(feed(reader, bytes, step), "done") << step;
    EXPECT_TRUE(reader.reusable());
    const auto response = reader.take();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "hello world");
    EXPECT_EQ(media_type(response), "application/json");
    EXPECT_EQ(find_header(response.headers, "link"), std::nullopt)
        << "headers of interim answers are dropped";
    EXPECT_EQ(find_header(response.headers, "trailer"), std::nullopt);
  }
}

TEST(ResponseReader, NoPrefixOfAnAnswerIsAnAnswer) {
  for (const std::string bytes :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"}) {
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      ResponseReader reader(Method::get, {});
      const auto result = feed(reader, bytes.substr(0, n), 7, true);
      EXPECT_THAT(result, testing::StartsWith("unavailable: ")) << n;
      EXPECT_FALSE(reader.done());
    }
  }
}

TEST(ResponseReader, KnowsAnswersWithoutBodies) {
  for (const char* head : {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n",
                           "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}) {
    ResponseReader reader(Method::get, {});
    EXPECT_EQ(feed(reader, head, 100), "done") << head;
  }
  ResponseReader head_request(Method::head, {});
  EXPECT_EQ(feed(head_request, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", 100), "done");
}

TEST(ResponseReader, ABodyWithoutLengthEndsWithTheConnection) {
  ResponseReader reader(Method::get, {});
  EXPECT_EQ(feed(reader, "HTTP/1.1 200 OK\r\n\r\nhello", 3), "open");
  EXPECT_TRUE(reader.end_of_stream());
  EXPECT_TRUE(reader.done());
  EXPECT_FALSE(reader.reusable());
  EXPECT_EQ(reader.take().body, "hello");
}

TEST(ResponseReader, OnlyACleanConnectionIsUsedAgain) {
  const auto reusable = [](std::string_view bytes) {
    ResponseReader reader(Method::get, {});
    EXPECT_EQ(feed(reader, bytes, 1000), "done") << bytes;
    return reader.reusable();
  };
  EXPECT_TRUE(reusable("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  EXPECT_FALSE(reusable("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"));
  EXPECT_FALSE(reusable("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  EXPECT_FALSE(reusable("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more"));
}

TEST(ResponseReader, RefusesWhatIsNotHttpAndWhatIsAmbiguous) {
  for (const char* bytes :
       {"<html>", "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "\x16\x03\x01\x02",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nBad Header: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n"}) {
    ResponseReader reader(Method::get, {});
    EXPECT_THAT(feed(reader, bytes, 1000), testing::StartsWith("parse: the answer is not HTTP")) << bytes;
  }
}

TEST(ResponseReader, LimitsHold) {
  const ResponseLimits limits{.header_bytes = 200, .body_bytes = 10};
  const auto read = [&](std::string bytes) {
    ResponseReader reader(Method::get, limits);
    return feed(reader, bytes, 50);
  };
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(read(ok + "Content-Length: 10\r\n\r\n0123456789"), "done");
  EXPECT_EQ(read(ok + "Content-Length: 11\r\n\r\n"), "too_large: the answer is larger than 10 bytes");
  EXPECT_EQ(read(ok + "Transfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n"),
            "too_large: the answer is larger than 10 bytes");
  EXPECT_EQ(read(ok + "\r\n01234567890"), "too_large: the answer is larger than 10 bytes");
  EXPECT_EQ(read(ok + "X: " + std::string(300, 'x')),
            "too_large: the answer's headers are larger than 200 bytes");
  ResponseReader many(Method::get, {});
  std::string headers;
  for (int i = 0; i < 300; ++i) headers += "A: b\r\n";
  EXPECT_THAT(feed(many, ok + headers + "\r\n", 999), HasSubstr("more than 256 headers"));
  ResponseReader interim(Method::get, {});
  std::string hints;
  for (int i = 0; i < 20; ++i) hints += "HTTP/1.1 103 Hints\r\n\r\n";
  EXPECT_THAT(feed(interim, hints, 999), HasSubstr("interim"));
}

TEST(ResponseReader, RefusesCodingsItDoesNotKnow) {
  for (const char* coding : {"br", "zstd", "gzip, gzip"}) {
    ResponseReader reader(Method::get, {});
    EXPECT_THAT(
        feed(reader,
             std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Encoding: ") + coding + "\r\n\r\nx",
             1000),
        HasSubstr("content encoding"));
  }
}

}  // namespace
}  // namespace forestall::http
