// SPDX-License-Identifier: Apache-2.0
// Sizes, addresses, URLs and times of day: what is taken, what is refused, and that they print as they read.
#include "config/settings/values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace forestall::config {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ByteSize, reads_binary_units_and_prints_the_largest_that_fits) {
  EXPECT_EQ(parse_byte_size("64MiB")->bytes, 64U << 20);
  EXPECT_EQ(parse_byte_size("0B")->bytes, 0U);
  EXPECT_EQ(to_string(ByteSize{1536}), "1536B");
  EXPECT_EQ(to_string(ByteSize{2048}), "2KiB");
  for (const auto* bad :
       {"", "64", "64MB", "64 MiB", "-1B", "MiB", "99999999999999999999B", "1025GiB", "1.5MiB"})
    EXPECT_FALSE(parse_byte_size(bad)) << bad;
}

TEST(ListenAddress, is_a_number_and_a_port) {
  const auto v6 = parse_listen_address("[::1]:9464");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host, "::1");
  EXPECT_EQ(to_string(*v6), "[::1]:9464");
  EXPECT_EQ(parse_listen_address("0.0.0.0:0")->port, 0);
  for (const auto* bad : {"", ":80", "127.0.0.1", "localhost:80", "127.0.0.1:65536", "127.0.0.1:", "::1:80",
                          "[::1]", "[::1", "[127.0.0.1]:80", "1.2.3:80", "127.0.0.1:80x"})
    EXPECT_FALSE(parse_listen_address(bad)) << bad;
}

TEST(Loopback, names_only_what_never_leaves_the_machine) {
  for (const auto* yes : {"127.0.0.1", "127.9.9.9", "::1", "localhost"}) EXPECT_TRUE(is_loopback(yes)) << yes;
  for (const auto* no : {"0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example.com", "localhost.example.com"})
    EXPECT_FALSE(is_loopback(no)) << no;
}

TEST(RedisAddress, reads_the_three_kinds) {
  EXPECT_EQ(parse_redis_address("tcp://db.example.com")->port, 6379);
  EXPECT_EQ(parse_redis_address("tls://[2001:db8::1]:6380")->host, "2001:db8::1");
  EXPECT_EQ(parse_redis_address("unix:///run/redis.sock")->path, "/run/redis.sock");
  for (const auto* text : {"tcp://a:1", "tls://[::1]:2", "unix:///x"})
    EXPECT_EQ(to_string(*parse_redis_address(text)), text);
  for (const auto* bad : {"", "a:1", "redis://a", "unix://relative", "tcp://", "tcp://a:0", "tcp://a b"})
    EXPECT_FALSE(parse_redis_address(bad)) << bad;
  EXPECT_FALSE(parse_redis_address("unix:///" + std::string(107, 'x')));
}

TEST(RedisAddress, does_not_repeat_a_password) {
  const auto bad = parse_redis_address("tcp://:hunter2@db:6379");
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().detail, Not(HasSubstr("hunter2")));
}

TEST(Url, is_split_and_put_together_again) {
  const auto url = parse_url("HTTPS://Api.Example.com:8443/v2/");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "api.example.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/v2");
  EXPECT_EQ(to_string(*url), "https://api.example.com:8443/v2");
  EXPECT_EQ(parse_url("smtp://mail")->port, 587);
  EXPECT_EQ(to_string(*parse_url("http://[::1]:8080")), "http://[::1]:8080");
  EXPECT_EQ(to_string(*parse_url("https://a:443")), "https://a");
  for (const auto* bad : {"", "a", "ftp://a", "https://", "https:///x", "https://a?x=1", "https://a#b",
                          "https://a b", "https://a:0", "https://-a", "https://a/\xC3\xA4"})
    EXPECT_FALSE(parse_url(bad)) << bad;
}

TEST(Url, does_not_repeat_what_may_be_secret) {
  for (const auto* text :
       {"https://me:hunter2@host/", "https://host/?token=hunter2", "https://host/x?a=hunter2 "}) {
    const auto bad = parse_url(text);
    ASSERT_FALSE(bad) << text;
    EXPECT_THAT(bad.error().detail, Not(HasSubstr("hunter2")));
  }
}

TEST(DailySpan, may_cross_midnight) {
  const auto span = parse_daily_span("22:00-07:30");
  ASSERT_TRUE(span);
  EXPECT_EQ(span->from_minute, 22 * 60);
  EXPECT_EQ(span->to_minute, 7 * 60 + 30);
  EXPECT_EQ(to_string(*span), "22:00-07:30");
  for (const auto* bad : {"", "22:00", "22:00-22:00", "24:00-07:00", "2:00-07:00", "22:60-07:00", "22-07",
                          "22:00-07:00 ", "+2:00-07:00", "-22:00"})
    EXPECT_FALSE(parse_daily_span(bad)) << bad;
}

TEST(Credential, is_compared_with_its_content) {
  const Credential a{Credential::From::file, "/x", Secret("1")};
  const Credential b{Credential::From::file, "/x", Secret("2")};
  EXPECT_EQ(a, a);
  EXPECT_NE(a, b);
}

}  // namespace
}  // namespace forestall::config
