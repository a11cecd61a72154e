// SPDX-License-Identifier: Apache-2.0
// Numbers for names that recur in every record: accounts, locations, stock feeds. Redis gives them, once and
// for ever; this is the daemon's copy.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/ids.hpp"

namespace forestall::ledger {

enum class NameKind : std::uint8_t { account, location, feed, source };

// The name as the library's `intern` takes it: "account:amazon-us", "feed:wms berlin".
std::string qualified(NameKind kind, std::string_view name);
// A feed is what one source says about one location.
std::string feed_name(const SourceId& source, const LocationId& location);

class Names {
 public:
  // Number 1 and up; nullopt for a name nobody interned.
  std::optional<std::int64_t> number(NameKind kind, std::string_view name) const;
  // Empty for a number that was never given.
  std::string_view name(NameKind kind, std::int64_t number) const;
  void add(std::string_view qualified_name, std::int64_t number);
  std::size_t size() const { return numbers_.size(); }

 private:
  std::map<std::string, std::int64_t, std::less<>> numbers_;
  std::map<std::pair<std::string, std::int64_t>, std::string> names_;
};

// Adds the name to those that have to be interned, unless it has its number.
void add_name(const Names& names, NameKind kind, std::string_view name, std::vector<std::string>& missing);

}  // namespace forestall::ledger
