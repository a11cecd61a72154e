// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/handshake.hpp"

#include <fmt/format.h>

namespace forestall::redis {

Request handshake_request(const Credentials& credentials, std::uint32_t database,
                          const std::string& client_name) {
  Request request;
  if (!credentials.password.empty()) {
    if (credentials.username.empty())
      request.add("AUTH", credentials.password.reveal());
    else
      request.add("AUTH", credentials.username, credentials.password.reveal());
  }
  if (database != 0) request.add("SELECT", database);
  request.add("CLIENT", "SETNAME", client_name);
  request.add("INFO");
  return request;
}

Result<ServerInfo> read_handshake(const Credentials& credentials, std::uint32_t database,
                                  std::span<const Reply> replies) {
  if (!credentials.password.empty()) {
    if (replies.empty()) return fail(ErrorCode::internal, "AUTH: no answer given");
    if (const auto ok = replies.front().expect_ok("AUTH"); !ok) {
      // "ERR AUTH <password> called without any password configured": the server expects none.
      Error error = ok.error();
      if (error.code == ErrorCode::invalid_argument) error.code = ErrorCode::unauthenticated;
      return std::unexpected(std::move(error));
    }
    replies = replies.subspan(1);
  }
  if (database != 0 && !replies.empty()) {
    if (const auto ok = replies.front().expect_ok("SELECT"); !ok) return std::unexpected(ok.error());
    replies = replies.subspan(1);
  }
  if (replies.size() != 2) return fail(ErrorCode::internal, "handshake: wrong number of answers");
  // A user who may not name its connection is no worse for it.
  if (const auto named = replies[0].expect_ok("CLIENT SETNAME");
      !named && named.error().code != ErrorCode::forbidden)
    return std::unexpected(named.error());
  const auto text = replies[1].expect_text("INFO");
  if (!text && text.error().code == ErrorCode::forbidden) return ServerInfo();
  if (!text) return std::unexpected(text.error());
  ServerInfo info = ServerInfo::parse(*text);
  const auto major = info.major_version();
  if (!major) return fail(ErrorCode::parse, "INFO: no redis_version");
  if (*major < oldest_major_version)
    return fail(ErrorCode::unsupported, fmt::format("Redis {} is too old: {} or newer is needed",
                                                    info.version(), oldest_major_version));
  if (info.text("redis_mode") == "cluster")
    return fail(ErrorCode::unsupported, "a node of a Redis Cluster: not supported yet");
  if (info.is_replica()) return fail(ErrorCode::unsupported, "a read-only replica: connect to its primary");
  if (info.is_loading()) return fail_retryable(ErrorCode::unavailable, "the server is loading its data");
  return info;
}

}  // namespace forestall::redis
