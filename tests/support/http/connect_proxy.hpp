// SPDX-License-Identifier: Apache-2.0
// An HTTP proxy inside the test: tunnels CONNECT, answers plain requests itself, and remembers what it was
// asked.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>
#include <vector>

#include "connectors/http/url.hpp"

namespace forestall::test {

class ConnectProxy {
 public:
  // With `status` other than 200 every CONNECT is refused with it.
  explicit ConnectProxy(boost::asio::any_io_executor executor, int status = 200);
  ~ConnectProxy();

  http::BaseUrl url() const;
  // The heads of the requests, as received.
  const std::vector<std::string>& heads() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace forestall::test
