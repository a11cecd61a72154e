// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/smtp/reply.hpp"

#include <fmt/format.h>

#include <utility>

#include "config/base/text.hpp"

namespace forestall::notify::smtp {

std::string Reply::to_string() const {
  std::string text = std::to_string(code);
  for (const auto& line : lines) text += " " + line;
  return printable(text, 200);
}

Status ReplyReader::feed(std::string_view bytes) {
  if (broken_) return fail(ErrorCode::parse, "SMTP: bytes after a broken reply");
  for (const char c : bytes) {
    if (c != '\n') {
      if (line_.size() == max_line) {
        broken_ = true;
        return fail(ErrorCode::too_large, "SMTP: a line of more than 2048 bytes");
      }
      line_ += c;
      continue;
    }
    if (line_.ends_with('\r')) line_.pop_back();
    auto ok = take_line();
    line_.clear();
    if (!ok) {
      broken_ = true;
      return ok;
    }
  }
  return {};
}

// "250-text", "250 text", "250".
Status ReplyReader::take_line() {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::parse, fmt::format("SMTP: \"{}\": {}", printable(line_, 60), why));
  };
  const auto digits = std::string_view(line_).substr(0, 3);
  const auto code = parse_integer<int>(digits);
  if (digits.size() != 3 || !code || *code < 200 || *code > 599) return bad("no reply code");
  if (line_.size() > 3 && line_[3] != ' ' && line_[3] != '-')
    return bad("expected a space or '-' after the code");
  if (!building_.lines.empty() && building_.code != *code) return bad("another code within one reply");
  if (building_.lines.size() == max_lines)
    return fail(ErrorCode::too_large, "SMTP: a reply of more than 128 lines");
  building_.code = *code;
  building_.lines.push_back(line_.size() > 4 ? line_.substr(4) : std::string());
  if (line_.size() > 3 && line_[3] == '-') return {};
  if (ready_.size() == max_lines) return fail(ErrorCode::too_large, "SMTP: replies that nobody asked for");
  ready_.push_back(std::exchange(building_, {}));
  return {};
}

std::optional<Reply> ReplyReader::next() {
  if (ready_.empty()) return std::nullopt;
  auto reply = std::move(ready_.front());
  ready_.erase(ready_.begin());
  return reply;
}

}  // namespace forestall::notify::smtp
