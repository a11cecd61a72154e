// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/message.hpp"

#include <gtest/gtest.h>

namespace forestall::http {
namespace {

TEST(Message, SecretsInTheQueryAreNotShown) {
  Request request;
  request.base.path = "/v1";
  request.path = "/orders/A%2FB";
  request.query = {{"createdAfter", "2026-11-23"},
                   {"access_token", "abc"},
                   {"Code", "abc"},
                   {"X-Sig", "abc"},
                   {"session", "abc"},
                   {"apikey", "abc"}};
  request.options.secret_parameters = {"Session"};
  EXPECT_EQ(
      loggable_target(request),
      "/v1/orders/A%2FB?createdAfter=2026-11-23&access_token=***&Code=***&X-Sig=***&session=***&apikey=***");
  request.query.add("long", std::string(1000, 'x'));
  EXPECT_LE(loggable_target(request).size(), 303u);
}

TEST(Message, WhatIsIdempotentFollowsTheMethodUnlessTold) {
  Request request;
  EXPECT_TRUE(request.idempotent());
  request.method = Method::patch;
  EXPECT_FALSE(request.idempotent());
  request.options.idempotent = true;
  EXPECT_TRUE(request.idempotent());
  request.method = Method::put;
  request.options.idempotent = {};
  EXPECT_TRUE(request.idempotent());
  EXPECT_EQ(method_name(Method::delete_), "DELETE");
}

TEST(Message, HeadersAreFoundWithoutCase) {
  Response response;
  response.headers = {{"Content-Type", " Application/JSON ;charset=utf-8"}, {"x-amzn-RequestId", "r1"}};
  EXPECT_EQ(media_type(response), "application/json");
  EXPECT_EQ(find_header(response.headers, "X-AMZN-REQUESTID"), "r1");
  EXPECT_EQ(find_header(response.headers, "x-amzn-request"), std::nullopt);
  EXPECT_EQ(media_type(Response{}), "");
}

}  // namespace
}  // namespace forestall::http
