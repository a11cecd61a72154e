// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/router.hpp"

#include <gtest/gtest.h>

namespace forestall::web {
namespace {

const std::vector<Route> routes{
    {Method::get, "/", Access::open, "console", {}},
    {Method::get, "/api/v1/sellers/{seller}/skus/{sku}", Access::read, "one SKU", {}},
    {Method::post, "/api/v1/sellers/{seller}/holds", Access::change, "hold", {}},
    {Method::get, "/api/v1/sellers/{seller}/holds", Access::read, "holds", {}},
    {Method::del, "/api/v1/sellers/{seller}/holds/{id}", Access::change, "release", {}},
};

unsigned status(std::string_view method, std::string_view target) {
  const auto found = match(routes, method, target);
  return found ? 200 : found.error().status;
}

TEST(Router, FindsTheRouteAndDecodesItsParameters) {
  const auto found = match(routes, "GET", "/api/v1/sellers/acme/skus/A%2FB%20%C3%BC?at=now&at=later&x");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->route->summary, "one SKU");
  EXPECT_EQ(found->request.parameter("seller"), "acme");
  EXPECT_EQ(found->request.parameter("sku"), "A/B ü") << "an encoded slash is part of the name";
  EXPECT_EQ(found->request.query_value("at"), "later");
  EXPECT_EQ(found->request.query_value("x"), "");
  EXPECT_EQ(found->request.query_value("y"), std::nullopt);
  EXPECT_TRUE(match(routes, "GET", "/"));
}

TEST(Router, TellsWhatItTakes) {
  EXPECT_EQ(status("POST", "/api/v1/sellers/acme/holds"), 200u);
  EXPECT_EQ(status("HEAD", "/api/v1/sellers/acme/holds"), 200u);
  EXPECT_EQ(status("DELETE", "/api/v1/sellers/acme/holds/7"), 200u);
  const auto refused = match(routes, "PUT", "/api/v1/sellers/acme/holds").error();
  EXPECT_EQ(refused.status, 405u);
  EXPECT_EQ(refused.headers.at(0), (std::pair<std::string, std::string>{"Allow", "POST, GET, HEAD"}));
}

TEST(Router, RefusesWhatItDoesNotKnow) {
  for (const char* path :
       {"/nothing", "/api/v1/sellers/acme/holds/", "/api/v1/sellers//holds", "/api/v1/sellers", "//",
        "/api/v1/sellers/acme/holds/7/8", "/API/v1/sellers/acme/holds"})
    EXPECT_EQ(status("GET", path), 404u) << path;
}

TEST(Router, RefusesWhatIsNoPath) {
  for (const char* target :
       {"", "*", "http://evil/", "x", "/%", "/%zz", "/a b", "/%00", "/%0d%0aX:1", "/%ff", "/?q=%ff"})
    EXPECT_EQ(status("GET", target), 400u) << target;
}

}  // namespace
}  // namespace forestall::web
