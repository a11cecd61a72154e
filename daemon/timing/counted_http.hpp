// SPDX-License-Identifier: Apache-2.0
// An HttpClient that counts the calls under way, and in lock-step makes them one after the other.
#pragma once

#include "connectors/http/client.hpp"
#include "daemon/timing/activity.hpp"

namespace forestall::timing {

class CountedHttp final : public http::HttpClient {
 public:
  // Both outlive it.
  CountedHttp(http::HttpClient& inner, Activity& activity) : inner_(inner), activity_(activity) {}
  boost::asio::awaitable<Result<http::Response>> send(http::Request request) override;

 private:
  http::HttpClient& inner_;
  Activity& activity_;
};

}  // namespace forestall::timing
