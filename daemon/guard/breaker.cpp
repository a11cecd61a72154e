// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/breaker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace forestall::guard {
namespace {

// What an account's interval can be worth is far below; sums stay within an integer.
constexpr std::int64_t most_value = std::int64_t{1} << 60;

}  // namespace

void Breaker::forget(Instant before) {
  while (!window_.empty() && window_.front().at <= before) {
    const auto& oldest = window_.front();
    units_ -= oldest.units;
    if (oldest.value)
      value_ -= *oldest.value;
    else
      --unpriced_;
    if (const auto at = by_listing_.find(oldest.listing); --at->second == 0) by_listing_.erase(at);
    window_.pop_front();
  }
}

std::size_t Breaker::changed(Instant now, Millis interval) {
  forget(now - interval);
  return by_listing_.size();
}

void Breaker::reset() { *this = Breaker(); }

std::size_t Breaker::room(const config::BreakerSettings& settings, Instant now) const {
  if (settings.canary == 0 || proven(now)) return std::numeric_limits<std::size_t>::max();
  return settings.canary - std::min<std::size_t>(settings.canary, outstanding_.size());
}

std::string Breaker::failure(const config::BreakerSettings& settings) const {
  if (settings.canary == 0 || failed_ < settings.canary) return {};
  return fmt::format("the first {} of a change all failed", failed_);
}

void Breaker::confirmed(const std::string& listing, const config::BreakerSettings& settings, Instant now) {
  if (outstanding_.erase(listing) == 0) return;
  failed_ = 0;
  if (++confirmed_ >= settings.canary) proven_until_ = now + settings.interval;
}

void Breaker::failed(const std::string& listing) {
  if (outstanding_.erase(listing) == 0) return;
  ++failed_;
  confirmed_ = 0;
}

void Breaker::dropped(const std::string& listing) {
  outstanding_.erase(listing);
  waiting_.erase(listing);
}

Admission Breaker::admit(const Change& change, const config::BreakerSettings& settings, std::size_t listings,
                         Instant now) {
  if (change.explained_by_orders) return Admission::admitted;
  const auto already = changed(now, settings.interval);
  const auto then = already + (by_listing_.contains(change.listing) ? 0 : 1);
  // A share of few listings would be less than one: the canary is what may always be tried.
  const auto share = static_cast<std::size_t>(std::floor(settings.share * static_cast<double>(listings)));
  const auto most = std::min<std::size_t>(settings.listings, std::max<std::size_t>(share, settings.canary));
  const auto interval = duration_text(settings.interval);
  const auto refuse = [this](std::string why) {
    why_ = std::move(why);
    return Admission::refused;
  };
  if (then > most) return refuse(fmt::format("{} listings in {}, at most {}", then, interval, most));
  if (units_ + change.units > settings.units)
    return refuse(fmt::format("{} units in {}, at most {}", (units_ + change.units).count(), interval,
                              settings.units.count()));
  const auto value = change.value
                         ? std::optional(std::clamp<std::int64_t>(*change.value, 0, most_value / 1024))
                         : std::nullopt;
  if (settings.value && value && value_ + *value > settings.value->minor())
    return refuse(fmt::format("{} in {}, at most {}",
                              to_string(Money(value_ + *value, settings.value->currency())), interval,
                              to_string(*settings.value)));
  // A batch that is over, with nothing under way for an interval, proves nothing about the next one.
  if (outstanding_.empty() && window_.empty()) confirmed_ = 0;
  if (room(settings, now) == 0 && !outstanding_.contains(change.listing)) {
    // So many wait that the limit will be exceeded: nothing is gained by changing as many as it allows first.
    waiting_.insert(change.listing);
    if (already + waiting_.size() > most)
      return refuse(fmt::format("{} listings to change with {} changed in {}, at most {}", waiting_.size(),
                                already, interval, most));
    return Admission::wait;
  }
  waiting_.erase(change.listing);
  if (settings.canary > 0 && !proven(now)) outstanding_.insert(change.listing);
  window_.push_back({now, change.listing, change.units, value});
  ++by_listing_[change.listing];
  units_ += change.units;
  if (value)
    value_ += *value;
  else
    ++unpriced_;
  return Admission::admitted;
}

bool WriterWatch::contradicted(const std::string& listing, Instant now) {
  std::erase_if(seen_, [&](const auto& entry) { return entry.second <= now - within; });
  seen_[listing] = now;
  return seen_.size() >= enough;
}

}  // namespace forestall::guard
