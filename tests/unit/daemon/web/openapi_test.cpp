// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/openapi.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <stdexcept>

namespace forestall::web {
namespace {

TEST(OpenApi, DescribesEachRouteOfTheTable) {
  const std::vector<Route> routes{{.method = Method::get,
                                   .pattern = "/api/v1/sellers/{seller}/holds",
                                   .access = Access::read,
                                   .summary = "Holds",
                                   .handler = {},
                                   .query = {{"sku", "Only of this SKU"}},
                                   .response_schema = R"({"type":"array"})"},
                                  {.method = Method::post,
                                   .pattern = "/api/v1/sellers/{seller}/holds",
                                   .access = Access::change,
                                   .summary = "Hold",
                                   .handler = {},
                                   .request_schema = R"({"type":"object","required":["sku"]})"}};
  const auto page = boost::json::parse(openapi(routes, "1.2.3"));
  EXPECT_EQ(page.at("openapi"), "3.1.0");
  EXPECT_EQ(page.at("info").at("version"), "1.2.3");
  const auto& path = page.at("paths").at("/api/v1/sellers/{seller}/holds");
  EXPECT_EQ(path.at("get").at("parameters").at(0).at("name"), "seller");
  EXPECT_EQ(path.at("get").at("parameters").at(1).at("in"), "query");
  EXPECT_EQ(path.at_pointer("/get/responses/200/content/application~1json/schema/type"), "array");
  EXPECT_EQ(path.at_pointer("/post/requestBody/content/application~1json/schema/required/0"), "sku");
  EXPECT_EQ(path.at("post").at("security").as_array().size(), 1u);
  EXPECT_EQ(path.at("get").at("security").as_array().size(), 2u) << "with or without a token";
}

TEST(OpenApi, ASchemaThatIsNoJsonIsABug) {
  const std::vector<Route> routes{{.pattern = "/x", .summary = "x", .handler = {}, .response_schema = "{"}};
  EXPECT_THROW(openapi(routes, "1"), std::logic_error);
}

}  // namespace
}  // namespace forestall::web
