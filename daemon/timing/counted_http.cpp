// SPDX-License-Identifier: Apache-2.0
#include "daemon/timing/counted_http.hpp"

#include <utility>

namespace forestall::timing {

boost::asio::awaitable<Result<http::Response>> CountedHttp::send(http::Request request) {
  const auto share = co_await activity_.turn();
  co_return co_await inner_.send(std::move(request));
}

}  // namespace forestall::timing
