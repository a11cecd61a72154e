// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/exchange.hpp"

#include <array>

#include "config/base/secret.hpp"
#include "daemon/redis/reply_reader.hpp"

namespace forestall::redis {

namespace {
constexpr ReplyLimits limits = {.max_bytes = std::size_t{1} << 20, .max_elements = 1000, .max_depth = 2};
}

boost::asio::awaitable<Result<std::vector<Reply>>> exchange(Transport& transport, Request request) {
  const std::size_t expected = request.commands();
  const Secret wire(std::move(request).take_bytes());  // wiped when done: it may hold a password
  for (auto rest = wire.reveal(); !rest.empty();) {
    const auto n = co_await transport.write_some(rest);
    if (!n) co_return std::unexpected(n.error());
    rest.remove_prefix(*n);
  }
  ReplyReader reader(limits);
  std::vector<Reply> replies;
  std::array<char, 4096> buffer{};
  while (replies.size() < expected) {
    const auto n = co_await transport.read_some(buffer);
    if (!n) co_return std::unexpected(n.error());
    reader.feed({buffer.data(), *n});
    while (true) {
      auto reply = reader.next();
      if (!reply) co_return std::unexpected(reply.error());
      if (!*reply) break;
      replies.push_back(std::move(**reply));
    }
  }
  co_return replies;
}

}  // namespace forestall::redis
