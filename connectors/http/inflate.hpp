// SPDX-License-Identifier: Apache-2.0
// Undoing Content-Encoding, piece by piece, up to a limit. Pure.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "config/base/error.hpp"

namespace forestall::http {

enum class ContentCoding : unsigned char { identity, gzip, deflate };

// "gzip", "x-gzip", "deflate", "identity" or nothing; anything else, and combinations, are unsupported.
Result<ContentCoding> parse_content_coding(std::string_view header);

class Inflater {
 public:
  // `deflate` is zlib's format (RFC 1950) or, as some servers send it, the bare one (RFC 1951).
  explicit Inflater(ContentCoding coding);
  ~Inflater();
  Inflater(Inflater&&) noexcept;
  Inflater& operator=(Inflater&&) noexcept;

  // Appends what `bytes` unpack to. Errors: parse (broken), too_large (`out` would pass `most`).
  Status feed(std::string_view bytes, std::string& out, std::size_t most);
  // No more bytes will come: an error (parse) if the stream had not ended. An empty body has.
  Status finish() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace forestall::http
