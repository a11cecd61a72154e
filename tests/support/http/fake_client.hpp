// SPDX-License-Identifier: Apache-2.0
// An HttpClient without sockets: a function answers, after a delay on the test's clock.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "config/base/clock.hpp"
#include "connectors/http/client.hpp"
#include "connectors/net/sleep.hpp"

namespace forestall::test {

class FakeClient final : public http::HttpClient {
 public:
  using Answer = std::function<Result<http::Response>(const http::Request&)>;
  FakeClient(Clock& clock, Answer answer) : clock_(clock), answer_(std::move(answer)) {}

  boost::asio::awaitable<Result<http::Response>> send(http::Request request) override {
    requests.push_back(request);
    sent_at.push_back(clock_.monotonic());
    const Instant sent = clock_.now();
    if (delay.count() > 0) {
      if (delay > request.options.timeout) {
        co_await net::sleep_for(clock_, request.options.timeout);
        co_return fail_retryable(ErrorCode::timeout, "fake");
      }
      co_await net::sleep_for(clock_, delay);
    }
    auto result = answer_(request);
    if (result) {
      result->sent = sent;
      result->received = clock_.now();
    }
    co_return result;
  }

  std::chrono::nanoseconds delay{0};
  std::vector<http::Request> requests;
  std::vector<Monotonic> sent_at;

 private:
  Clock& clock_;
  Answer answer_;
};

inline http::Response json_response(int status, std::string body, std::vector<http::Header> more = {}) {
  more.push_back({"Content-Type", "application/json"});
  return {.status = status, .headers = std::move(more), .body = std::move(body)};
}

}  // namespace forestall::test
