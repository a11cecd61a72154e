// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/feed_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace forestall::polling {
namespace {

std::size_t share_of(double share, std::size_t of) {
  return static_cast<std::size_t>(share * static_cast<double>(of));
}

}  // namespace

bool unexplained_zero(const std::optional<KnownStock>& before, const model::StockLevel& reading) {
  if (!reading.on_hand || *reading.on_hand > Units(0)) return false;
  return before && before->on_hand > Units(0) && before->committed < before->on_hand;
}

bool jumped(const std::optional<KnownStock>& before, const model::StockLevel& reading) {
  if (!before || !reading.on_hand || before->on_hand <= Units(0) || *reading.on_hand <= Units(0))
    return false;
  constexpr Units least(3);
  const auto now = *reading.on_hand;
  if (now > before->on_hand) return now > before->on_hand * 2 && now - before->on_hand >= least;
  const auto explained = before->on_hand - std::max(Units(0), before->committed);
  return now * 2 < explained && explained - now >= least;
}

FeedWatch::FeedWatch(const config::StockSettings& settings, std::size_t known_skus, bool snapshot,
                     std::size_t zeros)
    : most_zeros_(std::max<std::size_t>(
          1, std::min<std::size_t>(settings.max_zeroed, share_of(settings.max_zeroed_share, known_skus)))),
      zeros_(zeros),
      known_(known_skus),
      jumped_share_(settings.max_jumped_share),
      missing_share_(settings.max_missing_share),
      snapshot_(snapshot) {}

std::optional<std::string> FeedWatch::doubt(const PageCounts& page,
                                            const std::optional<ports::SnapshotSize>& size) {
  if (size && size->before > size->named) {
    const auto missing = size->before - size->named;
    const auto most = std::max(always_missing, share_of(missing_share_, size->before));
    if (missing > most) return fmt::format("{} of {} SKUs are missing, {} may", missing, size->before, most);
  }
  const auto rows = page.read + page.unreadable;
  if (page.unreadable >= enough_rows && page.unreadable > rows / 2)
    return fmt::format("{} of {} rows cannot be read", page.unreadable, rows);
  zeros_ += page.zeros;
  if (zeros_ > most_zeros_)
    return fmt::format("{} SKUs fall to zero and no order explains it, {} may", zeros_, most_zeros_);
  // Of a snapshot each page is a sample; a feed of changes names only what changed.
  jumped_ += page.jumped;
  const auto jumps = snapshot_ ? page.jumped : jumped_;
  const auto of = snapshot_ ? page.comparable : known_;
  if (jumps >= enough_rows / 2 && of >= enough_rows && jumps > share_of(jumped_share_, of))
    return fmt::format("{} of {} SKUs jump to more than twice or less than half of what they were", jumps,
                       of);
  return std::nullopt;
}

}  // namespace forestall::polling
