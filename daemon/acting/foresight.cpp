// SPDX-License-Identifier: Apache-2.0
#include "daemon/acting/foresight.hpp"

#include <algorithm>

#include "daemon/guard/crossing.hpp"

namespace forestall::acting {

using namespace std::chrono_literals;

void Foresight::clear() {
  queue_.clear();
  queued_.clear();
  due_.clear();
  when_.clear();
}

bool Foresight::is_current() {
  const auto generation = floor_.seller.ledger->mirror().generation();
  if (generation == generation_) return true;
  clear();
  generation_ = generation;
  return false;
}

void Foresight::forget(std::uint32_t sku) {
  const auto at = when_.find(sku);
  if (at == when_.end()) return;
  due_.erase({at->second, sku});
  when_.erase(at);
}

void Foresight::decided(ledger::SkuRef ref) {
  is_current();
  const auto sku = static_cast<std::uint32_t>(ref);
  forget(sku);
  if (sku >= queued_.size()) queued_.resize(floor_.seller.ledger->mirror().skus());
  if (sku >= queued_.size() || queued_[sku]) return;
  queued_[sku] = true;
  queue_.push_back(sku);
}

// The hour of the next day in which most is sold, of all SKUs.
Instant Foresight::busiest(Instant now) {
  const Instant hour = std::chrono::floor<std::chrono::hours>(now);
  if (busiest_.first != hour) {
    const auto& profile = floor_.beliefs.model().profile();
    double most = -1;
    for (Instant at = hour; at < hour + horizon; at += 1h)
      if (const double factor = profile.factor(guard::demand_seconds(at)); factor > most) {
        most = factor;
        busiest_ = {hour, at};
      }
  }
  return std::max(now, busiest_.second);
}

Foresight::Sights::Sights(Foresight& foresight)
    : now(foresight.floor_.clock.now()),
      busiest(foresight.busiest(now)),
      as_is(foresight.floor_, now),
      then(foresight.floor_, busiest),
      at_last(foresight.floor_, now + horizon) {}

void Foresight::look(Sights& sights) {
  if (queue_.empty()) return;
  const auto sku = queue_.front();
  queue_.pop_front();
  queued_[sku] = false;
  ++looks_;
  const Instant now = sights.now;
  // Far from another answer: it would be the same in the busiest hour, and at the end.
  const ledger::SkuRef ref{sku};
  if (sights.as_is.fits(ref) && sights.then.fits(ref) && sights.at_last.fits(ref)) return;
  const auto answer = [&](Instant at) {
    return floor_.decide(ledger::SkuRef{sku}, guard::Detail::acts, nullptr, at);
  };
  const auto same = [](const auto& a, const auto& b) { return guard::same_answer(a, b); };
  const auto as_is = answer(now);
  if (as_is.empty()) return;
  const bool plain = std::ranges::all_of(as_is, [](const guard::Explanation& e) {
    using forecasting::Reason;
    return e.decision.reason == guard::Reason::fits &&
           (!e.plan || e.plan->verdict.reason == Reason::race_below_write ||
            e.plan->verdict.reason == Reason::one_listing);
  });
  if (plain && same(as_is, answer(sights.busiest)) && same(as_is, answer(now + horizon))) return;
  if (const auto at = guard::first_crossing(now, now + horizon, answer, same)) {
    due_.emplace(*at, sku);
    when_.emplace(sku, *at);
  }
}

std::vector<ledger::SkuRef> Foresight::due(Instant now) {
  std::vector<ledger::SkuRef> skus;
  if (!is_current()) return skus;
  while (!due_.empty() && due_.begin()->first <= now) {
    skus.push_back(ledger::SkuRef{due_.begin()->second});
    when_.erase(due_.begin()->second);
    due_.erase(due_.begin());
  }
  return skus;
}

}  // namespace forestall::acting
