// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/breaker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace forestall::guard {

void Breaker::forget(Instant before) {
  while (!window_.empty() && window_.front().at <= before) {
    const auto& oldest = window_.front();
    units_ -= oldest.units;
    if (const auto at = by_listing_.find(oldest.listing); --at->second == 0) by_listing_.erase(at);
    window_.pop_front();
  }
}

std::size_t Breaker::changed(Instant now, Millis interval) {
  forget(now - interval);
  return by_listing_.size();
}

void Breaker::reset() {
  window_.clear();
  by_listing_.clear();
  units_ = Units{};
  why_.clear();
}

bool Breaker::admit(const Change& change, const config::BreakerSettings& settings, std::size_t listings,
                    Instant now) {
  if (change.explained_by_orders) return true;
  const auto already = changed(now, settings.interval);
  const auto then = already + (by_listing_.contains(change.listing) ? 0 : 1);
  // A share of few listings would be less than one: the canary is what may always be tried.
  const auto share = static_cast<std::size_t>(std::floor(settings.share * static_cast<double>(listings)));
  const auto most = std::min<std::size_t>(settings.listings, std::max<std::size_t>(share, settings.canary));
  const auto interval = duration_text(settings.interval);
  if (then > most) {
    why_ = fmt::format("{} listings in {}, at most {}", then, interval, most);
    return false;
  }
  if (units_ + change.units > settings.units) {
    why_ = fmt::format("{} units in {}, at most {}", (units_ + change.units).count(), interval,
                       settings.units.count());
    return false;
  }
  window_.push_back({now, change.listing, change.units});
  ++by_listing_[change.listing];
  units_ += change.units;
  return true;
}

bool WriterWatch::contradicted(const std::string& listing, Instant now) {
  std::erase_if(seen_, [&](const auto& entry) { return entry.second <= now - within; });
  seen_[listing] = now;
  return seen_.size() >= enough;
}

}  // namespace forestall::guard
