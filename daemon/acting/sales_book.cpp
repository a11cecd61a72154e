// SPDX-License-Identifier: Apache-2.0
#include "daemon/acting/sales_book.hpp"

#include <algorithm>

#include "daemon/journal/codec.hpp"

namespace forestall::acting {

std::vector<SalesBook::News> SalesBook::put(const model::OrderUpsert& order, Instant now) {
  std::vector<News> news;
  for (const auto& line : order.lines) {
    if (line.pool != model::Pool::own) continue;
    const Instant cancelled_at = line.cancelled ? line.cancelled->at : Instant{};
    if (std::max(order.placed_at, cancelled_at) <= now - keep) continue;
    auto& of = by_listing_[journal::field_of(order.account, line.listing)];
    const auto [found, fresh] = of.at.try_emplace(order.id.str() + "\x1f" + line.id.str(),
                                                  static_cast<std::uint32_t>(of.lines.size()));
    if (fresh) of.lines.emplace_back();
    auto* const at = &of.lines[found->second];
    const Units cancelled = line.cancelled ? line.cancelled->units : Units{};
    if (line.ordered > at->units || cancelled > at->cancelled)
      news.push_back({line.listing, order.placed_at, std::max(Units{}, line.ordered - at->units),
                      std::max(Units{}, cancelled - at->cancelled), cancelled_at});
    at->placed_at = order.placed_at;
    at->units = line.ordered;
    at->cancelled = cancelled;
    at->cancelled_at = cancelled_at;
  }
  return news;
}

Units SalesBook::sold(const std::string& field, Instant after) const {
  Units units;
  if (const auto at = by_listing_.find(field); at != by_listing_.end())
    for (const auto& line : at->second.lines)
      if (line.placed_at > after) units += line.units;
  return units;
}

Units SalesBook::cancelled(const std::string& field, Instant after) const {
  Units units;
  if (const auto at = by_listing_.find(field); at != by_listing_.end())
    for (const auto& line : at->second.lines)
      if (line.cancelled_at > after) units += line.cancelled;
  return units;
}

void SalesBook::forget(Instant now) {
  for (auto at = by_listing_.begin(); at != by_listing_.end();) {
    auto& [lines, by_id] = at->second;
    const auto old = [&](const Line& l) { return std::max(l.placed_at, l.cancelled_at) <= now - keep; };
    if (std::ranges::any_of(lines, old)) {
      std::vector<Line> kept;
      for (auto entry = by_id.begin(); entry != by_id.end();) {
        const auto& line = lines[entry->second];
        if (old(line)) {
          entry = by_id.erase(entry);
          continue;
        }
        entry->second = static_cast<std::uint32_t>(kept.size());
        kept.push_back(line);
        ++entry;
      }
      lines = std::move(kept);
    }
    at = lines.empty() ? by_listing_.erase(at) : std::next(at);
  }
}

std::size_t SalesBook::lines() const {
  std::size_t n = 0;
  for (const auto& [field, lines] : by_listing_) n += lines.lines.size();
  return n;
}

}  // namespace forestall::acting
