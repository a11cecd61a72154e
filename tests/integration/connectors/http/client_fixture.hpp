// SPDX-License-Identifier: Apache-2.0
// A client and a loop; servers are made by the test. Time is the system's, or stands still until moved.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "config/base/log.hpp"
#include "connectors/http/asio_client.hpp"
#include "connectors/net/system_clock.hpp"
#include "tests/support/http/run.hpp"
#include "tests/support/http/scripted_server.hpp"

namespace forestall::http {

struct ClientFixture {
  explicit ClientFixture(ClientSettings settings = {}, bool manual = false)
      : system(io.get_executor()), clock(manual ? static_cast<Clock&>(manual_clock) : system) {
    auto made =
        make_http_client(io.get_executor(), clock, Logger(sink, LogLevel::debug), std::move(settings));
    if (!made) throw std::runtime_error(made.error().detail);
    client = std::move(*made);
  }
  // Nothing may be left over once the client is closed.
  ~ClientFixture() {
    client->close();
    for (int i = 0; i < 100; ++i) io.poll();
    const auto stats = client->stats();
    EXPECT_EQ(stats.in_use, 0u);
    EXPECT_EQ(stats.idle, 0u);
    EXPECT_EQ(stats.waiting, 0u);
    EXPECT_EQ(manual_clock.pending(), 0u);
  }

  static Request get(const BaseUrl& base, std::string path = "/x") {
    Request request;
    request.base = base;
    request.path = std::move(path);
    return request;
  }
  static Request post(const BaseUrl& base, std::string body = "{}") {
    Request request = get(base);
    request.method = Method::post;
    request.body = std::move(body);
    return request;
  }
  Result<Response> send(Request request) { return test::run(io, client->send(std::move(request))); }
  // For tests that go on while the call is under way.
  std::shared_ptr<std::optional<Result<Response>>> start(Request request) {
    auto result = std::make_shared<std::optional<Result<Response>>>();
    boost::asio::co_spawn(io, client->send(std::move(request)),
                          [result](std::exception_ptr thrown, Result<Response> got) {
                            if (!thrown) result->emplace(std::move(got));
                          });
    return result;
  }
  void run_until(const std::function<bool()>& holds) { test::run_until(io, holds); }

  boost::asio::io_context io{1};
  ManualClock manual_clock;
  net::SystemClock system;
  Clock& clock;
  MemoryLogSink sink;
  std::unique_ptr<AsioHttpClient> client;
};

// "timeout?" where it may be retried, "outcome_unknown" where not; "200" for an answer.
inline std::string word(const Result<Response>& result) {
  if (result) return std::to_string(result->status);
  return std::string(code_name(result.error().code)) + (result.error().retryable ? "?" : "");
}

}  // namespace forestall::http
