// SPDX-License-Identifier: Apache-2.0
// What the carriers' callers share: credentials that do not change, base URLs with a default, header names.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/settings/values.hpp"
#include "connectors/http/token_source.hpp"
#include "connectors/http/url.hpp"

namespace forestall::carriers {

// base64("user:password"): RFC 7617, without the word "Basic".
Secret basic_credentials(std::string_view user, std::string_view password);

// A token that nobody can renew: refused is refused.
class StaticToken final : public http::TokenSource {
 public:
  explicit StaticToken(Secret value) : value_(std::move(value)) {}
  boost::asio::awaitable<Result<http::AccessToken>> token(Monotonic) override {
    co_return http::AccessToken{value_, 1};
  }
  bool refused(std::uint64_t) override { return false; }

 private:
  Secret value_;
};

// The configured URL, or the carrier's own.
Result<http::BaseUrl> base_or(const std::optional<config::Url>& configured, std::string_view own);

bool same_name(std::string_view a, std::string_view b);  // of headers: without regard to ASCII case

}  // namespace forestall::carriers
