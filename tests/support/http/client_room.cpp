// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http/client_room.hpp"

#include <stdexcept>
#include <utility>

namespace forestall::test {

ClientRoom::ClientRoom(LogLevel least) : log(sink, least), clock(io.get_executor()) {
  auto made = http::make_http_client(io.get_executor(), clock, log, {});
  if (!made) throw std::runtime_error(made.error().detail);
  client = std::move(*made);
}

ClientRoom::~ClientRoom() {
  client->close();
  for (int i = 0; i < 100; ++i) io.poll();
}

}  // namespace forestall::test
