// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/cursor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "config/base/text.hpp"
#include "connectors/http/url.hpp"

namespace forestall::amazon {

namespace {

constexpr std::size_t max_bytes = 16 << 10;

std::unexpected<Error> stale(std::string_view why) {
  return fail(ErrorCode::conflict, fmt::format("the cursor {}", why));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The inverse of http::percent_encode, and of nothing else.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (http::percent_encode(out) != text) return std::nullopt;
  return out;
}

// FNV-1a: a cursor outlives the process, so the hash must mean the same in the next one.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
  return hash;
}

}  // namespace

Result<CursorText> CursorText::parse(std::string_view text) {
  if (text.size() > max_bytes) return stale("is too long");
  const auto slash = text.find('/'), question = text.find('?');
  if (slash == std::string_view::npos || (question != std::string_view::npos && question < slash))
    return stale("is none of ours");
  const auto version = parse_integer<int>(text.substr(slash + 1, question - slash - 1));
  if (!version) return stale("has no version");
  CursorText cursor(text.substr(0, slash), *version);
  if (question == std::string_view::npos) return cursor;
  for (const auto piece : split(text.substr(question + 1), '&')) {
    const auto equals = piece.find('=');
    if (equals == std::string_view::npos || equals == 0) return stale("has a field without a value");
    auto value = decoded(piece.substr(equals + 1));
    if (!value) return stale("has a field that is not encoded as ours are");
    if (cursor.text(piece.substr(0, equals))) return stale("has a field twice");
    cursor.fields_.emplace_back(piece.substr(0, equals), std::move(*value));
  }
  return cursor;
}

CursorText& CursorText::set(std::string_view field, std::string_view value) {
  fields_.emplace_back(field, value);
  return *this;
}

std::optional<std::string> CursorText::text(std::string_view field) const {
  const auto found = std::ranges::find(fields_, field, &std::pair<std::string, std::string>::first);
  if (found == fields_.end()) return std::nullopt;
  return found->second;
}

std::optional<Instant> CursorText::instant(std::string_view field) const {
  const auto written = text(field);
  if (!written) return std::nullopt;
  const auto instant = parse_instant(*written);
  if (!instant) return std::nullopt;
  return *instant;
}

std::optional<std::uint64_t> CursorText::number(std::string_view field) const {
  const auto written = text(field);
  return written ? parse_integer<std::uint64_t>(*written) : std::nullopt;
}

std::string CursorText::str() const {
  std::string out = fmt::format("{}/{}", name_, version_);
  char before = '?';
  for (const auto& [field, value] : fields_) {
    out += fmt::format("{}{}={}", before, field, http::percent_encode(value));
    before = '&';
  }
  return out;
}

Status PageChain::follow(std::string_view next_token, std::uint64_t most) {
  const auto hash = hash_of(next_token);
  if (pages > 0 && hash == kept)
    return fail(ErrorCode::parse, fmt::format("the same page is offered again after {} pages", pages));
  if (pages >= most) return fail(ErrorCode::parse, fmt::format("more than {} pages", most));
  ++pages;
  if (std::has_single_bit(pages)) kept = hash;
  return {};
}

void PageChain::write(CursorText& to) const {
  if (pages > 0) to.set("pages", pages).set("kept", kept);
}

std::optional<PageChain> PageChain::read(const CursorText& from) {
  const auto pages = from.number("pages"), kept = from.number("kept");
  if (!from.text("pages") && !from.text("kept")) return PageChain{};
  if (!pages || !kept || *pages == 0) return std::nullopt;
  return PageChain{*pages, *kept};
}

}  // namespace forestall::amazon
