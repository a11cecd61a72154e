// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/budget/streak.hpp"

#include <algorithm>

#include "daemon/guard/budget/limit.hpp"

namespace forestall::guard::budget {
namespace {

std::string field_of(std::string_view account, std::string_view listing) {
  return std::string(account) + " " + std::string(listing);
}

bool fulfilled(const model::OrderLine& line) {
  return std::ranges::any_of(
      line.portions, [](const model::Portion& p) { return p.units > Units{} && p.shipped_at.has_value(); });
}

bool cancelled(const model::OrderLine& line) {
  return line.cancelled && line.cancelled->units >= line.ordered &&
         counts(line.cancelled->by, line.cancelled->reason) == Counts::yes;
}

}  // namespace

void StreakBook::put(const model::OrderUpsert& order, Instant now) {
  if (order.placed_at <= now - keep_) return;
  for (const auto& line : order.lines) {
    if (line.pool == model::Pool::marketplace) continue;  // the marketplace's own business
    const auto field = field_of(order.account.str(), line.listing.str());
    if (cancelled(line)) {
      listings_[field].cancelled[order.id.str()] = order.placed_at;
      continue;
    }
    if (const auto at = listings_.find(field); at != listings_.end())
      at->second.cancelled.erase(order.id.str());
    if (!fulfilled(line)) continue;
    auto& row = listings_[field];
    row.fulfilled = std::max(row.fulfilled, order.placed_at);
    std::erase_if(row.cancelled, [&](const auto& one) { return one.second < row.fulfilled; });
  }
}

Streak StreakBook::streak(const std::string& field, const Row& row, Instant now, Millis within) const {
  const Millis counted = std::min(within, keep_);
  Streak s{.listing = field};
  for (const auto& [order, placed] : row.cancelled) {
    if (placed < row.fulfilled || placed <= now - counted) continue;
    ++s.cancels;
    s.newest = std::max(s.newest, placed);
  }
  return s;
}

std::vector<Streak> StreakBook::at_least(std::size_t least, Instant now, std::size_t most,
                                         Millis within) const {
  std::vector<Streak> found;
  for (const auto& [field, row] : listings_) {
    if (row.cancelled.size() < least) continue;
    if (auto s = streak(field, row, now, within); s.cancels >= least) found.push_back(std::move(s));
  }
  std::ranges::sort(found, [](const Streak& a, const Streak& b) {
    return a.cancels != b.cancels ? a.cancels > b.cancels : a.listing < b.listing;
  });
  if (found.size() > most) found.resize(most);
  return found;
}

std::map<std::string, std::size_t> StreakBook::count(std::size_t least, Instant now) const {
  std::map<std::string, std::size_t> by_account;
  for (const auto& [field, row] : listings_)
    if (row.cancelled.size() >= least && streak(field, row, now, keep_).cancels >= least)
      ++by_account[field.substr(0, field.find(' '))];
  return by_account;
}

std::size_t StreakBook::of(std::string_view account, std::string_view listing, Instant now) const {
  const auto at = listings_.find(field_of(account, listing));
  return at == listings_.end() ? 0 : streak(at->first, at->second, now, keep_).cancels;
}

void StreakBook::forget(Instant now) {
  for (auto at = listings_.begin(); at != listings_.end();) {
    auto& row = at->second;
    std::erase_if(row.cancelled, [&](const auto& one) { return one.second <= now - keep_; });
    at = row.cancelled.empty() && row.fulfilled <= now - keep_ ? listings_.erase(at) : std::next(at);
  }
}

}  // namespace forestall::guard::budget
