// SPDX-License-Identifier: Apache-2.0
// The reply reader: any bytes, in pieces whose sizes the input chooses, give the same replies as all at once,
// within the limits, or the same error.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/redis/reply_reader.hpp"
#include "daemon/redis/server_info.hpp"

namespace {

using namespace forestall;
using redis::Reply;

constexpr redis::ReplyLimits limits = {.max_bytes = 4096, .max_elements = 64, .max_depth = 4};

struct Read {
  std::vector<Reply> replies;
  bool failed = false;
};

void require(bool holds) {
  if (!holds) std::abort();
}

std::size_t elements(const Reply& reply, std::size_t depth) {
  require(reply.kind() != Reply::Kind::array || depth < limits.max_depth);
  std::size_t n = reply.items().size();
  for (const Reply& item : reply.items()) n += elements(item, depth + 1);
  return n;
}

Read read(std::string_view bytes, std::size_t piece) {
  redis::ReplyReader reader(limits);
  Read out;
  while (!bytes.empty()) {
    const auto fed = bytes.substr(0, piece);
    bytes.remove_prefix(fed.size());
    reader.feed(fed);
    while (true) {
      auto next = reader.next();
      if (!next) {
        require(next.error().code == ErrorCode::parse || next.error().code == ErrorCode::too_large);
        require(!next.error().detail.empty());
        out.failed = true;
        return out;
      }
      if (!*next) break;
      require(elements(**next, 0) <= limits.max_elements);
      (void)(*next)->describe();
      (void)(*next)->expect_integer("x");
      (void)redis::error_from_server((*next)->text() ? *(*next)->text() : "");
      out.replies.push_back(std::move(**next));
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 64;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Read whole = read(bytes, bytes.size() + 1);
  const Read pieces = read(bytes, piece);
  // A limit may strike earlier where the bytes that pass it come alone; what was read before it is the same.
  const auto common = std::min(whole.replies.size(), pieces.replies.size());
  for (std::size_t i = 0; i < common; ++i) require(whole.replies[i] == pieces.replies[i]);
  if (!whole.failed && !pieces.failed) require(whole.replies.size() == pieces.replies.size());
  (void)redis::ServerInfo::parse(bytes);
  return 0;
}
