// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/daemon/guard/planner/adversary.hpp"

#include "daemon/backtest/world/draws.hpp"

namespace forestall::planner {

namespace fc = forecasting;

Adversary::Adversary(std::vector<std::int32_t> stock, std::vector<AdversaryListing> listings,
                     ExposureRule rule, bool remembers)
    : rule_(rule),
      remembers_(remembers),
      listings_(std::move(listings)),
      free_(stock),
      ledger_(std::move(stock)),
      books_(listings_.size()),
      unresolved_(listings_.size()) {
  for (std::size_t l = 0; l < listings_.size(); ++l) {
    shows_.push_back(listings_[l].shows);
    books_[l].reading(shows_[l], tick(), rule_);
    books_[l].watermark(tick(), rule_);
  }
}

void Adversary::move_stock(std::vector<std::int32_t>& stock, const Order& order, std::int32_t sign) const {
  for (const auto& part : listings_[order.listing].parts) stock[part.sku] += sign * part.units * order.units;
}

bool Adversary::buy(std::size_t listing, std::int32_t units) {
  if (units < 1 || shows_[listing] < units) return false;
  shows_[listing] -= units;
  orders_.push_back({listing, units, tick(), {}, false, false, false});
  move_stock(free_, orders_.back(), -1);
  for (const std::int32_t left : free_) oversold_ = oversold_ || (established_ && left < 0);
  return true;
}

bool Adversary::cancel(std::size_t i) {
  Order& order = orders_[i];
  if (order.gone) return false;
  order.gone = true;
  order.cancelled = tick();
  move_stock(free_, order, 1);
  if (listings_[order.listing].restores) shows_[order.listing] += order.units;
  return true;
}

void Adversary::apply(const Copy& copy) {
  std::int32_t& shows = shows_[copy.listing];
  switch (copy.write.kind) {
    case WriteKind::absolute:
      shows = copy.write.value;
      break;
    case WriteKind::relative:
      shows = std::max(0, shows + copy.write.value);
      break;
    case WriteKind::compare_and_set:
      if (shows == copy.write.expected) shows = copy.write.value;
      break;
  }
}

bool Adversary::land(std::size_t i) {
  tick();
  apply(copies_[i]);
  copies_.erase(copies_.begin() + static_cast<std::ptrdiff_t>(i));
  return true;
}

bool Adversary::lose(std::size_t i) {
  copies_.erase(copies_.begin() + static_cast<std::ptrdiff_t>(i));
  return true;
}

bool Adversary::take_reading(std::size_t listing) {
  Reading reading{listing, shows_[listing], tick(), {}};
  for (const std::uint32_t number : unresolved_[listing])
    if (std::ranges::none_of(copies_, [&](const Copy& copy) { return copy.number == number; }))
      reading.settled.push_back(number);
  readings_.push_back(std::move(reading));
  return true;
}

bool Adversary::deliver_reading(std::size_t i, bool keep) {
  tick();
  const Reading reading = readings_[i];
  if (!keep) readings_.erase(readings_.begin() + static_cast<std::ptrdiff_t>(i));
  for (const std::uint32_t number : reading.settled) books_[reading.listing].settled(number, reading.at);
  books_[reading.listing].reading(reading.units, reading.at, rule_);
  return true;
}

bool Adversary::show_order(std::size_t i) {
  Order& order = orders_[i];
  if (order.seen) return false;
  order.seen = true;
  move_stock(ledger_, order, -1);
  books_[order.listing].order_seen(order.placed, order.units, rule_);
  return true;
}

bool Adversary::show_cancel(std::size_t i) {
  Order& order = orders_[i];
  if (!order.seen || !order.gone || order.gone_seen) return false;
  order.gone_seen = true;
  move_stock(ledger_, order, 1);
  if (listings_[order.listing].restores) books_[order.listing].restored(order.cancelled, order.units, rule_);
  return true;
}

bool Adversary::pass_watermark(std::size_t listing) {
  Instant passed = tick();
  for (const Order& order : orders_)
    if (order.listing == listing && !order.seen) passed = std::min(passed, order.placed);
  books_[listing].watermark(passed, rule_);
  return true;
}

bool Adversary::send(std::size_t listing, const PendingWrite& write) {
  if (!books_[listing].sent(++number_, write, tick())) return false;
  tick();  // it may land at once, but not before it was sent
  unresolved_[listing].push_back(number_);
  copies_.push_back({listing, number_, write});
  newest_.emplace_back(listing, number_);
  return true;
}

bool Adversary::resend(std::size_t listing) {
  for (auto i = copies_.size(); i-- > 0;) {
    if (copies_[i].listing != listing) continue;
    const View view = look();
    if (!stock_bears({view.skus, view.offers}, listing, copies_[i].write)) return false;
    books_[listing].sent_again(copies_[i].number, tick());
    tick();
    const Copy again = copies_[i];
    copies_.push_back(again);
    return true;
  }
  return false;
}

bool Adversary::time_out(std::size_t listing) {
  if (unresolved_[listing].empty()) return false;
  books_[listing].timed_out(unresolved_[listing].back(), rule_);
  return true;
}

Adversary::View Adversary::look() const {
  View view;
  for (const std::int32_t units : ledger_) view.skus.push_back({units});
  auto& offers = view.offers;
  offers.resize(listings_.size());
  for (std::size_t l = 0; l < offers.size(); ++l) {
    offers[l].exposure = books_[l].exposure(rule_);
    offers[l].writes = listings_[l].writes;
    offers[l].promised = established_ && remembers_;
    offers[l].terms.component_count = static_cast<std::uint8_t>(listings_[l].parts.size());
    std::ranges::copy(listings_[l].parts, offers[l].terms.components.begin());
  }
  return view;
}

void Adversary::plan(std::span<const std::int32_t> targets) {
  const auto [skus, offers] = look();
  const std::vector<fc::SkuVerdict> verdicts(skus.size(), {.regime = fc::Regime::scarce});
  Plan plan;
  plan_steps({skus, offers}, verdicts, targets, plan);
  if (!established_) {
    established_ = true;
    // Below zero the ledger says that too much was sold before: by writes older than the scarcity.
    for (std::size_t j = 0; j < skus.size(); ++j)
      established_ = established_ && ledger_[j] >= 0 && plan.regimes[j] == Regime::established;
    // What was sold before that, unseen, is part of the exposures: it has to fit as well.
    for (const std::int32_t left : free_) oversold_ = oversold_ || (established_ && left < 0);
  }
  for (std::size_t l = 0; l < offers.size(); ++l)
    if (plan.steps[l].writes()) send(l, plan.steps[l].pending());
}

void Adversary::drain() {
  const auto empty = [&] {
    for (std::size_t l = 0; l < listings_.size(); ++l)
      while (buy(l, 1)) {
      }
  };
  empty();
  while (!copies_.empty()) {
    land(copies_.size() - 1);  // the newest first: an older one may land on top
    empty();
  }
}

bool Adversary::counted_too_low() const {
  for (std::size_t l = 0; l < listings_.size(); ++l) {
    std::int64_t may = shows_[l];
    for (const Order& order : orders_) {
      if (order.listing != l) continue;
      if (!order.seen) may += order.units;
      // Put back and not yet known: neither ledger nor book count it.
      if (order.gone && !order.gone_seen && listings_[l].restores) may -= order.units;
    }
    if (may > books_[l].exposure(rule_).units) return true;
  }
  return false;
}

bool plays_to_oversell(std::uint64_t seed, int moves, ExposureRule rule, bool* too_low, bool remembers) {
  world::Stream draw(seed, world::Purpose::arrivals);
  const auto pick = [&](std::size_t below) {
    return static_cast<std::size_t>(draw.bits() % std::max<std::size_t>(1, below));
  };
  const std::size_t skus = 1 + pick(2);
  const std::size_t count = 2 + pick(2);
  std::vector<std::int32_t> stock;
  stock.reserve(skus);
  for (std::size_t j = 0; j < skus; ++j) stock.push_back(static_cast<std::int32_t>(1 + pick(6)));
  std::vector<std::int32_t> room = stock;
  std::vector<AdversaryListing> listings;
  for (std::size_t l = 0; l < count; ++l) {
    AdversaryListing listing;
    listing.writes = static_cast<WriteKind>(pick(3));
    listing.restores = pick(2) == 0;
    listing.parts.clear();
    for (std::size_t j = 0; j < skus; ++j)  // SKU l % skus for certain, so that every listing has a part
      if (j == l % skus || pick(2) == 0)
        listing.parts.push_back({static_cast<std::uint16_t>(j), static_cast<std::uint16_t>(1 + pick(2))});
    std::int32_t most = 100;
    for (const auto& part : listing.parts) most = std::min(most, room[part.sku] / part.units);
    listing.shows = static_cast<std::int32_t>(pick(static_cast<std::size_t>(most) + 1));
    for (const auto& part : listing.parts) room[part.sku] -= part.units * listing.shows;
    listings.push_back(std::move(listing));
  }
  Adversary game(stock, listings, rule, remembers);
  // Writes from before the SKU became scarce, of any kind, may still be on their way.
  for (std::size_t l = 0; l < count; ++l)
    if (pick(3) == 0) game.send(l, {WriteKind::absolute, 1, static_cast<std::int32_t>(pick(4)), 0});
  std::vector<std::int32_t> targets(count);
  for (int i = 0; i < moves && !game.oversold(); ++i) {
    if (too_low != nullptr) *too_low = *too_low || game.counted_too_low();
    const std::size_t l = pick(count);
    switch (pick(14)) {
      case 0:
      case 1:
        game.buy(l, static_cast<std::int32_t>(1 + pick(2)));
        break;
      case 2:
        if (game.orders() > 0) game.cancel(pick(game.orders()));
        break;
      case 3:
      case 4:
        if (game.copies() > 0) game.land(pick(game.copies()));
        break;
      case 5:
        if (game.copies() > 0 && pick(3) == 0) game.lose(pick(game.copies()));
        break;
      case 6:
        game.take_reading(l);
        break;
      case 7:
        if (game.readings() > 0) game.deliver_reading(pick(game.readings()), pick(3) == 0);
        break;
      case 8:
        if (game.orders() > 0) game.show_order(pick(game.orders()));
        break;
      case 9:
        if (game.orders() > 0) game.show_cancel(pick(game.orders()));
        break;
      case 10:
        game.pass_watermark(l);
        break;
      case 11:
        if (pick(3) == 0) game.resend(l);
        break;
      case 12:
        game.time_out(l);
        break;
      default:
        if (pick(2) == 0)
          for (auto& target : targets) target = static_cast<std::int32_t>(pick(5));
        game.plan(targets);
    }
  }
  game.drain();
  return game.oversold();
}

}  // namespace forestall::planner
