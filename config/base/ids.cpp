// SPDX-License-Identifier: Apache-2.0
#include "config/base/ids.hpp"

#include <fmt/format.h>

#include "config/base/text.hpp"

namespace forestall::detail {

Status check_id_text(std::string_view text, std::string_view kind, std::size_t max_bytes, bool slug) {
  if (text.empty()) return fail(ErrorCode::invalid_argument, fmt::format("{}: empty", kind));
  if (text.size() > max_bytes)
    return fail(ErrorCode::too_large, fmt::format("{}: {} bytes, at most {}", kind, text.size(), max_bytes));
  if (slug) {
    for (const char c : text) {
      const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      if (!good)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("{}: \"{}\": only a-z, 0-9, - and _ are allowed", kind, printable(text, 80)));
    }
    return {};
  }
  if (!is_valid_utf8(text))
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: \"{}\" is not UTF-8", kind, printable(text, 80)));
  if (has_control_characters(text))
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: \"{}\" holds a control character", kind, printable(text, 80)));
  return {};
}

}  // namespace forestall::detail
