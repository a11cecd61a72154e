// SPDX-License-Identifier: Apache-2.0
// Bytes in, replies out: hiredis' incremental parser with limits of our own, so that no peer can make us hold
// more memory than we said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "config/base/error.hpp"
#include "daemon/redis/reply.hpp"

namespace forestall::redis {

struct ReplyLimits {
  std::size_t max_bytes = std::size_t{64} << 20;  // of one reply as it goes over the wire
  std::size_t max_elements = 1'000'000;           // of all arrays of one reply together
  std::size_t max_depth = 7;                      // arrays within arrays; hiredis itself allows 7
};

class ReplyReader {
 public:
  explicit ReplyReader(const ReplyLimits& limits = {});
  ~ReplyReader();
  ReplyReader(ReplyReader&&) noexcept;
  ReplyReader& operator=(ReplyReader&&) noexcept;

  // Takes bytes as they come, in pieces of any size. Read all replies before feeding again: what is fed and
  // not yet read counts as the size of the next reply.
  void feed(std::string_view bytes);
  // The next complete reply; nullopt when more bytes are needed. `parse` or `too_large` with the offset in
  // the stream when the bytes are no reply; the stream cannot be followed after that and every later call
  // says so.
  Result<std::optional<Reply>> next();
  // Bytes fed since the beginning.
  std::uint64_t offset() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace forestall::redis
