// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/smtp/encode.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

namespace forestall::notify::smtp {
namespace {

constexpr std::size_t most_line = 76;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Folded at its spaces; a word that is too long for a line stays whole.
std::string fold(std::string_view text, std::size_t used) {
  std::string out;
  std::size_t column = used;
  while (!text.empty()) {
    const auto gap = text.find(' ', 1);
    const auto word = text.substr(0, gap);
    if (column + word.size() > most_line && column > used) {
      out += "\r\n";
      column = 0;
    }
    out += word;
    column += word.size();
    text = gap == std::string_view::npos ? std::string_view{} : text.substr(gap);
  }
  return out;
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // and the NUL that OpenSSL adds
  out.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                                      reinterpret_cast<const unsigned char*>(bytes.data()),
                                                      static_cast<int>(bytes.size()))));
  return out;
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  const auto put = [&](std::string_view piece) {
    // Room for the '=' of a soft line break.
    if (column + piece.size() > most_line - 1) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool last = i + 1 == text.size() || text[i + 1] == '\n';
    const bool plain = (c >= 33 && c <= 126 && c != '=') || ((c == ' ' || c == '\t') && !last);
    put(plain ? std::string(1, text[i]) : fmt::format("={:02X}", c));
  }
  return out;
}

std::string header_text(std::string_view text, std::size_t used) {
  std::string clean(text);
  std::ranges::replace_if(
      clean, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  const bool ascii = std::ranges::all_of(clean, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  // A word that no line can hold, or that looks encoded, is encoded too.
  if (ascii && !clean.contains("=?") && clean.size() <= 900) return fold(clean, used);
  // 45 bytes are 60 characters of base64 in a word of at most 75; the first also shares its line with the
  // name.
  std::string out;
  std::string_view rest = clean;
  std::size_t most = used < 30 ? 45 - 3 * ((used + 3) / 4) : 15;
  while (!rest.empty()) {
    auto size = std::min(most, rest.size());
    while (size > 1 && size < rest.size() && is_continuation(rest[size])) --size;
    out += fmt::format("{}=?UTF-8?B?{}?=", out.empty() ? "" : "\r\n ", base64(rest.substr(0, size)));
    rest.remove_prefix(size);
    most = 45;
  }
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace forestall::notify::smtp
