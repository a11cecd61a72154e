// SPDX-License-Identifier: Apache-2.0
// Access tokens: the port, and OAuth 2.0's token endpoint behind it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/error.hpp"
#include "config/base/log.hpp"
#include "config/base/secret.hpp"
#include "connectors/http/client.hpp"
#include "connectors/http/event.hpp"

namespace forestall::http {

struct AccessToken {
  Secret value{};
  std::uint64_t number = 0;  // of this source's tokens; to say which one was refused
};

class TokenSource {
 public:
  virtual ~TokenSource() = default;
  // A token that is valid for a while. Errors: unauthenticated (the credential is refused: a person must
  // act), timeout, unavailable, rate_limited (may be retried). No error text holds a secret.
  virtual boost::asio::awaitable<Result<AccessToken>> token(Monotonic deadline) = 0;
  // The other side answered 401 or 403 to this token. True if asking again gives another one.
  virtual bool refused(std::uint64_t number) = 0;
};

struct OAuthSettings {
  BaseUrl base{};
  std::string path = "/auth/o2/token";
  // The form: grant_type=refresh_token, refresh_token=..., client_id=..., client_secret=...
  std::vector<std::pair<std::string, Secret>> form{};
  std::vector<SecretHeader> headers{};  // for servers that want the client's name in "Authorization: Basic"
  std::string name{};                   // of the credential, for the log
  // Refreshed after this share of its life (RFC 6749 leaves it open): at 55 of 60 minutes.
  double refresh_at_share = 55.0 / 60.0;
  std::chrono::nanoseconds timeout = std::chrono::seconds(20);
  // After a refusal (invalid_grant and the like) nobody asks again for this long; after other failures from a
  // second, doubling.
  std::chrono::nanoseconds refusal_pause = std::chrono::seconds(60);
  // A younger token that is refused is not replaced: the refusal means a missing permission.
  std::chrono::nanoseconds least_age = std::chrono::seconds(60);
};

// One request at a time however many wait (and all of them get its outcome); while a token is being refreshed
// early the old one serves. If the caller whose coroutine does the asking is cancelled, the next waiter takes
// over. Use on the loop's thread.
class OAuthTokenSource final : public TokenSource {
 public:
  OAuthTokenSource(HttpClient& client, Clock& clock, Logger log, OAuthSettings settings);

  boost::asio::awaitable<Result<AccessToken>> token(Monotonic deadline) override;
  bool refused(std::uint64_t number) override;

  std::uint64_t refreshes() const { return refreshes_; }  // asked for, successfully or not

 private:
  boost::asio::awaitable<Result<AccessToken>> refresh(Monotonic deadline);
  Result<AccessToken> accept(const Result<Response>& response);
  void failed(const Error& error);
  Request make_request(std::chrono::nanoseconds timeout) const;
  bool usable(Monotonic now) const { return current_ && now < expires_at_; }

  HttpClient& client_;
  Clock& clock_;
  Logger log_;
  OAuthSettings settings_;
  std::optional<AccessToken> current_;
  Monotonic fetched_at_{};
  Monotonic refresh_at_{};
  Monotonic expires_at_{};
  std::uint64_t last_number_ = 0;
  bool refreshing_ = false;
  std::uint64_t failures_ended_ = 0;  // flights that ended in a failure to be shared
  Error last_failure_{};
  int failures_in_a_row_ = 0;
  Monotonic hold_until_{};
  std::uint64_t refreshes_ = 0;
  Event landed_;
};

}  // namespace forestall::http
