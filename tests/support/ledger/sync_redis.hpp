// SPDX-License-Identifier: Apache-2.0
// A blocking connection to a redis-server of a test, on hiredis: for tests of what Redis does, not of our
// client.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/redis/reply.hpp"

struct redisContext;

namespace forestall::test {

class SyncRedis {
 public:
  explicit SyncRedis(std::string socket);

  // nullopt when the connection broke: whether the command was done is unknown. reconnect() then.
  std::optional<redis::Reply> call(std::span<const std::string> words);
  std::optional<redis::Reply> call(std::initializer_list<std::string> words) {
    return call(std::span(words.begin(), words.size()));
  }
  // Sends without waiting for the answer.
  void send(std::span<const std::string> words);
  // Throws std::runtime_error where nobody accepts.
  void reconnect();

 private:
  struct Close {
    void operator()(redisContext* context) const;
  };
  std::string socket_;
  std::unique_ptr<redisContext, Close> context_;
};

}  // namespace forestall::test
