// SPDX-License-Identifier: Apache-2.0
// Which SKUs a listing sells, and how many units of each: by a file, else by equal text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/ids.hpp"
#include "config/base/units.hpp"

namespace forestall::mapping {

struct Component {
  SkuId sku;
  Units units{1};  // of the SKU in one unit of the listing; at least 1

  friend bool operator==(const Component&, const Component&) = default;
};

// A row that was not taken, or that contradicts another.
struct RowProblem {
  std::uint64_t line = 0;
  std::string reason;

  friend bool operator==(const RowProblem&, const RowProblem&) = default;
};

// The listings of a file. Plain, sorted, and searched by halves: three million rows are a few hundred
// megabytes of text, so nothing is kept twice.
class Mapping {
 public:
  struct Entry {
    std::uint32_t account = 0;  // index into accounts()
    std::uint32_t line = 0;
    ListingId listing;
    Component component;
  };
  struct Ambiguous {
    std::uint32_t account = 0;
    ListingId listing;
    std::string reason;
  };

  const std::vector<AccountId>& accounts() const { return accounts_; }
  // By account, listing and line; only of listings that are not ambiguous.
  std::span<const Entry> entries() const { return entries_; }
  std::span<const Entry> find(const AccountId& account, const ListingId& listing) const;
  // Why the listing is not to be written; null where the file does not contradict itself about it.
  const Ambiguous* find_ambiguous(const AccountId& account, const ListingId& listing) const;
  std::span<const Ambiguous> ambiguous() const { return ambiguous_; }  // by account and listing
  std::size_t listings() const;                                        // with entries
  // Moves the ambiguous listings into a mapping of their own: for whoever has stored the entries elsewhere.
  Mapping take_ambiguous();

 private:
  friend class MappingBuilder;
  std::optional<std::uint32_t> index_of(const AccountId& account) const;

  std::vector<AccountId> accounts_;
  std::unordered_map<AccountId, std::uint32_t> index_;
  std::vector<Entry> entries_;
  std::vector<Ambiguous> ambiguous_;
};

struct MappingFile {
  Mapping mapping;
  std::vector<RowProblem> problems;  // by line; at most max_reported of them
  std::uint64_t problem_count = 0;
  std::uint64_t rows = 0;  // read, good or bad
  // Bad rows whose listing could not be read: any listing may lack a component because of them. A file with
  // such rows should not take the place of a good one.
  std::uint64_t unattributed = 0;
};

inline constexpr std::size_t max_reported = 1000;

// CSV, `;` or tab, UTF-8 or Windows-1252, with the header account,listing,sku[,units][,comment] in any order;
// units are 1 where the column is missing. Several rows of one listing are a bundle. A listing with a bad
// row, or with the same SKU in rows of different units, is ambiguous as a whole; a row repeated exactly is
// reported and counted once. Where `accounts` are given, a row of any other account is bad. An error (parse,
// too_large) where nothing can be read at all: no header, an open quote, a wrong encoding.
Result<MappingFile> parse_mapping(std::string_view bytes, std::span<const AccountId> accounts = {});

enum class Found : std::uint8_t {
  by_file,
  by_equal_text,
  unmapped,   // neither: the listing is reported and never written
  ambiguous,  // the file contradicts itself: the same
};
std::string_view found_name(Found found);  // "by_file"

struct Resolution {
  Found found = Found::unmapped;
  std::vector<Component> components;
  std::string reason;  // for people, where there are no components
};

// `equal_sku_known`: there is a SKU whose text is exactly the listing's.
Resolution resolve(const Mapping& mapping, const AccountId& account, const ListingId& listing,
                   bool equal_sku_known);

}  // namespace forestall::mapping
