// SPDX-License-Identifier: Apache-2.0
// For `doctor`: every permission, each tested by a call that changes nothing.
#include <fmt/format.h>

#include "connectors/amazon/connector.hpp"
#include "connectors/amazon/requests.hpp"

namespace forestall::amazon {
namespace asio = boost::asio;

asio::awaitable<std::vector<ports::DoctorFinding>> Connector::examine(std::chrono::nanoseconds timeout) {
  const Monotonic deadline = clock_.monotonic() + timeout;
  std::vector<ports::DoctorFinding> findings;
  auto sellers = co_await call(Op::participations, get_participations(), deadline);
  findings.push_back({.what = "is known to Amazon",
                      .passed = sellers.has_value(),
                      .advice = sellers ? "" : sellers.error().detail});
  co_return findings;
}

}  // namespace forestall::amazon
