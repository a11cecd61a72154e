// SPDX-License-Identifier: Apache-2.0
#include "daemon/acting/beliefs.hpp"

#include <fmt/format.h>

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
  // Freeing a million beliefs would hold up the loop as long as making them.
  if (!shelves_.empty()) retired_.push_back({std::move(shelves_), std::move(model_)});
  model_ = guard::DemandModel();
  pooled_ = guard::PooledDemand();
  shelves_ = {};
  sold_at_.clear();
  receipts_.clear();
  changed_.clear();
  making_ = true;
  generation_ = seller_.ledger->mirror().generation();
}

// SKUs that came with a page.
void Beliefs::grow() {
  const auto skus = seller_.ledger->mirror().skus();
  if (shelves_.size() >= skus) return;
  shelves_.grow_to(skus);
  model_.grow(skus, since_);
}

awaitable<void> Beliefs::make_tables(boost::asio::any_io_executor on, runtime::Progress* progress) {
  constexpr std::size_t a_turn = ledger::Chunked<Shelf>::chunk;
  while (!retired_.empty()) {
    auto& tables = retired_.front();
    const auto left = tables.shelves.size() - std::min(tables.shelves.size(), a_turn);
    tables.shelves.shrink_to(left);
    tables.model.shrink(left);
    if (left == 0) retired_.pop_front();
    co_await boost::asio::post(on, use_awaitable);
  }
  const auto& mirror = seller_.ledger->mirror();
  while (shelves_.size() < mirror.skus() && mirror.generation() == generation_) {
    const auto skus = std::min(mirror.skus(), shelves_.size() + a_turn);
    shelves_.grow_to(skus);
    model_.grow(skus, since_);
    if (progress != nullptr) progress->made();
    co_await boost::asio::post(on, use_awaitable);
  }
}

// Its events are in the history, which is read afterwards; what was seen on the shelf is nowhere else.
void Beliefs::keep(const flow::Fresh& fresh) {
  constexpr std::size_t most = 100'000;
  kept_observations_ += fresh.observations.size();
  kept_.push_back({{fresh.observations.begin(), fresh.observations.end()}, fresh.applied});
  for (; kept_observations_ > most; kept_.pop_front())
    kept_observations_ -= kept_.front().observations.size();
}

