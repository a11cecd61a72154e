// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/said.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "config/base/text.hpp"
#include "daemon/ledger/pack.hpp"

namespace forestall::ledger {
namespace {

// The numbers that the functions keep apart: a place is location * 4 + pool.
constexpr std::int64_t pools = 4;

struct Reading {
  std::int64_t at = -1;
  std::optional<Units> units{};
  bool count = false;
};

}  // namespace

SaidBy::SaidBy(const Names& names, const SourceId& source, const LocationId& location, model::Pool pool)
    : names_(names),
      feed_(names.number(NameKind::feed, feed_name(source, location))),
      location_(names.number(NameKind::location, location.str())),
      pool_(static_cast<std::int64_t>(pool)) {}

std::optional<std::int64_t> SaidBy::location_of(std::int64_t feed) {
  const auto [at, fresh] = locations_.try_emplace(feed);
  if (fresh) {
    const auto name = names_.name(NameKind::feed, feed);
    if (const auto space = name.find(' '); space != std::string_view::npos)
      at->second = names_.number(NameKind::location, name.substr(space + 1));
  }
  return at->second;
}

Result<std::optional<Said>> SaidBy::of(std::string_view sku, std::string_view record) {
  if (!feed_ || !location_) return std::nullopt;
  Unpacker u(record);
  for (int before_readings = 0; before_readings < 3; ++before_readings) u.skip();
  const auto values = u.array();
  if (values % 5 != 0) u.fail("readings that are not fives");
  std::vector<std::int64_t> read;  // locations that somebody speaks for
  Reading newest;
  for (std::size_t i = 0; i < values / 5 && u.ok(); ++i) {
    const auto id = u.integer();
    u.skip();  // version
    const auto at = u.integer();
    std::optional<Units> units;
    if (!u.absent()) units = Units(u.integer());
    u.skip();  // doubts
    if (id < 0 || at < 0 || (units && !in_range(*units))) u.fail("a reading out of range");
    if (!u.ok()) break;
    const bool count = id % 2 == 1;
    const auto location = location_of(id / 2);
    if (!location) continue;
    read.push_back(*location);
    if (id / 2 != *feed_ && !(count && *location == *location_)) continue;
    // Of two for one instant the count speaks, as in the functions.
    if (at > newest.at || (at == newest.at && count)) newest = {at, units, count};
  }
  Units committed{};
  const auto commits = u.array();
  if (commits % 4 != 0) u.fail("commitments that are not fours");
  for (std::size_t i = 0; i < commits / 4 && u.ok(); ++i) {
    const auto place = u.integer();
    u.skip();
    u.skip();
    const Units units(u.integer());
    if (place < 0 || !in_range(units)) u.fail("a commitment out of range");
    if (!u.ok() || place % pools != pool_) continue;
    // What stands nowhere yet, or where nobody reads, may be taken from any place.
    if (place / pools != *location_ && std::ranges::find(read, place / pools) != read.end()) continue;
    committed += units;
  }
  if (!u.ok()) return std::unexpected(u.error("what is stored of " + printable(sku, 80)));
  if (newest.at < 0 || !newest.units) return std::nullopt;
  return Said{.on_hand = *newest.units, .committed = committed, .true_at = Instant(Millis(newest.at))};
}

}  // namespace forestall::ledger
