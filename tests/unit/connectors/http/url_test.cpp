// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace forestall::http {
namespace {

using testing::HasSubstr;

TEST(BaseUrl, IsTakenApartAndPutTogether) {
  const auto plain = parse_base_url("https://api.Example.com").value();
  EXPECT_EQ(plain, (BaseUrl{true, "api.example.com", 443, ""}));
  EXPECT_EQ(authority(plain), "api.example.com");
  const auto full = parse_base_url("http://127.0.0.1:8080/sp//").value();
  EXPECT_EQ(full, (BaseUrl{false, "127.0.0.1", 8080, "/sp"}));
  EXPECT_EQ(to_string(full), "http://127.0.0.1:8080/sp");
  const auto v6 = parse_base_url("https://[::1]:4430").value();
  EXPECT_EQ(v6.host, "::1");
  EXPECT_EQ(to_string(v6), "https://[::1]:4430");
  EXPECT_TRUE(v6.is_loopback());
  EXPECT_TRUE(parse_base_url("http://warehouse.internal", PlainHttp::anywhere));
}

TEST(BaseUrl, SaysWhatIsWrongAndNeverRepeatsAPassword) {
  const std::array<std::array<const char*, 2>, 14> cases = {{{"", "not a URL"},
                                                             {"api.example.com", "not a URL"},
                                                             {"ftp://x", "scheme"},
                                                             {"https://", "host is missing"},
                                                             {"https:///path", "host is missing"},
                                                             {"https://x:0", "port"},
                                                             {"https://x:70000", "port"},
                                                             {"https://x:://y", "port"},
                                                             {"https://%ae.example.com", "xn--"},
                                                             {"https://x/?q=1", "query"},
                                                             {"https://x/#f", "fragment"},
                                                             {"http://x", "use https"},
                                                             {"http://127.evil.com", "use https"},
                                                             {"https://a b/", "not a URL"}}};
  for (const auto& [text, why] : cases) {
    const auto url = parse_base_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_THAT(url.error().detail, HasSubstr(why)) << text;
  }
  const auto secret = parse_base_url("https://user:hunter2@x/");
  ASSERT_FALSE(secret);
  EXPECT_THAT(secret.error().detail, Not(HasSubstr("hunter2")));
  EXPECT_EQ(parse_base_url("https://" + std::string(3000, 'a')).error().code, ErrorCode::too_large);
}

TEST(PercentEncode, LeavesOnlyTheUnreservedBytes) {
  EXPECT_EQ(percent_encode("azAZ09-._~"), "azAZ09-._~");
  EXPECT_EQ(percent_encode("A/B #1+2%'x y"), "A%2FB%20%231%2B2%25%27x%20y");
  EXPECT_EQ(percent_encode("Größe"), "Gr%C3%B6%C3%9Fe");
  EXPECT_EQ(percent_encode(""), "");
  EXPECT_EQ(percent_encode(".."), "%2E%2E");
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool unreserved = std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
    EXPECT_EQ(percent_encode("x" + std::string(1, c)).size(), unreserved ? 2u : 4u) << byte;
  }
}

TEST(Path, IsMadeOfEncodedSegments) {
  EXPECT_EQ(make_path({"listings", "2021-08-01", "items", "A1", "S/1#2"}),
            "/listings/2021-08-01/items/A1/S%2F1%232");
  EXPECT_EQ(make_path({".."}), "/%2E%2E");
}

TEST(QueryString, EncodesNamesAndValues) {
  const std::array<std::string_view, 2> data = {"FULFILLMENT", "PACKAGES"};
  Query query{{"a b", "1&2"}};
  query.add_list("includedData", data).add("empty", "");
  EXPECT_EQ(query.encoded(), "a%20b=1%262&includedData=FULFILLMENT%2CPACKAGES&empty=");
  EXPECT_EQ(Query().encoded(), "");
}

}  // namespace
}  // namespace forestall::http
