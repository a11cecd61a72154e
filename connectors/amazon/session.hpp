// SPDX-License-Identifier: Apache-2.0
// What the accounts of one credential share: the token of Login with Amazon and the rate buckets.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "config/settings/account.hpp"
#include "connectors/amazon/operations.hpp"
#include "connectors/http/api_caller.hpp"
#include "connectors/http/token_source.hpp"
#include "connectors/ports/context.hpp"

namespace forestall::amazon {

class Session final : public ports::Session {
 public:
  // invalid_argument naming the key of the configuration that makes no sense.
  static Result<std::shared_ptr<Session>> of(const config::AccountSettings& settings,
                                             const ports::Context& context);
  Session(const config::AccountSettings& settings, const ports::Context& context, http::BaseUrl login,
          std::string login_path, Operations operations);

  // As http::ApiCaller::call. `request` needs no address, token or User-Agent.
  boost::asio::awaitable<Result<http::Response>> call(Op op, std::string marketplace, http::BaseUrl base,
                                                      http::Request request,
                                                      std::chrono::nanoseconds timeout);
  // A GET of a link that Amazon gave us, without the token: it is permission by itself, and never logged.
  boost::asio::awaitable<Result<http::Response>> download(std::string marketplace, std::string link,
                                                          std::chrono::nanoseconds timeout);
  Monotonic next_free(Op op) { return caller_.next_free(operation(op)); }
  const http::ApiCaller& caller() const { return caller_; }

 private:
  const http::Operation& operation(Op op) const { return operations_[static_cast<std::size_t>(op)]; }

  Operations operations_;
  http::OAuthTokenSource tokens_;
  http::ApiCaller caller_;
  http::ApiCaller links_;
};

// The parts of a link such as "https://bucket.s3.amazonaws.com/a%20b?X-Amz-Signature=..."; every parameter is
// secret. parse where it is none, invalid_argument where it is neither https nor on this machine.
Result<http::Request> request_of_link(std::string_view link);

}  // namespace forestall::amazon
