// SPDX-License-Identifier: Apache-2.0
// One call of a channel's API, with everything that must be right each time: rate limit, breaker, token,
// send, classify, retry, count. A connector writes one line per call; one caller serves one credential.
//
//   bucket (credential, operation) -> breaker (operation, marketplace) -> token -> send -> classify
//      ^                                                                                      |
//      '------- retry: jittered, paid for, never past the deadline <--------------------------'
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/log.hpp"
#include "config/base/random.hpp"
#include "config/base/rate.hpp"
#include "connectors/http/circuit_breaker.hpp"
#include "connectors/http/classify.hpp"
#include "connectors/http/client.hpp"
#include "connectors/http/clock_skew.hpp"
#include "connectors/http/retry.hpp"
#include "connectors/http/token_bucket.hpp"
#include "connectors/http/token_source.hpp"

namespace forestall::http {

// One row of a connector's table of operations; lives as long as the program.
struct Operation {
  std::string_view name;  // "searchOrders": in logs, metrics and as the name of its bucket
  Rate documented{};      // what the channel's documentation allows
  bool idempotent = true;
  bool act = false;  // changes something for buyers: stopped while the clocks disagree
  Expect expect = Expect::json;
};

struct CallerSettings {
  std::string name{};  // of the credential, for the log
  // "x-amz-access-token", or "Authorization" with the prefix "Bearer ".
  std::string token_header = "Authorization";
  std::string token_prefix = "Bearer ";
  std::string limit_header{};  // "x-amzn-RateLimit-Limit"
  std::vector<std::string> request_id_headers{};
  RetryRules retry{};
  BreakerRules breaker{};
  Millis skew_limit = std::chrono::seconds(60);
  // The channel's own code for a refusal ("InvalidInput"), to be shown in the error; no personal data.
  std::function<std::string(const Response&)> explain{};
};

struct CallCounters {
  std::uint64_t calls = 0;
  std::uint64_t attempts = 0;  // requests sent or refused on our side
  std::uint64_t retries = 0;
  std::uint64_t bytes_in = 0;  // bodies, decompressed
  std::uint64_t bytes_out = 0;
  std::array<std::uint64_t, call_reason_count> attempts_by_reason{};  // index: CallReason; [ok] succeeded
  std::optional<Instant> last_success{};
};

class ApiCaller {
 public:
  // `tokens` may be null where the API needs none. All references must outlive the caller.
  ApiCaller(HttpClient& client, Clock& clock, Random& random, Logger log, TokenSource* tokens,
            CallerSettings settings);

  // The answer with a 2xx status and the expected kind of body, or a typed error whose detail begins with the
  // operation. Returns by `timeout` at the latest, waiting for the bucket included; `marketplace` names the
  // breaker ("" where there is but one). request.options.idempotent is taken from the operation.
  boost::asio::awaitable<Result<Response>> call(const Operation& operation, std::string marketplace,
                                                Request request, std::chrono::nanoseconds timeout);

  // When a call could be sent at the earliest: for the scheduler, which decides who goes first.
  Monotonic next_free(const Operation& operation);
  const TokenBucket& bucket(const Operation& operation) { return bucket_of(operation); }
  BreakerState breaker(const Operation& operation, std::string_view marketplace);
  const ClockSkew& skew() const { return skew_; }
  // By operation and marketplace.
  std::map<std::pair<std::string, std::string>, CallCounters> counters() const;

 private:
  struct Lane {
    std::string operation;
    std::string marketplace;
    CircuitBreaker breaker;
    CallCounters counters{};
  };
  struct Attempt {
    Verdict verdict{};
    std::optional<Response> response{};
    std::optional<Millis> retry_after{};
    std::uint64_t token = 0;
  };

  TokenBucket& bucket_of(const Operation& operation);
  Lane& lane_of(const Operation& operation, const std::string& marketplace);
  boost::asio::awaitable<std::optional<Verdict>> wait_for_slot(TokenBucket& bucket, Monotonic deadline);
  boost::asio::awaitable<Attempt> attempt(const Operation& operation, Lane& lane, const Request& request,
                                          Monotonic deadline);
  void learn(const Operation& operation, const Response& response, Attempt& attempt);
  Error describe(const Operation& operation, const Attempt& attempt) const;

  HttpClient& client_;
  Clock& clock_;
  Random& random_;
  Logger log_;
  TokenSource* tokens_;
  CallerSettings settings_;
  RetryBudget budget_;
  ClockSkew skew_;
  std::map<std::string, TokenBucket, std::less<>> buckets_;
  std::map<std::pair<std::string, std::string>, Lane> lanes_;
};

}  // namespace forestall::http
