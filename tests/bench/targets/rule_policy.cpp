// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/targets/rule_policy.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace forestall::bench {

namespace fc = forecasting;
using namespace std::chrono_literals;

RulePolicy::RulePolicy(const world::World& world, RuleSettings settings)
    : settings_(std::move(settings)),
      knowledge_(world),
      channels_(world.catalogue().channels),
      skus_(world.catalogue().skus),
      offers_(world.catalogue().listings()),
      cursor_(channels_),
      is_dirty_(skus_.size()) {
  Millis slowest_live{0};
  for (const auto& c : world.scenario().channels) slowest_live = std::max(slowest_live, c.live_after);
  for (std::uint32_t c = 0; c < channels_; ++c) {
    blind_.push_back(settings_.poll_every[c] + world.scenario().channels[c].visible_after + slowest_live);
    burst_.push_back(knowledge_.burstiness(world, blind_[c]));
    next_poll_.push_back(world.now() + settings_.poll_every[c]);
    watermark_.push_back(world.now());
  }
  next_day_ = std::chrono::floor<std::chrono::days>(world.now()) + std::chrono::days{1};
  for (std::uint32_t s = 0; s < skus_.size(); ++s) {
    skus_[s].available = world.initial_stock(s);
    for (std::uint32_t c = 0; c < channels_; ++c)
      offers_[s * channels_ + c].base = world.listed(s * channels_ + c);
    touch(s);
  }
}

Instant RulePolicy::next_wake() const { return *std::ranges::min_element(next_poll_); }

void RulePolicy::touch(std::uint32_t sku) {
  if (is_dirty_[sku] != 0) return;
  is_dirty_[sku] = 1;
  dirty_.push_back(sku);
}

void RulePolicy::see_orders(const world::World& world, std::uint32_t channel) {
  const auto seen = world.orders(channel, cursor_[channel]);
  cursor_[channel] += seen.size();
  watermark_[channel] = world.watermark(channel);
  for (const auto& event : seen) {
    const auto listing = world.demand().listing[event.line];
    const auto s = DemandKnowledge::sku_of(world.catalogue(), listing);
    auto& sku = skus_[s];
    auto& offer = offers_[listing];
    switch (event.change) {
      case world::OrderChange::accepted:
        sku.available -= event.units;
        if (sku.known_empty && event.at > sku.emptied) sku.since_empty -= event.units;
        if (offer.open && event.at >= offer.live) {
          offer.after += event.units;
        } else {
          offer.base -= event.units;
        }
        fc::note_sold(sku.belief, event.units);
        knowledge_.sold(s, event.units);
        touch(s);
        break;
      case world::OrderChange::handed_over:
        if (!sku.known_empty) fc::note_picked(sku.belief, learner_.law(), std::max(0, sku.available));
        break;
      case world::OrderChange::cancelled_seller:
        sku.available += event.units;
        if (sku.known_empty && event.at > sku.emptied) sku.since_empty += event.units;
        touch(s);
        break;
      default:
        break;
    }
  }
}

void RulePolicy::see_stock(const world::World& world) {
  const auto events = world.stock_events(stock_cursor_);
  stock_cursor_ += events.size();
  for (const auto& event : events) {
    auto& sku = skus_[event.sku];
    switch (event.cause) {
      case world::StockCause::receipt:
        fc::note_receipt(sku.belief, learner_.law(), std::max(0, sku.available));
        sku.since_empty += event.delta;
        break;
      case world::StockCause::pick_failed:
        sku.known_empty = true;
        sku.since_empty = 0;
        sku.emptied = event.at;
        break;
      case world::StockCause::count:
      case world::StockCause::correction:
        if (const auto closed = fc::note_counted(sku.belief, sku.available, sku.available + event.delta, 0);
            !learner_.observe(closed)) {
          throw std::logic_error("a count gave an interval that cannot be");
        }
        sku.known_empty = false;
        break;
    }
    sku.available += event.delta * (event.cause != world::StockCause::pick_failed);
    touch(event.sku);
  }
}

void RulePolicy::pass_day(const world::World& world) {
  if (world.now() < next_day_) return;
  next_day_ += std::chrono::days{1};
  for (std::uint32_t s = 0; s < skus_.size(); ++s) {
    double listed = 0;
    for (std::uint32_t c = 0; c < channels_; ++c)
      if (offers_[s * channels_ + c].exposure() > 0) listed += knowledge_.share(c);
    knowledge_.pass_day(s, listed);
    // The seller's own purchase orders: when the next receipt is due.
    const int on_order = world.stock().on_order(s);
    if (on_order > 0 && skus_[s].on_order == 0)
      skus_[s].receipt = world.now() + world.scenario().stock.lead_time;
    skus_[s].on_order = on_order;
  }
}

void RulePolicy::write(const world::World& world, std::uint32_t listing, int value,
                       std::vector<world::Write>& writes) {
  auto& offer = offers_[listing];
  const Instant live = world.now() + world.scenario().channels[listing % channels_].live_after;
  writes.push_back({.listing = listing, .value = value});
  if (offer.open) offer.base = offer.exposure();
  offer.open = true, offer.live = live, offer.value = value, offer.after = 0;
}

