// SPDX-License-Identifier: Apache-2.0
#include "tests/support/ledger/sync_redis.hpp"

#include <hiredis/hiredis.h>

#include <stdexcept>
#include <utility>

namespace forestall::test {
namespace {

redis::Reply value_of(const redisReply& r) {
  using redis::Reply;
  switch (r.type) {
    case REDIS_REPLY_STATUS:
      return Reply::status(std::string(r.str, r.len));
    case REDIS_REPLY_ERROR:
      return Reply::error(std::string(r.str, r.len));
    case REDIS_REPLY_INTEGER:
      return Reply::integer(r.integer);
    case REDIS_REPLY_STRING:
      return Reply::bulk(std::string(r.str, r.len));
    case REDIS_REPLY_ARRAY: {
      std::vector<Reply> items;
      for (std::size_t i = 0; i < r.elements; ++i) items.push_back(value_of(*r.element[i]));
      return Reply::array(std::move(items));
    }
    default:
      return {};
  }
}

void append(redisContext* context, std::span<const std::string> words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const auto& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  redisAppendCommandArgv(context, static_cast<int>(texts.size()), texts.data(), sizes.data());
}

}  // namespace

void SyncRedis::Close::operator()(redisContext* context) const { redisFree(context); }

SyncRedis::SyncRedis(std::string socket) : socket_(std::move(socket)) { reconnect(); }

void SyncRedis::reconnect() {
  context_.reset(redisConnectUnix(socket_.c_str()));
  if (!context_ || context_->err != 0) throw std::runtime_error("cannot connect to " + socket_);
}

std::optional<redis::Reply> SyncRedis::call(std::span<const std::string> words) {
  append(context_.get(), words);
  void* raw = nullptr;
  if (redisGetReply(context_.get(), &raw) != REDIS_OK || raw == nullptr) return std::nullopt;
  auto value = value_of(*static_cast<redisReply*>(raw));
  freeReplyObject(raw);
  return value;
}

void SyncRedis::send(std::span<const std::string> words) {
  append(context_.get(), words);
  int done = 0;
  while (done == 0 && redisBufferWrite(context_.get(), &done) == REDIS_OK) {
  }
}

}  // namespace forestall::test
