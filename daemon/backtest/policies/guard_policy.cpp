// SPDX-License-Identifier: Apache-2.0
// What the guard decides: facts to a problem, the planner's steps to writes.
#include "daemon/backtest/policies/guard_policy.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "daemon/guard/demand/offer_demand.hpp"
#include "forecasting/targets/slots.hpp"

namespace forestall::backtest {

namespace fc = forecasting;
using world::ChannelIndex;
using world::World;

namespace {
constexpr double hours_a_day = 24;
Millis in_days(double days) {
  return std::chrono::duration_cast<Millis>(std::chrono::duration<double, std::ratio<86400>>(days));
}
double days(Millis length) { return std::chrono::duration<double, std::ratio<86400>>(length).count(); }
}  // namespace

GuardPolicy::GuardPolicy(const World& world, GuardSettings settings, DemandBook demand)
    : settings_(std::move(settings)),
      demand_(std::move(demand)),
      channels_(world.catalogue().channels),
      skus_(world.catalogue().skus),
      books_(world.catalogue().listings()),
      written_(world.catalogue().listings()),
      spans_(channels_),
      cursors_(channels_),
      due_(channels_),
      awaiting_(channels_),
      law_(settings_.losses.law()) {
  if (world.catalogue().listings() != world.catalogue().skus * channels_ ||
      settings_.poll_every.size() != channels_ || settings_.writes.size() != channels_ ||
      channels_ > fc::max_listings)
    throw std::logic_error("the guard needs every SKU alone on every channel, and settings for each");
  Millis slowest{0};
  for (const auto& rules : world.scenario().channels) slowest = std::max(slowest, rules.live_after);
  for (ChannelIndex c = 0; c < channels_; ++c) {
    // A sale waits half a poll on average; which channel makes it follows the shares.
    blind_ += std::chrono::duration_cast<Millis>(
        demand_.share(c) *
        (settings_.poll_every[c] / 2.0 + world.scenario().channels[c].visible_after + slowest));
    next_poll_.push_back(world.now() + settings_.poll_every[c]);
    watermark_.push_back(world.now());
  }
  follow_ = demand_.after_a_sale(world, blind_);
  next_day_ = std::chrono::floor<std::chrono::days>(world.now()) + std::chrono::days{1};
  for (world::ListingIndex l = 0; l < books_.size(); ++l) {
    books_[l].reading(world.listed(l), world.now() - Millis{1});
    books_[l].watermark(world.now());
  }
  for (world::SkuIndex s = 0; s < skus_.size(); ++s) {
    skus_[s].available = world.initial_stock(s);
    touch(s);
  }
}

Instant GuardPolicy::next_wake() const {
  Instant next = *std::ranges::min_element(next_poll_);
  for (const auto& due : due_)
    if (!due.empty()) next = std::min(next, due.front().due);
  return next;
}

void GuardPolicy::sweep(const World& world) {
  if (world.now() < next_sweep_) return;
  next_sweep_ = world.now() + settings_.sweep_every;
  for (world::SkuIndex s = 0; s < skus_.size(); ++s)
    if (skus_[s].split) touch(s);
}

void GuardPolicy::wake(const World& world, std::vector<world::Write>& writes) {
  pass_day(world);
  read_back(world);
  for (ChannelIndex c = 0; c < channels_; ++c) {
    if (next_poll_[c] > world.now()) continue;
    next_poll_[c] += settings_.poll_every[c];
    poll(world, c);
  }
  see_stock(world);
  sweep(world);
  if (!dirty_.empty())
    for (ChannelIndex c = 0; c < channels_; ++c)
      spans_[c] = guard::offer_span(demand_.model(),
                                    {.seen_until = watermark_[c],
                                     .flight = world.scenario().channels[c].live_after,
                                     .closed = closed_for(world, c),
                                     .share = demand_.share(c)},
                                    world.now());
  for (const world::SkuIndex s : dirty_) {
    skus_[s].dirty = false;
    decide(world, s, writes);
  }
  dirty_.clear();
}

std::int32_t GuardPolicy::usable(const Sku& sku) const {
  const std::int32_t books = std::max(0, sku.available);
  if (sku.known_empty) return std::min(books, std::max(0, sku.since_empty));
  return std::min(books,
                  fc::usable_units(sku.belief, law_, books, 0, settings_.margin, settings_.cancel_cost));
}

// The short way of what is sold out: every listing is known to show nothing, and nothing is on its way.
bool GuardPolicy::nothing_offered(world::ListingIndex first) const {
  for (ChannelIndex c = 0; c < channels_; ++c) {
    const auto exposure = books_[first + c].exposure();
    if (!exposure.known || exposure.units > 0) return false;
  }
  return true;
}

// The short way for most sales: stock far beyond anything a blind window or one order asks for, on listings
// that show plenty of it and await nothing. The planner would answer "as wanted" or "not worth it" for each.
bool GuardPolicy::nothing_to_ask(world::SkuIndex s, std::int32_t usable,
                                 const fc::WindowDemand& later) const {
  const world::ListingIndex first = s * channels_;
  const double far = 16 + 4 * later.mean_units + 16 * std::sqrt(later.variance_units2);
  if (usable < far) return false;
  const double price = settings_.margin + settings_.caution * settings_.cancel_cost;
  if (price * demand_.model().order_size(s).excess(usable) >= settings_.write_cost * settings_.margin)
    return false;
  for (ChannelIndex c = 0; c < channels_; ++c) {
    const auto exposure = books_[first + c].exposure();
    if (exposure.pending > 0 || !exposure.known ||
        exposure.settled_units < std::max<double>(far, usable / 2.0))
      return false;
  }
  return true;
}

Millis GuardPolicy::until_receipt(const World& world, const Sku& sku, double units_per_day) const {
  const Millis lead = world.scenario().stock.lead_time;
  for (const Instant receipt : sku.receipts)
    if (settings_.knows_receipts && receipt > world.now()) return receipt - world.now();
  if (settings_.knows_receipts) return std::min(lead, settings_.unordered);
  const double before = (sku.available - units_per_day * days(lead)) / std::max(units_per_day, 1e-3);
  return lead + in_days(std::clamp(before, 0.0, 60.0));
}

// A zero sent now is live after the flight, and seen to hold by the first poll after that whose watermark has
// passed it; then a fill takes the flight again.
Millis GuardPolicy::closed_for(const World& world, ChannelIndex channel) const {
  const auto& rules = world.scenario().channels[channel];
  const Millis every = settings_.poll_every[channel];
  const Millis least = rules.live_after + rules.visible_after;
  const Millis next = next_poll_[channel] - world.now();
  return next + every * std::max<std::int64_t>(0, (least - next + every - Millis{1}) / every);
}

fc::WindowDemand GuardPolicy::receipt_demand(const fc::DemandLevel& level, Instant now, Millis length) {
  const auto last = receipt_spans_.size() - 1;
  const auto days_long = static_cast<std::size_t>(length / std::chrono::days{1});
  auto& kept = receipt_spans_[length == settings_.unordered ? last : std::min(days_long, last - 1)];
  if (kept.length != length) kept = {{}, length, {0, demand_.model().shape(length)}};
  if (kept.from != now) {
    kept.from = now;
    kept.span.exposure_hours = demand_.model().exposure_hours(now, length);
  }
  return guard::DemandModel::window(level, kept.span);
}

void GuardPolicy::decide(const World& world, world::SkuIndex s, std::vector<world::Write>& writes) {
  Sku& sku = skus_[s];
  const world::ListingIndex first = s * channels_;
  ++counts_.decisions;
  fc::StockTerms stock{usable(sku)};
  if (stock.usable_units <= 0 && nothing_offered(first)) {
    sku.regime = planner::Regime::established;
    sku.promised = true;
    sku.close = false;
    counts_.steps[static_cast<std::size_t>(planner::Why::as_wanted)] += channels_;
    return demand_.selling(s, world.now(), false);
  }
  const fc::DemandLevel level = demand_.level(s, world.now());
  const double per_day = level.mean_units_per_hour() * hours_a_day;
  const guard::Following follow = follow_.after_a_sale(per_day);
  if (sku.decided)
    stock.plenty_bias =
        guard::mind_change_cost(settings_.write_cost * settings_.margin, channels_) * (sku.split ? -1 : 1);
  guard::SkuDemand demand{.level = level,
                          .later = guard::later_demand(demand_.model(), level, blind_, follow),
                          .last_sale = sku.last_sale,
                          .follow = follow};
  if (nothing_to_ask(s, stock.usable_units, demand.later)) {
    sku.regime = planner::Regime::plenty;
    sku.promised = false;
    sku.decided = true;
    sku.split = false;
    sku.close = false;
    return demand_.selling(s, world.now(), true);
  }
  demand.until_receipt = receipt_demand(level, world.now(), until_receipt(world, sku, per_day));
  fc::Slots<planner::OfferFacts, fc::max_listings> offers;
  for (ChannelIndex c = 0; c < channels_; ++c) {
    auto& offer = offers.add();
    offer.exposure = books_[first + c].exposure();
    offer.promised = sku.promised;
    offer.unproven = settings_.lot_units > 0;
    offer.lot_units = settings_.lot_units;
    offer.order_size = &demand_.model().order_size(s);
    offer.next_order = demand_.share(c);
    guard::fill_demand(demand, spans_[c], world.now(), blind_, offer.terms);
    offer.writes = planner::way_of(settings_.writes[c], guard::units_in_flight(demand, spans_[c]));
    offer.terms.margin = settings_.margin;
    offer.terms.cancel_cost = std::max(0.0, settings_.caution * settings_.cancel_cost - settings_.margin);
    offer.terms.write_cost = settings_.write_cost * settings_.margin;
    offer.rested = world.now() - written_[first + c] >= settings_.dwell;
  }
  const planner::Problem problem{{&stock, 1}, offers.all()};
  if (!planner::make_plan(problem, plan_)) throw std::logic_error("the planner refused its facts");
  if (plan_.verdicts[0].reason != fc::Reason::nothing_to_sell) {
    sku.decided = true;
    sku.split = plan_.verdicts[0].regime == fc::Regime::scarce;
  }
  sku.regime = plan_.regimes[0];
  if (sku.regime != planner::Regime::entering) sku.promised = sku.regime == planner::Regime::established;
  const fc::Reason reason = plan_.verdicts[0].reason;
  const auto& verdict = plan_.verdicts[0];
  sku.close = reason == fc::Reason::split_pays ||
              (reason == fc::Reason::later_is_better &&
               verdict.plenty_value - verdict.scarce_value < 0.1 * settings_.margin);
  bool shown = false;
  for (ChannelIndex c = 0; c < channels_; ++c) {
    const planner::Step& step = plan_.steps[c];
    ++counts_.steps[static_cast<std::size_t>(step.why)];
    shown = shown || offers[c].exposure.settled_units > 0;
    if (!step.writes()) continue;
    planner::PendingWrite write = step.pending();
    if (write.kind == planner::WriteKind::compare_and_set) {
      // The listing is read just before it is written. What it sold unseen it has counted down itself, so the
      // change is what was decided, not the count; the exposure it adds is the same.
      const std::int32_t change = write.value - write.expected;
      write.expected = world.listed(first + c);
      write.value = std::max(0, write.expected + change);
    }
    if (!books_[first + c].sent(++number_, write, world.now())) continue;
    writes.push_back({.listing = first + c,
                      .kind = static_cast<world::WriteKind>(write.kind),
                      .value = write.value,
                      .expected = write.expected});
    written_[first + c] = world.now();
    due_[c].push_back({world.now() + world.scenario().channels[c].live_after, first + c, number_});
  }
  demand_.selling(s, world.now(), shown);
}

}  // namespace forestall::backtest
