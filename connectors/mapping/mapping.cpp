// SPDX-License-Identifier: Apache-2.0
#include "connectors/mapping/mapping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "config/base/text.hpp"

namespace forestall::mapping {
namespace {

constexpr auto key_of = [](const auto& entry) { return std::tie(entry.account, entry.listing); };

}  // namespace

std::optional<std::uint32_t> Mapping::index_of(const AccountId& account) const {
  const auto found = index_.find(account);
  if (found == index_.end()) return std::nullopt;
  return found->second;
}

std::span<const Mapping::Entry> Mapping::find(const AccountId& account, const ListingId& listing) const {
  const auto index = index_of(account);
  if (!index) return {};
  const auto range = std::ranges::equal_range(entries_, std::tie(*index, listing), {}, key_of);
  return {range.begin(), range.end()};
}

const Mapping::Ambiguous* Mapping::find_ambiguous(const AccountId& account, const ListingId& listing) const {
  const auto index = index_of(account);
  if (!index) return nullptr;
  const auto range = std::ranges::equal_range(ambiguous_, std::tie(*index, listing), {}, key_of);
  return range.empty() ? nullptr : &range.front();
}

std::size_t Mapping::listings() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i)
    if (i == 0 || key_of(entries_[i - 1]) != key_of(entries_[i])) ++count;
  return count;
}

Mapping Mapping::take_ambiguous() {
  Mapping taken;
  taken.accounts_ = accounts_;
  taken.index_ = index_;
  taken.ambiguous_ = std::exchange(ambiguous_, {});
  return taken;
}

std::string_view found_name(Found found) {
  switch (found) {
    case Found::by_file:
      return "by_file";
    case Found::by_equal_text:
      return "by_equal_text";
    case Found::unmapped:
      return "unmapped";
    case Found::ambiguous:
      return "ambiguous";
  }
  return "unmapped";
}

Resolution resolve(const Mapping& mapping, const AccountId& account, const ListingId& listing,
                   bool equal_sku_known) {
  // A listing that the file speaks of is the file's, even where it speaks badly: equal text must not step in
  // for a bundle with a broken row.
  if (const auto* ambiguous = mapping.find_ambiguous(account, listing))
    return {Found::ambiguous, {}, ambiguous->reason};
  if (const auto rows = mapping.find(account, listing); !rows.empty()) {
    Resolution found{Found::by_file, {}, {}};
    for (const auto& row : rows) found.components.push_back(row.component);
    return found;
  }
  if (equal_sku_known)
    if (auto sku = SkuId::parse(listing.str()))
      return {Found::by_equal_text, {{std::move(*sku), Units(1)}}, {}};
  return {Found::unmapped,
          {},
          fmt::format("no row of the mapping file and no SKU \"{}\"", printable(listing.str(), 80))};
}

}  // namespace forestall::mapping
