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
  forget_as_of_ = now;
  forget_next_ = 0;
  forget_buckets_ = by_listing_.bucket_count();
}

void SalesBook::forget_some() {
  constexpr std::size_t at_once = 1000;
  if (!forget_as_of_) return;
  // The table has grown meanwhile, and everything has another place.
  if (forget_buckets_ != by_listing_.bucket_count()) forget(*forget_as_of_);
  std::vector<std::string> empty;
  for (std::size_t n = 0; n < at_once && forget_next_ < forget_buckets_; ++n, ++forget_next_)
    for (auto at = by_listing_.begin(forget_next_); at != by_listing_.end(forget_next_); ++at) {
      forget(at->second, *forget_as_of_);
      if (at->second.lines.empty()) empty.push_back(at->first);
    }
  for (const auto& field : empty) by_listing_.erase(field);
  if (forget_next_ == forget_buckets_) forget_as_of_.reset();
}

void SalesBook::forget(OfListing& of, Instant now) {
  const auto old = [&](const Line& l) { return std::max(l.placed_at, l.cancelled_at) <= now - keep; };
  if (!std::ranges::any_of(of.lines, old)) return;
  std::vector<Line> kept;
  for (auto entry = of.at.begin(); entry != of.at.end();) {
    const auto& line = of.lines[entry->second];
    if (old(line)) {
      entry = of.at.erase(entry);
      continue;
    }
    entry->second = static_cast<std::uint32_t>(kept.size());
    kept.push_back(line);
    ++entry;
  }
  of.lines = std::move(kept);
}

std::size_t SalesBook::lines() const {
  std::size_t n = 0;
  for (const auto& [field, lines] : by_listing_) n += lines.lines.size();
  return n;
}

}  // namespace forestall::acting