awaitable<void> Beliefs::hear_kept(boost::asio::any_io_executor on) {
  while (!kept_.empty()) {
    grow();
    const auto page = std::move(kept_.front());
    kept_.pop_front();
    kept_observations_ -= page.observations.size();
    stock(page.observations, page.applied);
    co_await boost::asio::post(on, use_awaitable);
    if (seller_.ledger->mirror().generation() != generation_) co_return;
  }
  making_ = false;
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
void Beliefs::stock(std::span<const model::Observation> observations, const ledger::Applied& applied) {
  const auto& mirror = seller_.ledger->mirror();
  const auto now_of = [&](SkuRef sku) -> std::optional<std::int32_t> {
    const auto state = mirror.state(sku, model::Pool::own);
    if (!state || state->certainty == model::Certainty::unknown) return std::nullopt;
    return count(state->available);
  };
  const auto known = [&](const SkuId& sku) { return mirror.find_sku(sku.str()); };
  for (std::size_t i = 0; i < observations.size(); ++i) {
    if (i >= applied.outcomes.size() || !ledger::changed(applied.outcomes[i])) continue;
    const auto& observation = observations[i];
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
      const bool promised = !receipt->closed_at && receipt->expected > Units{};
      const auto source =
          seller_.ledger->names().number(ledger::NameKind::source, receipt->from.source.str()).value_or(0);
      receipts_.put(index(*sku), fmt::format("{}:{}", source, receipt->id.str()),
                    promised ? receipt->expected_at : std::nullopt);
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
  // What was kept is no news of the books: they are heard at the end.
  if (making_) return;
  for (const auto& state : applied.skus) {
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
  // Positions of an earlier generation mean nothing any more; a replay is on its way.
  if (!making_ && seller_.ledger->mirror().generation() != generation_) begin();
  if (making_) return keep(fresh);
  grow();
  stock(fresh.observations, fresh.applied);
  for (const auto& event : fresh.applied.events) {
    const auto ref = seller_.ledger->mirror().find_sku(event.sku);
    const auto through = ref ? shelf(*ref).read_through : 0;
    if (through == 0 || fresh.applied.sequence > through) this->event(sound(event, now), false);
  }
}

void Beliefs::tell(std::string_view sku, const std::vector<HistoryEvent>& events, std::uint64_t through,
                   Instant now) {
  const auto ref = seller_.ledger->mirror().find_sku(sku);
  if (!ref) return;
  auto& shelf = this->shelf(*ref);
  shelf.read_through = through;
  shelf.sold = false;
  model_.begin(index(*ref), now);
  for (const auto& one : events) event(sound(one, now), true);
  pooled_.settle(index(*ref), now);
  replayed_ += events.size();
}

awaitable<Status> Beliefs::replay(redis::Client& redis, Clock& clock, boost::asio::any_io_executor on,
                                  runtime::Progress* progress) {
  since_ = clock.now();
  begin();
  // Positions change where the mirror is read anew meanwhile.
  const auto overtaken = [this, of = generation_] {
    return generation_ != of || seller_.ledger->mirror().generation() != of;
  };
  co_await make_tables(on, progress);
  if (auto loaded = co_await load_losses(redis); !loaded) co_return loaded;
  if (auto loaded = co_await load_shelves(redis, on); !loaded) co_return loaded;
  if (auto loaded = co_await load_receipts(redis, on); !loaded) co_return loaded;
  co_await hear_kept(on);
  if (overtaken()) co_return fail_retryable(ErrorCode::conflict, "the mirror is read anew");
  replayed_ = 0;
  const auto prefix = seller_.ledger->key_prefix();
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
      if (!events) {
        damaged("demand_history_damaged", name, events.error());
        continue;
      }
      std::ranges::sort(*events, [](const HistoryEvent& a, const HistoryEvent& b) {
        return std::tie(a.at, a.kind) < std::tie(b.at, b.kind);
      });
      grow();
      tell(name, *events, through, since_);
      if (++told % 32 != 0) continue;
      co_await boost::asio::post(on, use_awaitable);
      if (overtaken()) co_return fail_retryable(ErrorCode::conflict, "the mirror is read anew");
    }
  } while (cursor != "0");
  pooled_.teach(model_, clock.now());
  co_await hear_books(on);
  co_return Status{};
}

// Deliveries that are promised are told once, perhaps long ago.
awaitable<Status> Beliefs::load_receipts(redis::Client& redis, boost::asio::any_io_executor on) {
  const auto key = seller_.ledger->key_prefix() + "receipt";
  const auto& mirror = seller_.ledger->mirror();
  std::string cursor = "0";
  do {
    auto reply = co_await redis.call(redis::Request("HSCAN", key, cursor, "COUNT", "500"),
                                     {.repeat = redis::Repeat::harmless});
    if (!reply) co_return std::unexpected(reply.error());
    auto page = redis::hash_page(*reply, "HSCAN receipt");
    if (!page) co_return std::unexpected(page.error());
    cursor = std::move(page->cursor);
    if (mirror.generation() != generation_) co_return Status{};
    for (const auto& [name, record] : page->fields) {
      const auto receipt = decode_receipt(record);
      if (!receipt) {
        damaged("receipt_damaged", name, receipt.error());
        continue;
      }
      if (const auto sku = receipt->own ? mirror.find_sku(receipt->sku) : std::nullopt)
        receipts_.put(index(*sku), name, receipt->expected_at);
    }
    co_await boost::asio::post(on, use_awaitable);
  } while (cursor != "0");
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

guard::SkuDemand Beliefs::demand(SkuRef sku, Instant now, Units available, Millis lead_time,
                                 Millis blind) const {
  // Its belief is still to be made: nothing is known of it.
  const bool made = index(sku) < model_.size();
  const auto level = made ? model_.level(index(sku), now) : model_.level(now);
  const double a_day = level.mean_units_per_hour() * 24;
  const auto promised = receipts_.next(index(sku), now);
  Millis until{};
  if (promised) {
    until = *promised - now;
  } else {
    // Reordered when what is left covers the lead time.
    const double before =
        (static_cast<double>(available.count()) - a_day * in_days(lead_time)) / std::max(a_day, 1e-3);
    until = lead_time + Millis(static_cast<std::int64_t>(std::clamp(before, 0.0, 60.0) * 86'400'000));
  }
  const Instant last_sale = made ? shelves_[index(sku)].last_sale : Instant{};
  return guard::sku_demand(model_, level, now, last_sale, until, blind, pooled_.follow(blind, a_day));
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