void RulePolicy::decide(const world::World& world, std::uint32_t s, std::vector<world::Write>& writes) {
  auto& sku = skus_[s];
  const std::uint32_t first = s * channels_;
  bool unresolved = false;
  for (std::uint32_t c = 0; c < channels_; ++c) {
    auto& offer = offers_[first + c];
    if (offer.open && watermark_[c] >= offer.live) {
      offer.base = std::max(0, offer.value - offer.after), offer.open = false;
    }
    offer.base = std::max(offer.base, 0);
    unresolved = unresolved || offer.open;
  }
  const double k = settings_.cancel_cost;
  int usable = sku.known_empty
                   ? std::max(0, sku.since_empty)
                   : fc::usable_units(sku.belief, learner_.law(), std::max(0, sku.available), 0, 1, k);
  usable = std::min(usable, std::max(0, sku.available));

  const double rate = knowledge_.units_per_day(s);
  Millis horizon = world.scenario().stock.lead_time;
  if (sku.on_order > 0 && sku.receipt > world.now()) {
    horizon = sku.receipt - world.now();
  } else if (sku.on_order == 0) {
    const double lead = DemandKnowledge::in_days(horizon);
    const double days = std::clamp((sku.available - rate * lead) / std::max(rate, 1e-3), 0.0, 60.0);
    horizon += std::chrono::duration_cast<Millis>(std::chrono::duration<double, std::ratio<86400>>(days));
  }
  std::array<fc::ListingTerms, 4> terms;
  for (std::uint32_t c = 0; c < channels_; ++c) {
    auto& t = terms[c];
    const double level = 1 / knowledge_.known_units(s);
    const double mean = rate * knowledge_.share(c) * knowledge_.exposure_days(world.now(), horizon);
    t.until_receipt = {mean, 1.3 * mean + level * mean * mean};
    const double blind = rate * knowledge_.share(c) * knowledge_.exposure_days(world.now(), blind_[c]);
    t.blind = {blind, burst_[c] * blind + level * blind * blind};
    t.cancel_cost = k;
    t.write_cost = settings_.write_cost;
    t.exposure_units = offers_[first + c].exposure();
  }
  const fc::StockTerms stock{usable};
  fc::SkuVerdict verdict;
  std::array<fc::ListingTarget, 4> targets;
  const auto offered = std::span(terms).first(channels_);
  if (!fc::choose_targets({&stock, 1}, offered, {&verdict, 1}, std::span(targets).first(channels_))) return;
  if (unresolved) waiting_.push_back(s);

  if (verdict.regime == fc::Regime::plenty) {
    for (std::uint32_t c = 0; c < channels_; ++c) {
      const auto& offer = offers_[first + c];
      const int want = targets[c].units;
      if (offer.open ? want <= offer.exposure() : offer.base == want) continue;
      write(world, first + c, want, writes);
      waiting_.push_back(s);
    }
    return;
  }
  int shown = 0;
  std::uint32_t anchor = 0;
  for (std::uint32_t c = 0; c < channels_; ++c) {
    shown += terms[c].exposure_units;
    if (targets[c].units > targets[anchor].units) anchor = c;
  }
  const bool entering = shown > usable;
  for (std::uint32_t c = 0; c < channels_; ++c) {
    const auto& offer = offers_[first + c];
    const int want = targets[c].units;
    if (terms[c].exposure_units > want &&
        (usable == 0 || !(entering && c == anchor && terms[c].exposure_units <= usable))) {
      if (offer.open && offer.value == 0) continue;
      write(world, first + c, 0, writes);
    } else if (!offer.open && offer.base < want && !entering) {
      if (offer.base > 0) {
        write(world, first + c, 0, writes);
      } else {
        const int fill = std::min(want, usable - shown);
        if (fill <= 0) continue;
        shown += fill;
        write(world, first + c, fill, writes);
      }
    } else {
      continue;
    }
    waiting_.push_back(s);
  }
}

void RulePolicy::wake(const world::World& world, std::vector<world::Write>& writes) {
  pass_day(world);
  for (std::uint32_t c = 0; c < channels_; ++c) {
    if (next_poll_[c] > world.now()) continue;
    next_poll_[c] += settings_.poll_every[c];
    see_orders(world, c);
  }
  see_stock(world);
  std::vector<std::uint32_t> again;
  again.swap(waiting_);
  for (const auto s : again) {
    bool ready = false, still = false;
    for (std::uint32_t c = 0; c < channels_; ++c) {
      const auto& offer = offers_[s * channels_ + c];
      ready = ready || (offer.open && watermark_[c] >= offer.live);
      still = still || offer.open;
    }
    if (ready) {
      touch(s);
    } else if (still && is_dirty_[s] == 0) {
      waiting_.push_back(s);
    }
  }
  for (const auto s : dirty_) {
    is_dirty_[s] = 0;
    decide(world, s, writes);
  }
  dirty_.clear();
}

}  // namespace forestall::bench
