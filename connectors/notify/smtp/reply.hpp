// SPDX-License-Identifier: Apache-2.0
// Replies of an SMTP server from bytes (RFC 5321 4.2). Takes hostile bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"

namespace forestall::notify::smtp {

struct Reply {
  int code = 0;                      // 200..599
  std::vector<std::string> lines{};  // texts without the code, at least one
  bool positive() const { return code >= 200 && code < 300; }
  bool transient() const { return code >= 400 && code < 500; }
  // For people: "550 5.1.1 no such user", cut and printable.
  std::string to_string() const;
};

class ReplyReader {
 public:
  static constexpr std::size_t max_line = 2048;  // RFC 5321 allows 512; some servers are longer
  static constexpr std::size_t max_lines = 128;

  // The next bytes. Errors: parse (no reply, codes that differ within one), too_large. After an error it
  // takes nothing more.
  Status feed(std::string_view bytes);
  // The oldest whole reply, if there is one.
  std::optional<Reply> next();
  // Something came that no reply was made of yet, or a reply that nobody took.
  bool holds_anything() const { return !line_.empty() || !building_.lines.empty() || !ready_.empty(); }

 private:
  Status take_line();

  std::string line_;
  Reply building_;
  std::vector<Reply> ready_;
  bool broken_ = false;
};

}  // namespace forestall::notify::smtp
