// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/names.hpp"

#include <algorithm>
#include <array>

namespace forestall::ledger {
namespace {

std::string_view kind_word(NameKind kind) {
  static constexpr std::array<std::string_view, 4> words = {"account", "location", "feed", "source"};
  return words[static_cast<std::size_t>(kind)];
}

}  // namespace

std::string qualified(NameKind kind, std::string_view name) {
  return std::string(kind_word(kind)) + ":" + std::string(name);
}

std::string feed_name(const SourceId& source, const LocationId& location) {
  return source.str() + " " + location.str();  // a source is a slug: no space in it
}

std::optional<std::int64_t> Names::number(NameKind kind, std::string_view name) const {
  const auto found = numbers_.find(qualified(kind, name));
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

std::string_view Names::name(NameKind kind, std::int64_t number) const {
  const auto found = names_.find({std::string(kind_word(kind)), number});
  return found == names_.end() ? std::string_view() : std::string_view(found->second);
}

void Names::add(std::string_view qualified_name, std::int64_t number) {
  const auto colon = qualified_name.find(':');
  if (colon == std::string_view::npos || colon == 0) return;  // "#account": a counter, not a name
  if (qualified_name.front() == '#') return;
  numbers_.insert_or_assign(std::string(qualified_name), number);
  names_.insert_or_assign({std::string(qualified_name.substr(0, colon)), number},
                          std::string(qualified_name.substr(colon + 1)));
}

void add_name(const Names& names, NameKind kind, std::string_view name, std::vector<std::string>& missing) {
  if (names.number(kind, name)) return;
  auto full = qualified(kind, name);
  if (std::ranges::find(missing, full) == missing.end()) missing.push_back(std::move(full));
}

}  // namespace forestall::ledger
