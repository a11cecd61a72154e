// SPDX-License-Identifier: Apache-2.0
#include "daemon/acting/beliefs.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cmath>
#include <tuple>

#include "config/base/text.hpp"
#include "daemon/redis/hash_page.hpp"
#include "daemon/redis/reply.hpp"

namespace forestall::acting {

namespace fc = forecasting;
using boost::asio::awaitable;
using boost::asio::use_awaitable;
using ledger::HistoryEvent;
using ledger::SkuRef;
using namespace std::chrono_literals;

namespace {

std::int32_t count(Units units) {
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(units.count(), -Units::max_reading, Units::max_reading));
}
double in_days(Millis length) { return std::chrono::duration<double, std::ratio<86400>>(length).count(); }
// One order with an absurd date or number must not keep everything else from being believed.
HistoryEvent sound(HistoryEvent event, Instant now) {
  constexpr Units most(static_cast<std::int64_t>(fc::DemandFilter::max_units));
  event.at = std::min(event.at, now);
  event.units = std::clamp(event.units, Units{} - most, most);
  return event;
}
std::uint32_t index(SkuRef sku) { return static_cast<std::uint32_t>(sku); }

}  // namespace

void Beliefs::begin() {
  model_ = guard::DemandModel();
  pooled_ = guard::PooledDemand();
  shelves_ = {};
  sold_at_.clear();
  receipts_.clear();
  read_through_.clear();
  changed_.clear();
  disordered_ = 0;
  generation_ = seller_.ledger->mirror().generation();
}

void Beliefs::grow() {
  const auto& mirror = seller_.ledger->mirror();
  // Positions of an earlier generation mean nothing any more; a replay is on its way.
  if (mirror.generation() != generation_) {
    begin();
    ++disordered_;
  }
  if (shelves_.size() >= mirror.skus()) return;
  shelves_.grow_to(mirror.skus());
  model_.grow(mirror.skus(), since_);
}

void Beliefs::event(const HistoryEvent& event, bool replayed) {
  const auto ref = seller_.ledger->mirror().find_sku(event.sku);
  if (!ref || event.pool != model::Pool::own) return;
  auto& shelf = this->shelf(*ref);
  const auto sku = index(*ref);
  switch (event.kind) {
    case HistoryEvent::Kind::ran_out:
    case HistoryEvent::Kind::came_back:
      model_.selling(sku, event.at, event.kind == HistoryEvent::Kind::came_back);
      return;
    case HistoryEvent::Kind::demand:
      break;
  }
  // A buyer who changed their mind had asked all the same: nothing is taken back from the demand.
  if (event.units > Units{}) {
    if (!shelf.sold) {
      shelf.sold = true;
      model_.begin(sku, event.at);
      model_.selling(sku, event.at, true);
    } else if (guard::demand_seconds(event.at) + 3600 < std::int64_t{model_.belief(sku).last_seconds}) {
      ++disordered_;
    }
    const auto units = static_cast<double>(event.units.count());
    pooled_.sold(model_, sku, event.at, units);
    model_.sold(sku, event.at, units);
    shelf.last_sale = std::max(shelf.last_sale, event.at);
  }
  // Never stored: nobody knows when its shelf was looked at last, and the books are believed from here on.
  if (replayed && (shelf.saved_at == Instant{} || event.at <= shelf.saved_at)) return;
  if (event.units > Units{}) fc::note_sold(shelf.belief, static_cast<double>(event.units.count()));
  if (shelf.known_empty && event.at > shelf.emptied) shelf.since_empty -= count(event.units);
  touched(sku, shelf.known_empty);
}

