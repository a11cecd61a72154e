// SPDX-License-Identifier: Apache-2.0
#include "connectors/csv/header.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/base/text.hpp"

namespace forestall::csv {

Result<Header> Header::parse(std::span<const std::string_view> fields) {
  Header header;
  for (const auto field : fields) {
    auto name = to_lower(trim(field));
    if (name.empty())
      return fail(ErrorCode::parse, fmt::format("column {} of the header has no name", header.size() + 1));
    if (header.find(name))
      return fail(ErrorCode::parse, fmt::format("the column \"{}\" stands twice", printable(name, 60)));
    header.names_.push_back(std::move(name));
  }
  return header;
}

std::optional<std::size_t> Header::find(std::string_view name) const {
  const auto found = std::ranges::find(names_, to_lower(trim(name)));
  if (found == names_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names_.begin());
}

Status Header::only(std::span<const std::string_view> known) const {
  for (const auto& name : names_) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const auto near = nearest_word(name, known);
    return fail(ErrorCode::parse, fmt::format("unknown column \"{}\"{}", printable(name, 60),
                                              near ? fmt::format(", did you mean \"{}\"?", *near) : ""));
  }
  return {};
}

Result<std::size_t> Header::require(std::string_view name) const {
  if (const auto column = find(name)) return *column;
  return fail(ErrorCode::not_found, fmt::format("no column \"{}\"; the columns are: {}", printable(name, 60),
                                                printable(fmt::format("{}", fmt::join(names_, ", ")), 300)));
}

}  // namespace forestall::csv
