// SPDX-License-Identifier: Apache-2.0
// Where a feed was left, as text: "orders/1?from=2026-11-23T03:30:13Z&token=...". Pure. The text comes back
// from storage and is believed only as far as it parses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/time.hpp"

namespace forestall::amazon {

// A name, a version and a few fields of text.
class CursorText {
 public:
  CursorText(std::string_view name, int version) : name_(name), version_(version) {}
  // conflict (begin again from the empty cursor) for anything that str() does not write, for another
  // version, and for more than 16 KiB.
  static Result<CursorText> parse(std::string_view text);

  CursorText& set(std::string_view field, std::string_view value);
  CursorText& set(std::string_view field, Instant value) { return set(field, to_string(value)); }
  CursorText& set(std::string_view field, std::uint64_t value) { return set(field, std::to_string(value)); }

  bool is(std::string_view name, int version) const { return name_ == name && version_ == version; }
  std::optional<std::string> text(std::string_view field) const;
  std::optional<Instant> instant(std::string_view field) const;  // nullopt also where it is none
  std::optional<std::uint64_t> number(std::string_view field) const;
  std::string str() const;

 private:
  std::string name_;
  int version_;
  std::vector<std::pair<std::string, std::string>> fields_;
};

// Notices paging in a circle with a constant amount of memory, so that it fits in a cursor (R. P. Brent, "An
// improved Monte Carlo factorization algorithm", 1980): the token of the last page whose number is a power of
// two is kept, and every later token is compared with it.
struct PageChain {
  std::uint64_t pages = 0;
  std::uint64_t kept = 0;  // hash of a token

  // With the token of the next page. parse where it was seen before, or where there are more than `most`.
  Status follow(std::string_view next_token, std::uint64_t most);
  void write(CursorText& to) const;
  static std::optional<PageChain> read(const CursorText& from);
  friend bool operator==(const PageChain&, const PageChain&) = default;
};

}  // namespace forestall::amazon