// What the warehouse said; the books as they were before are in the shelf.
void Beliefs::stock(const flow::Fresh& fresh) {
  const auto& mirror = seller_.ledger->mirror();
  const auto now_of = [&](SkuRef sku) -> std::optional<std::int32_t> {
    const auto state = mirror.state(sku, model::Pool::own);
    if (!state || state->certainty == model::Certainty::unknown) return std::nullopt;
    return count(state->available);
  };
  const auto known = [&](const SkuId& sku) { return mirror.find_sku(sku.str()); };
  for (std::size_t i = 0; i < fresh.observations.size(); ++i) {
    if (i >= fresh.applied.outcomes.size() || !ledger::changed(fresh.applied.outcomes[i])) continue;
    const auto& observation = fresh.observations[i];
    if (const auto* counted = std::get_if<model::StockCount>(&observation)) {
      const auto sku = known(counted->sku);
      const auto now = sku ? now_of(*sku) : std::nullopt;
      if (!now) continue;
      auto& shelf = this->shelf(*sku);
      if (shelf.heard)
        if (losses_.observe(fc::note_counted(shelf.belief, shelf.available, *now, 0))) {
          law_ = losses_.law();
          losses_changed_ = true;
        }
      shelf.known_empty = false;
      touched(index(*sku), true);
    } else if (const auto* failed = std::get_if<model::PickFailed>(&observation)) {
      const auto sku = known(failed->sku);
      if (!sku || failed->pool != model::Pool::own || failed->missing <= Units{}) continue;
      auto& shelf = this->shelf(*sku);
      shelf.known_empty = true;
      shelf.since_empty = 0;
      shelf.emptied = failed->from.true_at;
      touched(index(*sku), true);
    } else if (const auto* level = std::get_if<model::StockLevel>(&observation)) {
      const auto sku = known(level->sku);
      const auto now = sku ? now_of(*sku) : std::nullopt;
      if (!now) continue;
      auto& shelf = this->shelf(*sku);
      // Orders move what is available when they are placed, not when they are picked: a rise is a receipt.
      if (shelf.heard && *now > shelf.available) {
        fc::note_receipt(shelf.belief, law_, std::max(0, shelf.available));
        shelf.since_empty += *now - shelf.available;
        touched(index(*sku), true);
      }
    } else if (const auto* receipt = std::get_if<model::ReceiptUpsert>(&observation)) {
      const auto sku = known(receipt->sku);
      if (!sku || receipt->pool != model::Pool::own) continue;
      if (receipt->closed_at || !receipt->expected_at) {
        receipts_.erase(index(*sku));
      } else {
        auto& next = receipts_.try_emplace(index(*sku), *receipt->expected_at).first->second;
        next = std::min(next, *receipt->expected_at);
      }
    } else if (const auto* order = std::get_if<model::OrderUpsert>(&observation)) {
      if (order->state != model::OrderState::shipped) continue;
      for (const auto& line : order->lines)
        if (const auto listing = mirror.find_listing(order->account, line.listing.str()))
          for (const auto& part : mirror.parts(*listing))
            if (auto& shelf = this->shelf(part.sku); shelf.heard && !shelf.known_empty) {
              fc::note_picked(shelf.belief, law_, std::max(0, shelf.available));
              touched(index(part.sku), false);
            }
    }
  }
  for (const auto& state : fresh.applied.skus) {
    if (state.pool != model::Pool::own || state.certainty == model::Certainty::unknown) continue;
    if (const auto sku = mirror.find_sku(state.sku)) {
      auto& shelf = this->shelf(*sku);
      shelf.available = count(state.available);
      shelf.heard = true;
    }
  }
}

void Beliefs::heard(const flow::Fresh& fresh, Instant now) {
  if (since_ == Instant{}) since_ = now;
  grow();
  stock(fresh);
  for (const auto& event : fresh.applied.events) {
    if (!read_through_.empty())
      if (const auto read = read_through_.find(event.sku);
          read != read_through_.end() && fresh.applied.sequence <= read->second)
        continue;
    this->event(sound(event, now), false);
  }
}

void Beliefs::tell(std::string_view sku, const std::vector<HistoryEvent>& events, Instant now) {
  const auto ref = seller_.ledger->mirror().find_sku(sku);
  if (!ref) return;
  auto& shelf = this->shelf(*ref);
  shelf.sold = false;
  model_.begin(index(*ref), now);
  for (const auto& one : events) event(sound(one, now), true);
  replayed_ += events.size();
}

awaitable<Status> Beliefs::replay(redis::Client& redis, Clock& clock, boost::asio::any_io_executor on,
                                  runtime::Progress* progress) {
  since_ = clock.now();
  begin();
  grow();
  if (auto loaded = co_await load_shelves(redis, on); !loaded) co_return loaded;
  replayed_ = 0;
  const auto prefix = seller_.ledger->key_prefix();
  // Positions change where the mirror is read anew meanwhile.
  const auto overtaken = [this, of = generation_] {
    return generation_ != of || seller_.ledger->mirror().generation() != of;
  };
  std::string cursor = "0";
  do {
    redis::Request request("GET", prefix + "seq");
    request.add("HSCAN", prefix + "history", cursor, "COUNT", "500");
    auto replies = co_await redis.batch(std::move(request), {.repeat = redis::Repeat::harmless});
    if (!replies) co_return std::unexpected(replies.error());
    if (progress != nullptr) progress->made();
    if (overtaken()) co_return fail_retryable(ErrorCode::conflict, "the mirror is read anew");
    auto page = redis::hash_page(replies->at(1), "HSCAN history");
    if (!page) co_return std::unexpected(page.error());
    cursor = std::move(page->cursor);
    std::uint64_t through = 0;
    if (const auto* text = replies->at(0).text()) through = parse_integer<std::uint64_t>(*text).value_or(0);
    std::size_t told = 0;
    for (const auto& [name, bytes] : page->fields) {
      auto events = ledger::decode_history(name, bytes);
      if (!events) co_return std::unexpected(events.error());
      std::ranges::sort(*events, [](const HistoryEvent& a, const HistoryEvent& b) {
        return std::tie(a.at, a.kind) < std::tie(b.at, b.kind);
      });
      grow();
      read_through_[std::string(name)] = through;
      tell(name, *events, since_);
      if (++told % 32 != 0) continue;
      co_await boost::asio::post(on, use_awaitable);
      if (overtaken()) co_return fail_retryable(ErrorCode::conflict, "the mirror is read anew");
    }
  } while (cursor != "0");
  disordered_ = 0;
  pooled_.teach(model_, clock.now());
  co_await hear_books(on);
  co_return Status{};
}

// What the books said before: against it the next reading is a rise or not.
awaitable<void> Beliefs::hear_books(boost::asio::any_io_executor on) {
  constexpr std::uint32_t a_turn = 4096;
  const auto& mirror = seller_.ledger->mirror();
  for (std::uint32_t i = 0; i < shelves_.size() && mirror.generation() == generation_; ++i) {
    if (auto& shelf = shelves_[i]; !shelf.heard)
      if (const auto state = mirror.state(SkuRef{i}, model::Pool::own);
          state && state->certainty != model::Certainty::unknown) {
        shelf.available = count(state->available);
        shelf.heard = true;
      }
    if (i % a_turn == a_turn - 1) co_await boost::asio::post(on, use_awaitable);
  }
}

void Beliefs::teach(Instant now) {
  // What was told while the history was read has come by now.
  read_through_.clear();
  pooled_.fade(std::exp2(-1.0 / (24 * 28)), now);
  pooled_.teach(model_, now);
}

Units Beliefs::believed(SkuRef sku, Units available, double k) const {
  const std::int32_t books = std::max(0, count(available));
  if (index(sku) >= shelves_.size()) return Units(books);
  const auto& shelf = shelves_[index(sku)];
  if (shelf.known_empty) return Units(std::min(books, std::max(0, shelf.since_empty)));
  return Units(std::min(books, fc::usable_units(shelf.belief, law_, books, 0, 1, k)));
}

double Beliefs::share(const AccountId& account, std::span<const AccountId> among) const {
  const auto units = [&](const AccountId& a) {
    const auto at = sold_at_.find(a);
    return (at == sold_at_.end() ? 0.0 : at->second) + 5;
  };
  double all = 0;
  for (const auto& a : among) all += units(a);
  return all > 0 ? units(account) / all : 1;
}

guard::SkuDemand Beliefs::demand(SkuRef sku, Instant now, Units available, Millis lead_time, Millis blind,
                                 guard::Following follow) const {
  if (index(sku) >= model_.size()) return {};
  const auto level = model_.level(index(sku), now);
  const double a_day = level.mean_units_per_hour() * 24;
  const auto promised = receipts_.find(index(sku));
  Millis until{};
  if (promised != receipts_.end() && promised->second > now) {
    until = promised->second - now;
  } else {
    // Reordered when what is left covers the lead time.
    const double before =
        (static_cast<double>(available.count()) - a_day * in_days(lead_time)) / std::max(a_day, 1e-3);
    until = lead_time + Millis(static_cast<std::int64_t>(std::clamp(before, 0.0, 60.0) * 86'400'000));
  }
  return guard::sku_demand(model_, level, now, shelves_[index(sku)].last_sale, until, blind, follow);
}

void Beliefs::selling(SkuRef sku, Instant now, bool yes) {
  if (index(sku) < model_.size()) model_.selling(index(sku), now, yes);
}

std::optional<bool> Beliefs::split(SkuRef sku) const {
  if (index(sku) >= shelves_.size() || shelves_[index(sku)].verdict == 0) return std::nullopt;
  return shelves_[index(sku)].verdict == 2;
}

bool Beliefs::promised(SkuRef sku) const {
  return index(sku) >= shelves_.size() || !shelves_[index(sku)].open;
}

void Beliefs::exposed(SkuRef sku, bool shared, bool within_stock) {
  if (index(sku) < shelves_.size() && (shared || within_stock)) shelf(sku).open = shared;
}

void Beliefs::decided(SkuRef sku, bool split) {
  if (index(sku) < shelves_.size()) shelf(sku).verdict = split ? 2 : 1;
}

}  // namespace forestall::acting
